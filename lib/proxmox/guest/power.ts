import { AppError } from "../../errors.ts";
import { isRunning, taskOf, taskVmid } from "../cluster/task_list.ts";
import { type Guest, guestLabel } from "./directory.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import { flag, text } from "../api/values.ts";

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
    status: statusOf(row),
    lock: text(row.lock),
    template: flag(row.template),
    row,
  };
}

/**
 * What a VM is "running" as in Proxmox's words that goes on by being resumed: paused, not started yet, or
 * asleep by its own system's wish.
 */
const PAUSED: readonly unknown[] = ["paused", "prelaunch", "suspended"];

/** QEMU's states of a VM that is there and does not run, as for want of space on its storage. */
export const HALTED = ["io-error", "internal-error", "guest-panicked", "watchdog", "shutdown"];

function statusOf({ status, qmpstatus }: Readonly<Record<string, unknown>>): string {
  if (PAUSED.includes(qmpstatus)) return "paused";
  return HALTED.find((halted) => halted === qmpstatus) ?? text(status) ?? "unknown";
}

/** Tasks that change a guest's power state. */
const POWER_TASK = /^(?:qm|vz)(?:start|shutdown|stop|reboot|reset|suspend|pause|resume)$/;

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
