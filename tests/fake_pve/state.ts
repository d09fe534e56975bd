import type { ExecResult, FakeFirewall, FakeGuest, FakeRule, Scalar } from "./guest_state.ts";
import type { FakeStorage, FakeVolume } from "./storage_state.ts";
import type { FakeTask, TaskOutcome } from "./task_state.ts";

export type * from "./guest_state.ts";
export type * from "./storage_state.ts";
export type * from "./task_state.ts";

export interface FakeNode {
  name: string;
  nodeid: number;
  ip: string;
  online: boolean;
  /** Reason of the 595 for its paths. */
  downReason: string;
  /** HA moves its guests elsewhere and places none on it. */
  maintenance?: boolean;
  /** In corosync's configuration; default 1. */
  votes?: number;
  /** Ceph is installed on other nodes only. */
  withoutCeph?: boolean;
  /** The difference between the written network configuration and the one in use. */
  networkChanges?: string;
  cpus: number;
  memory: number;
  memoryUsed: number;
  rootTotal: number;
  rootUsed: number;
  cpu: number;
  loadavg: [string, string, string];
  bootedAt: number;
  kernel: string;
  /** Differs from `kernel` when a reboot is pending: the newest installed kernel. */
  installedKernel: string;
  network: Record<string, unknown>[];
  disks: FakeDisk[];
  updates: Record<string, unknown>[];
  packages: Record<string, unknown>[];
  certificates: FakeCertificate[];
  firewall: FakeFirewall;
  /** Its ZFS pools; undefined where ZFS is not installed. */
  zfs?: FakeZpool[];
  /** Its LVM thin pools, whose metadata is full by this fraction. */
  thinPools?: { lv: string; metadata: number }[];
  /** Seconds by which its clock is ahead. */
  clockAhead: number;
  subscription: { status: string; nextduedate?: string };
  /** The repositories of Proxmox that are enabled, by handle. */
  repositories: string[];
  /** What is wrong with the files that name repositories. */
  repositoryErrors: { path: string; error: string }[];
  services: FakeService[];
  /** Oldest first. */
  journal: FakeJournalLine[];
}

export interface FakeService {
  service: string;
  desc: string;
  state: "running" | "dead" | "failed";
  enabled: boolean;
}

export interface FakeJournalLine {
  /** Unix seconds. */
  time: number;
  /** The systemd unit, without `.service`. */
  unit: string;
  text: string;
}

export interface FakeZpool {
  name: string;
  health: string;
  size: number;
}

export interface FakeDisk {
  devpath: string;
  model: string;
  serial: string;
  size: number;
  type: "ssd" | "hdd" | "nvme";
  health: string;
  wearout: number | "N/A";
  used: string;
}

export interface FakeCertificate {
  filename: string;
  subject: string;
  issuer: string;
  /** Days from now until it expires. */
  daysLeft: number;
  san: string[];
  fingerprint: string;
}

export interface FakePool {
  poolid: string;
  comment: string;
  storages: string[];
}

export interface FakeUser {
  userid: string;
  enable: boolean;
  expire: number;
  comment?: string;
  email?: string;
  firstname?: string;
  lastname?: string;
  groups: string[];
}

export interface FakeToken {
  user: string;
  name: string;
  value: string;
  privsep: boolean;
  expire: number;
  comment?: string;
}

export interface FakeAcl {
  path: string;
  roleid: string;
  type: "user" | "group" | "token";
  ugid: string;
  propagate: boolean;
}

export interface FakeHaResource {
  sid: string;
  state: string;
  group?: string;
  max_relocate?: number;
  max_restart?: number;
  failback?: boolean;
  comment?: string;
  /** The state that the manager reports; by default it follows the guest. */
  reported?: string;
}

export interface FakeReplication {
  id: string;
  guest: number;
  jobnum: number;
  source: string;
  target: string;
  schedule: string;
  comment?: string;
  rate?: number;
  disable?: boolean;
  /** It is being deleted: without its copies, or with them. */
  removeJob?: "local" | "full";
  /** It is to run at once. */
  due?: boolean;
  lastSync: number;
  lastTry: number;
  duration: number;
  failCount: number;
  error?: string;
}

export interface FakeBackupJob {
  [key: string]: Scalar | undefined;
  id: string;
  type: "vzdump";
  enabled: number;
}

export interface FakeLogEntry {
  uid: number;
  time: number;
  msg: string;
  node: string;
  pid: number;
  pri: number;
  tag: string;
  user: string;
}

export type Entries = Map<string, Record<string, unknown>>;

/** Everything the simulated cluster remembers; tests may read and change any of it at any time. */

export interface FakeState {
  clusterName: string;
  version: string;
  /** Whether parameters are described in parts, as by libpve-common from 9.1.21 on. */
  composed: boolean;
  nodes: Map<string, FakeNode>;
  /** What `corosync-qdevice` says of itself; undefined where there is none. */
  qdevice?: { algorithm: "Fifty-Fifty split" | "LMS"; connected: boolean };
  guests: Map<number, FakeGuest>;
  storages: Map<string, FakeStorage>;
  volumes: FakeVolume[];
  pools: Map<string, FakePool>;
  /** Tags that only whoever may change the datacenter gives and takes. */
  registeredTags: string[];
  tasks: FakeTask[];
  /** Status reads that answer "running" for tasks started from now on. */
  taskPolls: number;
  /** Milliseconds that tasks started from now on last, instead of `taskPolls`. */
  taskMs?: number;
  /** Milliseconds after the task of a reboot until the guest runs again. */
  restartMs: number;
  outcomes: TaskOutcome[];
  users: Map<string, FakeUser>;
  groups: Map<string, { comment: string }>;
  roles: Map<string, { privs: string[]; special: boolean }>;
  tokens: FakeToken[];
  acl: FakeAcl[];
  ha: {
    resources: Map<string, FakeHaResource>;
    rules: Entries;
    groups: Entries;
    armed: boolean;
    /** The manager has not written its state for minutes. */
    stale?: boolean;
    /** Milliseconds that the manager takes to do what it was asked. */
    actMs: number;
  };
  /** Devices of the nodes under a common name, for `usb0: mapping=…` and `hostpci0: mapping=…`. */
  mappings: Map<string, { nodes: string[]; live: boolean }>;
  replication: Map<string, FakeReplication>;
  backupJobs: Map<string, FakeBackupJob>;
  firewall: FakeFirewall & { groups: Map<string, { comment?: string; rules: FakeRule[] }> };
  /** Ceph's own status; undefined where it is not installed. */
  ceph?: Record<string, unknown>;
  sdn: { zones: Entries; vnets: Entries; subnets: Entries };
  log: FakeLogEntry[];
  /** What `download-url` and `query-url-metadata` find on the internet, by URL. */
  downloads: Map<string, { size: number; mimetype: string; checksums?: Record<string, string> }>;
  /** Runs the commands of `agent/exec`; undefined leaves a command to the built-in interpreter. */
  exec?: (argv: string[], guest: FakeGuest, input?: string) => ExecResult | "missing" | undefined;
  /** Status reads that answer "running" for every command without its own number. */
  execPolls: number;
  /** Milliseconds before an authentication failure is answered (3,000 in reality). */
  authDelayMs: number;
  /** Milliseconds that new guests stay unknown to `/cluster/resources`. */
  resourceLagMs: number;
}
