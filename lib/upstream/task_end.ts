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

interface Following<Row> {
  readonly read: () => Promise<Row>;
  readonly timeoutMs: number;
  readonly patienceMs: number;
  readonly onPoll?: ((elapsedMs: number) => void) | undefined;
  /** True for a failure of `read` that may pass. */
  readonly mayPass: (error: unknown) => boolean;
  /** The failure of what can no longer be followed. */
  readonly unfollowed: (error: unknown) => Error;
}

/** What a task was last seen as, and why it is looked at no longer. */
export interface Followed<Row> {
  readonly row: Row | undefined;
  readonly because: "it ended" | "the time is over" | "the patience is over";
}

/**
 * Reads a task's state until it has stopped, asking less and less often, for as long as there is time and
 * patience.
 */
export async function followTask<Row extends { readonly status?: unknown }>(
  waiting: Waiting,
  { read, timeoutMs, patienceMs, onPoll, mayPass, unfollowed }: Following<Row>,
): Promise<Followed<Row>> {
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
    if (row?.status === "stopped") return { row, because: "it ended" };
    onPoll?.(elapsed);
    if (elapsed >= timeoutMs) return { row, because: "the time is over" };
    if (elapsed >= patienceMs) return { row, because: "the patience is over" };
    await waiting.sleep(Math.min(pause, Math.max(limitMs - elapsed, 1))).catch((error) => {
      throw unfollowed(error);
    });
  }
}
