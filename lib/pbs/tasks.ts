import { AppError, oneLine } from "../errors.ts";
import { text } from "../proxmox/api/values.ts";
import { clip, logEnd } from "../proxmox/clip.ts";
import {
  followTask,
  hasEnded,
  succeeded,
  type TaskState,
  taskState,
  type Waiting,
} from "../upstream/task_end.ts";
import { garbled, reasonFailure } from "./api/failures.ts";
import type { PbsReader } from "./reader.ts";
import { parsePbsUpid } from "./upid.ts";

export interface PbsTaskPatience {
  /** After which it is an error that the task still runs. */
  readonly timeoutMs: number;
  /** After which its state is given as it is. */
  readonly patienceMs: number;
  readonly onPoll?: ((elapsedMs: number) => void) | undefined;
}

/** A backup server is one node, and any name of it answers. */
export const NODE = "localhost";

const LOG_TAIL_LINES = 10;
const LOG_PAGE = 500;

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
): Promise<TaskState> {
  parsePbsUpid(upid);
  const { row, because } = await followTask(reader, {
    read: async () => {
      const row = await reader.get("/nodes/{node}/tasks/{upid}/status", { node: NODE, upid });
      if (hasEnded(row) !== undefined) return row;
      throw garbled(reader.client, "does not tell whether the task has ended");
    },
    timeoutMs,
    patienceMs,
    onPoll,
    runner: reader.label,
    advice: `look at task ${upid}`,
  });
  if (because === "the time is over") {
    const state = `the task still runs after ${Math.round(timeoutMs / 1000)} s and goes on`;
    const message = `${state}: do not start it again, look at task ${upid} of ${reader.label}`;
    throw new AppError("timeout", message);
  }
  const state = taskState(upid, row, await logTail(reader, upid).catch(() => []));
  return because === "it ended" ? requireSuccess(state, reader) : state;
}

/**
 * The state of a task that has ended, when it has ended well.
 *
 * @throws AppError with the task's reason and the end of its log
 */
function requireSuccess(state: TaskState, reader: PbsReader): TaskState {
  const { exit_status: exit = "unknown", log_tail, upid } = state;
  if (succeeded(exit)) return state;
  const end = `(task ${upid}${logEnd(log_tail, exit)})`;
  // Also what is answered for a task that never was: any well-formed UPID is taken (jobs.txt).
  if (exit === "unknown") {
    const message = `${reader.label} does not know how the task ended, or never had it ${end}`;
    throw new AppError("unavailable", message);
  }
  const failure = reasonFailure(clip(oneLine(exit)), reader.answering);
  throw failure.withMessage(`${failure.message} ${end}`);
}

/**
 * The last lines of a task's log. How many there are is known only with an answer: of a log that is longer
 * than one page the end is read in a second one. `start` is a line's number, from 1 (jobs.txt).
 */
async function logTail(reader: PbsReader, upid: string): Promise<string[]> {
  const page = (start: number, limit: number) =>
    reader.page("/nodes/{node}/tasks/{upid}/log", { node: NODE, upid }, { start, limit });
  const first = await page(1, LOG_PAGE);
  const total = first.total ?? 0;
  const { rows } = total > LOG_PAGE
    ? await page(total - LOG_TAIL_LINES + 1, LOG_TAIL_LINES)
    : first;
  return rows.map(({ t }) => clip(text(t) ?? "")).slice(-LOG_TAIL_LINES);
}
