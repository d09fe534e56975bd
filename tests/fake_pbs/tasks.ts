import { hex } from "../fake_pve/tasks.ts";
import { PbsError } from "./errors.ts";
import type { FakePbsTask, PbsOutcome, TaskWork } from "./state.ts";
import { type Call, type PbsWorld } from "./world.ts";

export interface TaskPlan {
  type: string;
  id: string;
  /** Lines in the log from the start on. */
  begin?: string[];
  work: TaskWork;
  /** It is over when the call is answered. */
  atOnce?: boolean;
  /** What it ends with when it is stopped; by default `task aborted`. */
  aborted?: string;
  /** The job that it is a run of, such as `verify v-daily`. */
  job?: string;
}

const unattendedMs = 5000;

/** As systemd escapes what stands in a unit's name. */
export function escapeId(id: string): string {
  return [...id].map((letter, i) => {
    if (letter === "/") return "-";
    if (/[A-Za-z0-9_]/.test(letter) || (letter === "." && i > 0)) return letter;
    return `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`;
  }).join("");
}

function unescapeId(id: string): string {
  return id.replaceAll("-", "/").replace(
    /\\x([0-9a-f]{2})/g,
    (_, code: string) => String.fromCharCode(parseInt(code, 16)),
  );
}

/** The parts of a UPID, or undefined. */
export function parseUpid(upid: string) {
  const parts =
    /^UPID:([^:]+):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8,16}):([0-9A-Fa-f]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/
      .exec(upid);
  if (!parts) return undefined;
  const [, node = "", pid = "", pstart = "", , starttime = "", type = "", id = "", owner = ""] =
    parts;
  const number = (text: string) => parseInt(text, 16);
  return {
    node,
    pid: number(pid),
    pstart: number(pstart),
    starttime: number(starttime),
    type,
    id: unescapeId(id),
    owner,
  };
}

/** How a task is written to state, running or not. */
export function newTask(
  world: PbsWorld,
  { type, id, owner, starttime }: { type: string; id: string; owner: string; starttime: number },
): FakePbsTask {
  const [pid, pstart] = [0x66b6, 0xac821];
  const parts = [pid, pstart, world.next(), starttime].map(hex).join(":");
  return {
    upid: `UPID:${world.state.node}:${parts}:${type}:${escapeId(id)}:${owner}:`,
    pid,
    pstart,
    starttime,
    type,
    id,
    owner,
    status: "running",
    log: [],
    polls: 0,
    lastRead: world.now(),
    work: () => {},
    aborted: "task aborted",
  };
}

/** Accepts a task, which is all that a 200 means, and returns its UPID. */
export function startTask({ state, who, world }: Call, plan: TaskPlan): string {
  const { aborted, begin = [], id, job, type, work } = plan;
  const task: FakePbsTask = {
    ...newTask(world, { type, id, owner: who, starttime: world.seconds() }),
    polls: state.taskPolls,
    work,
    ...(aborted === undefined ? {} : { aborted }),
    ...(job === undefined ? {} : { job }),
  };
  for (const text of begin) task.log.push(stamped(world, text));
  if (state.taskMs !== undefined) task.finishAt = world.now() + state.taskMs;
  state.tasks.push(task);
  const due = task.finishAt === undefined && task.polls <= 0;
  if (plan.atOnce || due) finishTask(world, task);
  return task.upid;
}

function stamped(world: PbsWorld, text: string): string {
  return `${new Date(world.now()).toISOString().slice(0, 19)}+00:00: ${text}`;
}

/** Ends every task whose time has come. A task that nobody polls ends by itself after a while. */
export function settle(world: PbsWorld): void {
  const now = world.now();
  for (const task of world.state.tasks) {
    if (task.status !== "running") continue;
    const due = task.finishAt === undefined
      ? Number.isFinite(task.polls) && now - task.lastRead > unattendedMs
      : task.finishAt <= now;
    if (due) finishTask(world, task);
  }
}

/** One status read: counts down, and ends the task when the count is used up. */
export function pollTask(world: PbsWorld, task: FakePbsTask): void {
  if (task.status !== "running" || task.finishAt !== undefined) return;
  task.lastRead = world.now();
  if (task.polls > 0) task.polls--;
  else finishTask(world, task);
}

/** Ends one running task, or all of them, now. */
export function finishTasks(world: PbsWorld, upid?: string): void {
  for (const task of world.state.tasks) {
    if (upid === undefined || task.upid === upid) finishTask(world, task);
  }
}

export function finishTask(world: PbsWorld, task: FakePbsTask): void {
  if (task.status !== "running") return;
  const outcome = takeOutcome(world, task);
  let warnings = 0;
  try {
    if (!outcome || /^(?:OK$|WARNINGS)/.test(outcome.exit)) {
      task.work({
        line: (text) => task.log.push(stamped(world, text)),
        warn: (text) => {
          warnings++;
          task.log.push(stamped(world, text));
        },
      }, task.upid);
    } else task.abandon?.();
    endTask(world, task, outcome?.exit ?? (warnings ? `WARNINGS: ${warnings}` : "OK"));
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof PbsError)) world.faults.push(`task ${task.type}: ${message}`);
    endTask(world, task, message);
  }
}

function takeOutcome({ state }: PbsWorld, task: FakePbsTask): PbsOutcome | undefined {
  const at = state.outcomes.findIndex((one) => (one.type ?? task.type) === task.type);
  return at < 0 ? undefined : state.outcomes.splice(at, 1)[0];
}

/** Stops a task before its work is done. */
export function abortTask(world: PbsWorld, task: FakePbsTask): void {
  if (task.status !== "running") return;
  task.abandon?.();
  endTask(world, task, task.aborted);
}

/** Ends a task as told; its log's last line is how it ended. */
function endTask(world: PbsWorld, task: FakePbsTask, exit: string): void {
  task.status = "stopped";
  task.exitstatus = exit;
  task.endtime = world.seconds();
  const good = exit === "OK" || exit.startsWith("WARNINGS");
  task.log.push(stamped(world, good ? `TASK ${exit}` : `TASK ERROR: ${exit}`));
}
