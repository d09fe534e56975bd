import { AppError, oneLine } from "../errors.ts";
import { isKind } from "./api/errors.ts";
import { garbled, reasonFailure } from "./api/failures.ts";
import type { DataOf } from "./api/types.ts";
import {
  followTask,
  hasEnded,
  succeeded,
  type TaskState,
  taskState,
} from "../upstream/task_end.ts";
import { clip, logEnd } from "./clip.ts";
import type { Pve } from "./pve.ts";

export {
  isUpid,
  PATIENCE_MS,
  succeeded,
  type TaskState,
  warningsIn,
} from "../upstream/task_end.ts";

/** What waiting needs of its surroundings. */
export type TaskReader = Pick<Pve, "advice" | "get" | "now" | "page" | "sleep">;

type StatusRow = DataOf<"/nodes/{node}/tasks/{upid}/status", "GET">;

const LOG_TAIL_LINES = 10;
const LOG_PAGE = 500;

/**
 * Takes a UPID apart: `UPID:node:pid:pstart:starttime:type:id:user:`; the user is `user@realm!token` for a task
 * that an API token started.
 *
 * @throws AppError `invalid`
 */
export function parseUpid(upid: string) {
  const match = upid.match(
    /^UPID:([A-Za-z0-9.-]+):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:([0-9A-Fa-f]{8}):([^:\s/]+):([^:\s/]*):([^:\s/]+):$/,
  );
  const [, node = "", start = "", type = "", id = "", user = ""] = match ?? [];
  if (!match) throw new AppError("invalid", `${JSON.stringify(upid)} is not a UPID`);
  return { node, startTime: new Date(parseInt(start, 16) * 1000), type, id, user };
}

/** True for a task that somebody or a restart stopped: it did not fail by itself. */
export function wasInterrupted(exitStatus: string): boolean {
  return /^(?:received|interrupted by) /.test(exitStatus);
}

/** True for a task that still runs; Proxmox forgets one that ended long ago. */
export async function isTaskRunning(reader: TaskReader, upid: string): Promise<boolean> {
  try {
    return hasEnded(await readStatus(reader, upid)) === false;
  } catch (error) {
    if (isKind(error, "missing")) return false;
    throw error;
  }
}

/** Reads a task's state and the end of its log. */
export async function readTask(
  reader: TaskReader,
  upid: string,
  lines = LOG_TAIL_LINES,
): Promise<TaskState> {
  const row = await readStatus(reader, upid);
  return taskState(upid, row, await readLogTail(reader, upid, lines));
}

/**
 * Follows a task to its end, asking less and less often, or as long as there is patience for it.
 *
 * @returns its state, which is `running` when the patience was over before the time
 * @throws AppError with the task's reason and the end of its log when it failed; `timeout` when it
 * still runs at the deadline, naming the UPID; `unavailable` when it can no longer be followed
 */
export async function waitTask(
  reader: TaskReader,
  upid: string,
  { timeoutMs, patienceMs, onPoll }: {
    timeoutMs: number;
    patienceMs: number;
    onPoll?: (elapsedMs: number) => void;
  },
): Promise<TaskState> {
  parseUpid(upid);
  const advice = `${reader.advice.task} ${upid}`;
  const { row, because } = await followTask(reader, {
    read: () => readStatus(reader, upid),
    timeoutMs,
    patienceMs,
    onPoll,
    runner: "Proxmox",
    advice,
  });
  if (because === "the time is over") {
    const seconds = Math.round(timeoutMs / 1000);
    const state = `the task still runs after ${seconds} s and goes on`;
    throw new AppError("timeout", `${state}: do not start it again, ${advice}`);
  }
  const state = taskState(upid, row, await readLogTail(reader, upid).catch(() => []));
  return because === "it ended" ? requireSuccess(state) : state;
}

/** @throws AppError `unavailable` for an answer that does not tell whether the task has ended */
async function readStatus(reader: TaskReader, upid: string): Promise<StatusRow> {
  const { node } = parseUpid(upid);
  const row = await reader.get("/nodes/{node}/tasks/{upid}/status", { node, upid });
  if (hasEnded(row) === undefined) {
    throw garbled("Proxmox's answer does not tell whether the task has ended");
  }
  return row;
}

/**
 * The state of a task that has ended, when it has ended well.
 *
 * @throws AppError with the task's reason and the end of its log
 */
export function requireSuccess(state: TaskState): TaskState {
  const exit = state.exit_status ?? "the task ended without a status";
  if (succeeded(exit)) return state;
  throw taskFailure(state.upid, exit, state.log_tail);
}

/** The last lines of a task's log, without the closing `TASK OK`. */
async function readLogTail(
  reader: TaskReader,
  upid: string,
  lines = LOG_TAIL_LINES,
): Promise<string[]> {
  const { node } = parseUpid(upid);
  const read = (params: { start: number; limit: number }) =>
    reader.page("/nodes/{node}/tasks/{upid}/log", { node, upid }, params);
  let page = await read({ start: 0, limit: LOG_PAGE });
  if ((page.total ?? 0) > LOG_PAGE) {
    page = await read({ start: (page.total ?? 0) - lines, limit: lines });
  }
  return page.rows.map((row) => clip(String(row.t))).slice(-lines);
}

function taskFailure(upid: string, exit: string, logTail: string[]): AppError {
  const failure = reasonFailure(clip(oneLine(exit)));
  return failure.withMessage(`${failure.message} (task ${upid}${logEnd(logTail, exit)})`);
}
