import { AppError } from "../../errors.ts";
import { clip, newestFirst } from "../clip.ts";
import { guestOf } from "../guest/directory.ts";
import type { RowOf } from "../api/types.ts";
import type { Pve } from "../pve.ts";
import { parseUpid, type TaskState } from "../tasks.ts";
import { compact, number, type Resource, text, time } from "../api/values.ts";

/** A task as Proxmox lists it: `status` is absent or RUNNING while it runs, else the exit status. */
export interface TaskEntry {
  readonly upid: string;
  readonly node: string;
  readonly type?: string;
  readonly id?: string;
  readonly user?: string;
  readonly tokenid?: string;
  readonly starttime?: number;
  readonly endtime?: number;
  readonly status?: string;
}

/** Reads a row of a node's list of tasks. */
export function taskOf(row: RowOf<"/nodes/{node}/tasks">, node: string): TaskEntry {
  return { ...row as unknown as TaskEntry, node };
}

const STOP_POLLS = 20;
const STOP_POLL_MS = 500;

/** The vmid in a task's id; undefined for tasks that concern no single guest. */
export function taskVmid(id: string | undefined): number | undefined {
  return /^[1-9]\d{2,8}$/.test(id ?? "") ? Number(id) : undefined;
}

export function isRunning(task: TaskEntry): boolean {
  return task.endtime === undefined && /^(|running)$/i.test(task.status ?? "");
}

/** Sorts running tasks first, then the newest first. */
export function taskKey(task: TaskEntry): string {
  const [, node, pid, start] = task.upid.split(":");
  return `${isRunning(task) ? 0 : 1}${newestFirst(task.starttime)}${node}${pid}${start}`;
}

/** A task as a list's row. */
export function describeEntry(task: TaskEntry) {
  const started = number(task.starttime);
  const ended = number(task.endtime);
  return compact({
    upid: task.upid,
    node: task.node,
    type: text(task.type),
    id: text(task.id),
    user: task.tokenid ? `${task.user}!${task.tokenid}` : text(task.user),
    status: isRunning(task) ? "running" : clip(task.status ?? "unknown"),
    started: time(started),
    ended: time(ended),
  });
}

/** Leaves the tasks of guests within the token's limits, and those of no single guest. */
export function withinReach(
  pve: Pve,
  tasks: readonly TaskEntry[],
  resources: readonly Resource[],
): TaskEntry[] {
  const guests = new Map(
    resources.map(guestOf).filter((guest) => guest !== undefined)
      .map((guest) => [guest.vmid, guest]),
  );
  return tasks.filter((task) => {
    const vmid = taskVmid(task.id);
    if (vmid === undefined) return true;
    const gone = { vmid, node: task.node, pool: undefined, tags: [] };
    return pve.reaches(guests.get(vmid) ?? gone);
  });
}

/** Refuses a task that the token's limits do not include. */
export async function assertTask(pve: Pve, upid: string): Promise<void> {
  const { node, id } = parseUpid(upid);
  const vmid = taskVmid(id);
  if (vmid === undefined) {
    pve.node(node);
    return;
  }
  // A task may outlive its guest: then only the limits by vmid and node can say yes.
  const gone = { vmid, node, pool: undefined, tags: [] };
  if (pve.reaches(gone)) return;
  await pve.find({ vmid }).catch((error) => {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    pve.assertGuest(gone);
  });
}

/**
 * Stops a task and waits some seconds for its end.
 *
 * @returns its state, which is still `running` when it does not heed the interrupt at once
 */
export async function stopTask(
  pve: Pve,
  upid: string,
  read: () => Promise<TaskState>,
): Promise<TaskState> {
  await pve.delete("/nodes/{node}/tasks/{upid}", { node: parseUpid(upid).node, upid });
  let state = await read();
  for (let poll = 0; state.status === "running" && poll < STOP_POLLS && !pve.dryRun; poll++) {
    await pve.sleep(STOP_POLL_MS);
    state = await read();
  }
  return state;
}
