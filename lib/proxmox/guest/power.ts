import type { Params } from "../api/client.ts";
import { type Guest, guestLabel, type GuestType } from "./directory.ts";
import { path } from "../api/path.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";
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
  pve: Pve,
  { node, type, vmid }: Pick<Guest, "node" | "type" | "vmid">,
): Promise<CurrentState> {
  const row = await pve.get<Record<string, unknown>>(
    path`/nodes/${node}/${type}/${vmid}/status/current`,
  );
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
export function haNotes({ row }: CurrentState): { notes?: string[] } {
  const { ha } = row;
  const managed = typeof ha === "object" && ha !== null && "managed" in ha && flag(ha.managed);
  return managed ? { notes: ["HA does it: the task is only the request; see get_guest"] } : {};
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
 */
export async function changePower(
  pve: Pve,
  input: PowerInput,
  options: {
    type: GuestType;
    command: "start" | "stop" | "shutdown" | "reboot" | "reset" | "suspend" | "resume";
    from: readonly string[];
    params?: Params;
  },
): Promise<TaskState & { notes?: string[] }> {
  const { command, from, params, type } = options;
  const guest = await pve.claim(input, { type });
  const state = await currentState(pve, guest);
  const { status, lock, template } = state;
  const label = guestLabel(guest);
  // A VM that was suspended to disk is "stopped" and locked; only resuming it makes sense.
  const suspended = lock === "suspended" && from.includes("suspended");
  const already = status === "running" ? "already running" : status;
  pve.check("is not a template", !template, `${label} is a template; clone it instead`);
  pve.check("is not locked", lock === undefined || suspended, `${label} is locked (${lock})`);
  pve.check(
    `is ${from.join(" or ")}`,
    suspended || from.includes(status),
    `${label} is ${already}`,
  );
  const { node, vmid } = guest;
  const upid = await pve.post(path`/nodes/${node}/${type}/${vmid}/status/${command}`, params);
  return { ...await pve.task(upid, input), ...haNotes(state) };
}
