import { reasonOf } from "./errors.ts";
import type { FakeGuest, FakeTask, TaskOutcome, TaskWork } from "./state.ts";
import { type Call, ownerOfCall, type World } from "./world.ts";

export interface TaskPlan {
  type: string;
  id: string | number;
  node: string;
  guest?: FakeGuest;
  configLock?: string;
  fileLock?: boolean;
  /** Status reads that answer "running", whatever the state says. */
  polls?: number;
  /** Milliseconds that it lasts, whatever others do. */
  lastsMs?: number;
  /** Lines in the log from the start on. */
  begin?: string[];
  work: TaskWork;
  /** Undoes what was made beforehand when the work is not done. */
  abandon?: () => void;
}

const unattendedMs = 5000;
const longTypes = /^(?:qmshutdown|qmreboot|vzshutdown|vzreboot)$/;

/** As it stands in a UPID. */
export function hex(value: number): string {
  return Math.floor(value).toString(16).toUpperCase().padStart(8, "0");
}

/** Accepts a task, which is all that a 200 means, and returns its UPID. */
export function startTask(call: Call, plan: TaskPlan): string {
  const { world, state } = call;
  const owner = ownerOfCall(call);
  const pid = 0x100 + world.next() * 3;
  const pstart = 0x70000 + world.next() * 0x97;
  const starttime = world.seconds();
  const upid = `UPID:${plan.node}:${hex(pid)}:${hex(pstart)}:${
    hex(starttime)
  }:${plan.type}:${plan.id}:${owner}:`;
  const task: FakeTask = {
    upid,
    node: plan.node,
    pid,
    pstart,
    starttime,
    type: plan.type,
    id: String(plan.id),
    owner,
    status: "running",
    log: [...plan.begin ?? []],
    polls: plan.polls ?? state.taskPolls,
    lastRead: world.now(),
    work: plan.work,
  };
  const lasts = plan.lastsMs ?? (plan.polls === undefined ? state.taskMs : undefined);
  if (lasts !== undefined) task.finishAt = world.now() + lasts;
  if (plan.guest) task.vmid = plan.guest.vmid;
  if (plan.fileLock) task.fileLock = true;
  if (plan.abandon) task.abandon = plan.abandon;
  if (plan.configLock && plan.guest && plan.guest.config.lock === undefined) {
    task.configLock = plan.configLock;
    plan.guest.config.lock = plan.configLock;
  }
  state.tasks.push(task);
  world.log(plan.node, owner, `starting task ${upid}`);
  if (task.finishAt === undefined && task.polls <= 0) finishTask(world, task);
  return upid;
}

/** Ends every task whose time has come. A task that nobody polls ends by itself after a while. */
export function settle(world: World): void {
  const now = world.now();
  for (const task of world.state.tasks) {
    if (task.status !== "running") continue;
    if (task.finishAt !== undefined) {
      if (task.finishAt <= now) finishTask(world, task);
    } else if (Number.isFinite(task.polls) && now - task.lastRead > unattendedMs) {
      finishTask(world, task);
    }
  }
}

/** One status read: counts down, and ends the task when the count is used up. */
export function pollTask(world: World, task: FakeTask): void {
  if (task.status !== "running" || task.finishAt !== undefined) return;
  task.lastRead = world.now();
  if (task.polls > 0) task.polls--;
  else finishTask(world, task);
}

/** Ends one running task, or all of them, now. */
export function finishTasks(world: World, upid?: string): void {
  for (const task of world.state.tasks) {
    if (upid === undefined || task.upid === upid) finishTask(world, task);
  }
}

export function finishTask(world: World, task: FakeTask): void {
  if (task.status !== "running") return;
  unlock(world, task);
  const outcome = takeOutcome(world, task);
  if (outcome?.log) task.log.push(...outcome.log);
  let warnings = 0;
  try {
    if (!outcome || keepsEffect(outcome.exit)) {
      waitForLock(world, task);
      task.work({
        line: (text) => task.log.push(text),
        warn: (text) => {
          warnings++;
          task.log.push(`WARN: ${text}`);
        },
      });
    } else task.abandon?.();
    end(world, task, outcome?.exit ?? (warnings ? `WARNINGS: ${warnings}` : "OK"));
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== "Error") world.faults.push(`task ${task.type}: ${message}`);
    end(world, task, reasonOf(error));
  }
}

function keepsEffect(exit: string): boolean {
  return exit === "OK" || exit.startsWith("WARNINGS");
}

function takeOutcome(world: World, task: FakeTask): TaskOutcome | undefined {
  const { outcomes } = world.state;
  const at = outcomes.findIndex((one) =>
    (one.type ?? task.type) === task.type && (one.id ?? task.id) === task.id
  );
  const outcome = outcomes[at];
  if (!outcome) return undefined;
  outcome.times = (outcome.times ?? 1) - 1;
  if (outcome.times <= 0) outcomes.splice(at, 1);
  return outcome;
}

function end(world: World, task: FakeTask, exit: string): void {
  task.status = "stopped";
  task.exitstatus = exit;
  task.endtime = world.seconds();
  task.log.push(
    exit === "OK" || exit.startsWith("WARNINGS") ? `TASK ${exit}` : `TASK ERROR: ${exit}`,
  );
  world.log(task.node, task.owner, `end task ${task.upid} ${exit}`);
}

export function abortTask(world: World, task: FakeTask): void {
  if (task.status !== "running") return;
  unlock(world, task);
  task.abandon?.();
  end(world, task, "received interrupt");
}

function unlock(world: World, task: FakeTask): void {
  const guest = task.vmid === undefined ? undefined : world.state.guests.get(task.vmid);
  if (guest && task.configLock && guest.config.lock === task.configLock) delete guest.config.lock;
}

export function lockTimeout(guest: FakeGuest): string {
  const file = guest.type === "qemu"
    ? `/var/lock/qemu-server/lock-${guest.vmid}.conf`
    : `/run/lock/lxc/pve-config-${guest.vmid}.lock`;
  return `can't lock file '${file}' - got timeout`;
}

/** The task that keeps the guest's lock file for longer than a writer waits; quick ones are let finish first. */
export function lockHolder(world: World, vmid: number, before?: FakeTask): FakeTask | undefined {
  for (const task of world.state.tasks) {
    if (task === before) break;
    if (task.status !== "running" || task.vmid !== vmid || !task.fileLock) continue;
    if (longTypes.test(task.type) || !Number.isFinite(task.polls)) return task;
    if (task.finishAt === undefined) finishTask(world, task);
  }
  return undefined;
}

function waitForLock(world: World, task: FakeTask): void {
  if (!task.fileLock || task.vmid === undefined) return;
  const holder = lockHolder(world, task.vmid, task);
  const guest = world.state.guests.get(task.vmid);
  if (holder && guest) throw new Error(lockTimeout(guest));
}
