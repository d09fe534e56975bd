import type { BasicTask, TaskLog } from "../fake_pve/task_state.ts";

/** One file of a snapshot, as its manifest lists it. */
export interface FakeFile {
  filename: string;
  "crypt-mode": "none" | "encrypt" | "sign-only";
  size: number;
}

export interface FakeSnapshot {
  /** Unix seconds. */
  time: number;
  /** Empty while the backup runs, or when it broke. */
  files: FakeFile[];
  /** The task that writes it now holds its lock. */
  running?: boolean;
  notes?: string;
  protected?: boolean;
  /** Its folder cannot be removed. */
  stuck?: boolean;
  verification?: { state: "ok" | "failed"; upid: string };
  /** Of the encryption key. */
  fingerprint?: string;
  /** What a verification finds: some chunk of it is broken. */
  damaged?: boolean;
  /** Bytes of chunks that no other snapshot shares. */
  ownBytes: number;
  /** The guest's configuration file as text; absent for hosts. */
  config?: string;
  /** Of containers and hosts: the texts of its files by path; a small one by default. */
  tree?: Record<string, string>;
}

export type BackupType = "vm" | "ct" | "host";

export interface FakeGroup {
  /** Namespace; the root is empty. */
  ns: string;
  type: BackupType;
  id: string;
  /** `user@realm` or `user@realm!token`. */
  owner: string;
  notes?: string;
  snapshots: FakeSnapshot[];
}

/** Chunks that no snapshot uses any more. */
export interface FakeGarbage {
  bytes: number;
  /** When it was last marked as used, in Unix seconds. */
  touched: number;
}

export interface FakeCollection {
  "disk-bytes": number;
  "disk-chunks": number;
  "index-data-bytes": number;
  "index-file-count": number;
  "pending-bytes": number;
  "pending-chunks": number;
  "removed-bad": number;
  "removed-bytes": number;
  "removed-chunks": number;
  "still-bad": number;
  "cache-stats"?: { hits: number; misses: number };
  upid: string | null;
}

export type Config = Record<string, string | number | boolean | string[]>;

export interface FakeDatastore {
  /** As `/config/datastore` shows it: `name`, `path`, `comment`, `gc-schedule`, `maintenance-mode`, … */
  config: Config & { name: string; path: string };
  total: number;
  /** Bytes on its disk that are no chunks. */
  otherBytes: number;
  /** All but the root, parents before children. */
  namespaces: string[];
  groups: FakeGroup[];
  garbage: FakeGarbage[];
  gc: FakeCollection;
  /** Its fraction used, one for each `historyStep` seconds up to now; null for gaps. */
  history: (number | null)[];
  historyStep: number;
  /** Seconds until it is full at the present pace, 0 for never; undefined while too little is known. */
  fullInSeconds?: number;
  /** Its folder is not there. */
  missing?: boolean;
  /** Of a removable one. */
  mount?: "mounted" | "notmounted" | "nonremovable";
}

export interface FakeUser {
  userid: string;
  enable: boolean;
  /** Unix seconds, 0 for never. */
  expire: number;
  password?: string;
  comment?: string;
}

export interface FakePbsToken {
  user: string;
  name: string;
  value: string;
  enable: boolean;
  expire: number;
  comment?: string;
}

export interface FakePbsAcl {
  path: string;
  role: string;
  /** User or token. */
  ugid: string;
  propagate: boolean;
}

export interface FakePbsTask extends BasicTask {
  work: TaskWork;
  /** What it ends with when it is stopped. */
  aborted: string;
  /** The job that it is a run of, such as `verify v-daily`. */
  job?: string;
}

/** What a task does when it ends; a refusal is how it ends then. */
export type TaskWork = (log: TaskLog, upid: string) => void;

/** Decides how the next matching task ends: any text but `OK` and `WARNINGS: n` is an error, without effect. */
export interface PbsOutcome {
  type?: string;
  exit: string;
}

export type JobKind = "verify" | "prune" | "sync";

export interface FakeRemote {
  /** As `/config/remote` shows it. */
  config: Config & { name: string; host: string };
  /** Its datastores as this server finds them; undefined for this server itself. */
  error?: string;
}

/** Everything that the simulated server remembers; tests may read and change any of it at any time. */
export interface FakePbsState {
  version: string;
  /** Whether the package with its documents is there. */
  docs: boolean;
  /** Its host name, which stands in UPIDs. */
  node: string;
  instanceId: string;
  /** SHA-256 of its certificate, in small letters. */
  fingerprint: string;
  certificate: string;
  datastores: Map<string, FakeDatastore>;
  /** Data of datastores that were removed, by their folder. */
  leftovers: Map<string, FakeDatastore>;
  /** Configurations by id. */
  jobs: Record<JobKind, Map<string, Config & { id: string; store: string }>>;
  remotes: Map<string, FakeRemote>;
  tasks: FakePbsTask[];
  /** Status reads that answer "running" for tasks started from now on. */
  taskPolls: number;
  /** Milliseconds that tasks started from now on last, instead of `taskPolls`. */
  taskMs?: number;
  outcomes: PbsOutcome[];
  users: Map<string, FakeUser>;
  tokens: FakePbsToken[];
  acl: FakePbsAcl[];
  /** Logins by password. */
  tickets: Map<string, { user: string; csrf: string }>;
  /** What waits, in milliseconds: refused logins (3,000 in reality), refused rights (500), locks of jobs (10,000). */
  delays: { login: number; permission: number; lock: number };
  /** Paths and parameters that an older server does not know. */
  lacks: Set<string>;
  /** The daemon that writes is down: calls that need it fail. */
  apiDown?: boolean;
  cpu: number;
  memory: { total: number; used: number };
  bootedAt: number;
  updates: Record<string, string>[];
  /** As `disks/list` shows them. */
  disks: Record<string, string | number | boolean>[];
  services: { service: string; desc: string; state: string }[];
}
