import { AppError, oneLine } from "../errors.ts";
import { clip, quote } from "../proxmox/clip.ts";
import { followTask, succeeded, type Waiting, warningsIn } from "../upstream/task_end.ts";
import type { Answering } from "./api/failures.ts";
import { isPbsKind } from "./api/errors.ts";
import { reasonFailure } from "./api/failures.ts";
import type { DataOf } from "./api/types.ts";
import type { PbsReader } from "./reader.ts";
import { parsePbsUpid } from "./upid.ts";

/** How a task stands; `exit_status` is absent while it runs. */
export interface PbsTaskState {
  readonly upid: string;
  readonly status: "running" | "stopped";
  /** `OK`, `WARNINGS: n`, `unknown`, else the error. */
  readonly exit_status?: string;
  readonly warnings: number;
  /** The last lines, without control characters, in bounded length. */
  readonly log_tail: string[];
}

export interface PbsTaskPatience {
  /** After which it is an error that the task still runs. */
  readonly timeoutMs: number;
  /** After which its state is given as it is. */
  readonly patienceMs: number;
  readonly onPoll?: ((elapsedMs: number) => void) | undefined;
}

type StatusRow = Partial<DataOf<"/nodes/{node}/tasks/{upid}/status", "GET">>;

/** A backup server is one node, and any name of it answers. */
export const NODE = "localhost";

const LOG_TAIL_LINES = 10;
const LOG_PAGE = 500;

/** Reads a task's state and the end of its log. */
export async function readPbsTask(
  reader: PbsReader,
  upid: string,
  lines = LOG_TAIL_LINES,
): Promise<PbsTaskState> {
  parsePbsUpid(upid);
  const row = await reader.get("/nodes/{node}/tasks/{upid}/status", { node: NODE, upid });
  return stateOf(upid, row, await logTail(reader, upid, lines));
}

/**
 * Follows a task to its end, asking less and less often, or as long as there is patience for it.
 *
 * @throws AppError with the task's reason and the end of its log when it failed; `timeout` when it still
 * runs at the deadline; `unavailable` when it can no longer be followed, or its end is not known
 */
export async function waitPbsTask(
  reader: PbsReader & Waiting,
  upid: string,
  { timeoutMs, patienceMs, onPoll }: PbsTaskPatience,
): Promise<PbsTaskState> {
  parsePbsUpid(upid);
  const { row, because } = await followTask<StatusRow>(reader, {
    read: () => reader.get("/nodes/{node}/tasks/{upid}/status", { node: NODE, upid }),
    timeoutMs,
    patienceMs,
    onPoll,
    mayPass: (error) =>
      error instanceof AppError && error.code === "unavailable" &&
      !isPbsKind(error, "token_rejected"),
    unfollowed: (error) => unfollowed(error, upid, reader),
  });
  if (because === "the time is over") {
    const state = `the task still runs after ${Math.round(timeoutMs / 1000)} s and goes on`;
    const message = `${state}: do not start it again, look at task ${upid} of ${reader.label}`;
    throw new AppError("timeout", message);
  }
  const log = await logTail(reader, upid, LOG_TAIL_LINES).catch(() => []);
  const state = stateOf(upid, row ?? {}, log);
  return because === "it ended" ? requirePbsSuccess(state, reader) : state;
}

/**
 * The state of a task that has ended, when it has ended well.
 *
 * @throws AppError with the task's reason and the end of its log
 */
export function requirePbsSuccess(
  state: PbsTaskState,
  reader: Pick<PbsReader, "answering" | "label">,
): PbsTaskState {
  const { exit_status: exit = "unknown", log_tail, upid } = state;
  if (succeeded(exit)) return state;
  const end = `(task ${upid}${shownTail(log_tail, exit)})`;
  // Also what is answered for a task that never was: any well-formed UPID is taken (jobs.txt).
  if (exit === "unknown") {
    const message = `${reader.label} does not know how the task ended, or never had it ${end}`;
    throw new AppError("unavailable", message);
  }
  const failure = failureOfEnd(exit, reader.answering);
  throw failure.withMessage(`${failure.message} ${end}`);
}

function failureOfEnd(exit: string, answering: Answering): AppError {
  return reasonFailure(clip(oneLine(exit)), answering);
}

function shownTail(lines: readonly string[], exit: string): string {
  const log = lines.filter((line) => line !== "" && !line.endsWith(`TASK ERROR: ${exit}`)).slice(
    -5,
  );
  return log.length === 0 ? "" : `; log: ${log.map((line) => quote(line)).join(" | ")}`;
}

/**
 * The last lines of a task's log. How many there are is known only with an answer: of a log that is longer
 * than one page the end is read in a second one. `start` is a line's number, from 1 (jobs.txt).
 */
async function logTail(reader: PbsReader, upid: string, lines: number): Promise<string[]> {
  const page = (start: number, limit: number) =>
    reader.page("/nodes/{node}/tasks/{upid}/log", { node: NODE, upid }, { start, limit });
  const first = await page(1, LOG_PAGE);
  const total = first.total ?? 0;
  const { rows } = total > LOG_PAGE ? await page(total - lines + 1, lines) : first;
  return rows.map(({ t }) => clip(String(t ?? ""))).slice(-lines);
}

function stateOf(upid: string, row: StatusRow, log_tail: string[]): PbsTaskState {
  const exit = typeof row.exitstatus === "string" ? row.exitstatus : undefined;
  return {
    upid,
    status: row.status === "stopped" ? "stopped" : "running",
    ...(exit === undefined ? {} : { exit_status: exit }),
    warnings: exit === undefined ? 0 : warningsIn(exit),
    log_tail,
  };
}

function unfollowed(error: unknown, upid: string, { label }: PbsReader): AppError {
  const reason = error instanceof AppError ? error.message : "unexpected answer";
  const code = error instanceof AppError ? error.code : "unavailable";
  const message =
    `${label} accepted the task, but its end is unknown: ${reason}; look at task ${upid}`;
  return new AppError(code, message, { cause: error });
}
