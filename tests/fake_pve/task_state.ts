/** What tasks of any Proxmox product are. */
export interface BasicTask {
  upid: string;
  pid: number;
  pstart: number;
  /** Unix seconds. */
  starttime: number;
  endtime?: number;
  type: string;
  /** As it is, not escaped. */
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
  /** Undoes what was made beforehand when the work is not done. */
  abandon?: () => void;
}

export interface FakeTask extends BasicTask {
  node: string;
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
