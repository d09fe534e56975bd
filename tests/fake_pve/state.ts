export type Scalar = string | number;
export type GuestConfig = Record<string, Scalar>;

export interface FakeSnapshot {
  name: string;
  description: string;
  /** Unix seconds. */
  snaptime: number;
  parent?: string;
  /** True when the memory was saved too. */
  vmstate: boolean;
  config: GuestConfig;
}

/** What one command in a guest did; `polls` status reads answer "running" first. */
export interface ExecResult {
  exitcode?: number;
  signal?: number;
  out?: string;
  err?: string;
  polls?: number;
  /** Both truncation flags are set. */
  truncated?: boolean;
}

export interface FakeProcess extends ExecResult {
  polls: number;
}

export interface FakeAgent {
  /** Whether the agent answers inside the running guest. */
  running: boolean;
  /** File contents by absolute path, one character per byte. */
  files: Map<string, string>;
  processes: Map<number, FakeProcess>;
  nextPid: number;
  osinfo: Record<string, string>;
  /** Answer of `network-get-interfaces`, or of a container's `interfaces`. */
  interfaces: unknown[];
  /** When set, agent commands fail with `Agent error: …`. */
  error?: string;
}

export interface FakeGuest {
  vmid: number;
  type: "qemu" | "lxc";
  node: string;
  config: GuestConfig;
  pending: GuestConfig;
  pendingDelete: string[];
  status: "running" | "stopped";
  paused: boolean;
  pool?: string;
  /** Milliseconds; for one second after it `/cluster/resources` knows nothing but the id. */
  createdAt: number;
  startedAt: number;
  /** What `/cluster/resources` still says after a change of the power state. */
  listed?: { status: "running" | "stopped"; since: number };
  snapshots: FakeSnapshot[];
  /** The snapshot that the current state descends from. */
  parent?: string;
  agent: FakeAgent;
  /** False: a shutdown ends in `got timeout`, as with a VM that has no operating system. */
  answersShutdown: boolean;
  /** Shares of the guest's own limits, 0 to 1. */
  load: { cpu: number; mem: number; disk: number };
  counters: { netin: number; netout: number; diskread: number; diskwrite: number };
  firewall: FakeFirewall;
}

export interface FakeNode {
  name: string;
  nodeid: number;
  ip: string;
  online: boolean;
  /** Reason of the 595 for its paths. */
  downReason: string;
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

export interface FakeStorage {
  storage: string;
  type: "dir" | "lvmthin" | "nfs" | "pbs" | "zfspool";
  content: string[];
  shared: boolean;
  disabled?: boolean;
  nodes?: string[];
  /** Nodes where it is configured but not reachable. */
  inactive: string[];
  total: number;
  /** Bytes used beside the volumes listed in the state. */
  baseUsed: number;
  options: Record<string, Scalar>;
}

export interface FakeVolume {
  volid: string;
  storage: string;
  /** The only node that holds it; absent on shared storage. */
  node?: string;
  content: string;
  format: string;
  size: number;
  used?: number;
  /** Unix seconds. */
  ctime: number;
  vmid?: number;
  parent?: string;
  notes?: string;
  protected?: boolean;
  /** Backup verification of a Proxmox Backup Server storage. */
  verification?: { state: "ok" | "failed"; upid: string };
  encrypted?: string;
  /** A backup's guest as it was. */
  backup?: {
    type: "qemu" | "lxc";
    config: GuestConfig;
    answersShutdown: boolean;
    os: Record<string, string>;
  };
}

export interface FakeTask {
  upid: string;
  node: string;
  pid: number;
  pstart: number;
  /** Unix seconds. */
  starttime: number;
  endtime?: number;
  type: string;
  id: string;
  /** `user@realm` or `user@realm!token`. */
  owner: string;
  status: "running" | "stopped";
  exitstatus?: string;
  log: string[];
  /** Status reads that still answer "running". */
  polls: number;
  /** Milliseconds: finished when the clock gets there. */
  finishAt?: number;
  lastRead: number;
  vmid?: number;
  /** The lock in the guest's config while the task runs. */
  configLock?: string;
  /** Holds the guest's lock file while the task runs. */
  fileLock?: boolean;
  work: TaskWork;
}

export interface TaskLog {
  line(text: string): void;
  warn(text: string): void;
}

export type TaskWork = (log: TaskLog) => void;

/** Decides how matching tasks end; the first match is used and counted down. */
export interface TaskOutcome {
  type?: string;
  id?: string;
  /** `OK`, `WARNINGS: 1` keep the task's effect; any other text is the error it ends with, without effect. */
  exit: string;
  log?: string[];
  times?: number;
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

export interface FakeRule {
  [key: string]: Scalar | undefined;
  type: string;
  action: string;
  enable: number;
}

export interface FakeFirewall {
  options: Record<string, Scalar>;
  rules: FakeRule[];
}

export interface FakeHaResource {
  sid: string;
  state: string;
  group?: string;
  max_relocate: number;
  max_restart: number;
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
  nodes: Map<string, FakeNode>;
  guests: Map<number, FakeGuest>;
  storages: Map<string, FakeStorage>;
  volumes: FakeVolume[];
  pools: Map<string, FakePool>;
  tasks: FakeTask[];
  /** Status reads that answer "running" for tasks started from now on. */
  taskPolls: number;
  /** Milliseconds that tasks started from now on last, instead of `taskPolls`. */
  taskMs?: number;
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
  };
  replication: Map<string, FakeReplication>;
  backupJobs: Map<string, FakeBackupJob>;
  firewall: FakeFirewall & { groups: Map<string, { comment?: string; rules: FakeRule[] }> };
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
