import { AppError } from "../../errors.ts";
import { isRunning, taskOf, taskVmid } from "../cluster/task_list.ts";
import { type Guest, guestLabel, type GuestType } from "./directory.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";
import { compact, flag, text } from "../api/values.ts";

/** A guest's state asked of its own node; the resource list lags some seconds behind it. */
export interface CurrentState {
  readonly status: string;
  readonly lock: string | undefined;
  readonly template: boolean;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Asks the guest's node how the guest stands. */
export async function currentState(
  pve: Reader,
  guest: Pick<Guest, "node" | "type" | "vmid">,
): Promise<CurrentState> {
  const row = await pve.get("/nodes/{node}/{type}/{vmid}/status/current", guest);
  return {
    // A suspended VM is "running" with the QEMU status "paused".
    status: row.qmpstatus === "paused" ? "paused" : text(row.status) ?? "unknown",
    lock: text(row.lock),
    template: flag(row.template),
    row,
  };
}

/**
 * What to tell when the HA manager acts instead: Proxmox's task then ends well as soon as the wish is
 * noted, whatever comes of it.
 */
export function haNotes(pve: Pve, { row }: CurrentState): { notes?: string[] } {
  const { ha } = row;
  const managed = typeof ha === "object" && ha !== null && "managed" in ha && flag(ha.managed);
  return managed
    ? { notes: [`HA does it: the task is only the request; ${pve.advice.guest}`] }
    : {};
}

/** Tasks that change a guest's power state. */
const POWER_TASK = /^(?:qm|vz)(?:start|shutdown|stop|reboot|reset|suspend|resume)$/;

/** A task under way that changes a guest's power state. */
export interface PowerTask {
  readonly type: string;
  readonly upid: string;
}

/** Those of the cluster, by vmid; none for who may not see tasks: what runs already is no reason to do nothing. */
export async function powerTasks(pve: Pve): Promise<ReadonlyMap<number, PowerTask>> {
  try {
    const tasks = (await pve.list("/cluster/tasks")).map((row) => taskOf(row)).filter(isRunning);
    return new Map(tasks.flatMap(({ id, type = "", upid }) => {
      const vmid = taskVmid(id);
      return vmid === undefined || !POWER_TASK.test(type) ? [] : [[vmid, { type, upid }] as const];
    }));
  } catch (error) {
    if (error instanceof AppError) return new Map();
    throw error;
  }
}

/** What may change a state that is as it should be: until a shutdown ends its guest runs. */
export function mayChange(pve: Pve, guest: Guest, { type, upid }: PowerTask): string {
  return `${type} of ${
    guestLabel(guest)
  } is under way and may change that: ${pve.advice.wait} ${upid}`;
}

async function underWay(pve: Pve, guest: Guest): Promise<{ notes?: string[] }> {
  const task = (await powerTasks(pve)).get(guest.vmid);
  return task === undefined ? {} : { notes: [mayChange(pve, guest, task)] };
}

/** How the task of a change found its guest. */
interface Found {
  readonly name?: string;
  readonly guest_status?: string;
}

interface PowerInput {
  readonly vmid: number | string;
  readonly node?: string | undefined;
  readonly wait?: boolean | undefined;
  readonly timeout_seconds?: number | undefined;
}

/**
 * Changes a guest's power state and follows the task.
 *
 * @param options.from the states in which the change makes sense
 * @param options.to the state in which nothing is left to do
 */
export async function changePower<T extends GuestType>(
  pve: Pve,
  input: PowerInput,
  { from, send, to, type }: {
    type: T;
    from: readonly string[];
    to?: string | undefined;
    /** Sends the request; gives the UPID. */
    send: (guest: Guest<T>) => Promise<unknown>;
  },
): Promise<(TaskState & Found & { notes?: string[] }) | { unchanged: true; notes?: string[] }> {
  const guest = await pve.claim(input, { type });
  const state = await currentState(pve, guest);
  const { status, lock, row, template } = state;
  const label = guestLabel(guest);
  // A VM that was suspended to disk is "stopped" and locked; only resuming it makes sense.
  const suspended = lock === "suspended" && from.includes("suspended");
  if (!template && (to === status || to === "suspended" && lock === to)) {
    return { ...pve.unchanged(`${label} is ${to} already`), ...await underWay(pve, guest) };
  }
  pve.check("is not a template", !template, `${label} is a template; clone it instead`);
  pve.check("is not locked", lock === undefined || suspended, `${label} is locked (${lock})`);
  pve.check(
    `is ${from.join(" or ")}`,
    suspended || from.includes(status),
    `${label} is ${status}`,
  );
  const upid = await send(guest);
  // Who does not wait is not told more by asking again: the task has only just begun.
  const found = input.wait === false ? compact({ name: text(row.name), guest_status: status }) : {};
  return { ...found, ...await pve.task(upid, input), ...haNotes(pve, state) };
}
