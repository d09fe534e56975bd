import { AppError } from "../errors.ts";
import { UpstreamError } from "./error.ts";

/** How a task stands; `exit_status` is absent while it runs. */
export interface TaskState {
  readonly upid: string;
  readonly status: "running" | "stopped";
  /** `OK`, `WARNINGS: n`, else the error; a backup server also knows `unknown`. */
  readonly exit_status?: string;
  readonly warnings: number;
  /** The last lines, without control characters, in bounded length. */
  readonly log_tail: string[];
}

/** What a product tells of a task. */
interface TaskRow {
  readonly status?: unknown;
  readonly exitstatus?: unknown;
}

/** How long a call may keep its client waiting for a task: many give up after a minute. */
export const PATIENCE_MS = 45_000;

const FIRST_POLL_MS = 100;
const SLOWEST_POLL_MS = 2_000;
const TOLERATED_FAILURES = 5;

/** True for what a Proxmox product answers when a change began a task. */
export function isUpid(data: unknown): data is string {
  return typeof data === "string" && data.startsWith("UPID:");
}

/** True for the ends that mean success: `OK` and `WARNINGS: n`. */
export function succeeded(exitStatus: string): boolean {
  return exitStatus === "OK" || warningsIn(exitStatus) > 0;
}

/** The number in `WARNINGS: n`, else 0. */
export function warningsIn(exitStatus: string): number {
  return Number(exitStatus.match(/^WARNINGS: (\d+)$/)?.[1] ?? 0);
}

/** What waiting needs of its surroundings. */
export interface Waiting {
  now(): Date;
  sleep(ms: number): Promise<void>;
}

interface Following {
  readonly read: () => Promise<TaskRow>;
  readonly timeoutMs: number;
  readonly patienceMs: number;
  readonly onPoll?: ((elapsedMs: number) => void) | undefined;
  /** Who runs the task: `Proxmox`. */
  readonly runner: string;
  /** What to do where its end cannot be seen: `look at task UPID…`. */
  readonly advice: string;
}

/** What a task was last seen as, and why it is looked at no longer. */
interface Followed {
  readonly row: TaskRow;
  readonly because: "it ended" | "the time is over" | "the patience is over";
}

/** Whether a task has ended; undefined where its row does not tell. */
export function hasEnded(row: TaskRow): boolean | undefined {
  if (row.status === "stopped" || exitOf(row) !== undefined) return true;
  return row.status === "running" ? false : undefined;
}

function exitOf({ exitstatus }: TaskRow): string | undefined {
  return typeof exitstatus === "string" && exitstatus !== "" ? exitstatus : undefined;
}

/** What is told of a task by what was read of it. */
export function taskState(upid: string, row: TaskRow, log_tail: string[]): TaskState {
  const exit = exitOf(row);
  return {
    upid,
    status: hasEnded(row) ? "stopped" : "running",
    ...(exit === undefined ? {} : { exit_status: exit }),
    warnings: exit === undefined ? 0 : warningsIn(exit),
    log_tail,
  };
}

/**
 * Reads a task's state until it has stopped, asking less and less often, for as long as there is time and
 * patience.
 *
 * @throws AppError when it can no longer be followed, with the code of what is in the way
 */
export async function followTask(
  waiting: Waiting,
  { read, timeoutMs, patienceMs, onPoll, runner, advice }: Following,
): Promise<Followed> {
  const unfollowed = (error: unknown) => {
    const [code, reason] = error instanceof AppError
      ? [error.code, error.message] as const
      : ["unavailable", "unexpected answer"] as const;
    const message = `${runner} accepted the task, but its end is unknown: ${reason}; ${advice}`;
    return new AppError(code, message, { cause: error });
  };
  const started = waiting.now().getTime();
  const limitMs = Math.min(timeoutMs, patienceMs);
  let failures = 0;
  for (let pause = FIRST_POLL_MS;; pause = Math.min(pause * 1.5, SLOWEST_POLL_MS)) {
    const row = await read().catch((error) => {
      if (mayPass(error) && ++failures <= TOLERATED_FAILURES) return undefined;
      throw unfollowed(error);
    });
    if (row !== undefined) failures = 0;
    const elapsed = waiting.now().getTime() - started;
    if (row !== undefined && hasEnded(row)) return { row, because: "it ended" };
    onPoll?.(elapsed);
    if (elapsed >= timeoutMs) return { row: row ?? {}, because: "the time is over" };
    if (elapsed >= patienceMs) return { row: row ?? {}, because: "the patience is over" };
    await waiting.sleep(Math.min(pause, Math.max(limitMs - elapsed, 1))).catch((error) => {
      throw unfollowed(error);
    });
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof AppError && error.code === "unavailable" &&
    !(error instanceof UpstreamError && error.kind === "token_rejected");
}
