import { compact, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";
import { afterwards } from "./afterwards.ts";
import { type Guest, guestLabel, type GuestType } from "./directory.ts";
import { haManages, haWillDo } from "./ha_manages.ts";
import { lockedText } from "./locked.ts";
import { currentState, mayChange, powerTasks } from "./power.ts";

async function underWay(pve: Pve, guest: Guest): Promise<{ notes?: string[] }> {
  const task = (await powerTasks(pve)).get(guest.vmid);
  return task === undefined ? {} : { notes: [mayChange(pve, guest, task)] };
}

/** How the task of a change found its guest. */
interface Found {
  readonly name?: string;
  readonly guest_status?: string;
}

/** What a guest wants first in a state that fits nothing else. */
const WAY_ON: Readonly<Record<string, string>> = {
  paused: "; resume it",
  stopped: "; start it",
};

interface PowerInput {
  readonly vmid: number | string;
  readonly node?: string | undefined;
  readonly wait?: boolean | undefined;
  readonly timeout_seconds?: number | undefined;
}

/**
 * Changes a guest's power state and follows the task, and what comes after it.
 *
 * @param options.from the states in which the change makes sense
 * @param options.to the state in which nothing is left to do
 * @param options.haDoes HA makes the change where it manages the guest
 * @param options.restarts the guest starts again after the task
 */
export async function changePower<T extends GuestType>(
  pve: Pve,
  input: PowerInput,
  { from, haDoes = false, restarts = false, send, to, type }: {
    type: T;
    from: readonly string[];
    to?: string | undefined;
    haDoes?: boolean | undefined;
    restarts?: boolean | undefined;
    /** Sends the request; gives the UPID. */
    send: (guest: Guest<T>, byHa: boolean) => Promise<unknown>;
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
  pve.check("is not locked", lock === undefined || suspended, lockedText(guest, lock));
  const fits = suspended || from.includes(status);
  const wanted = fits ? suspended ? "suspended" : status : from.join(" or ");
  pve.check(`is ${wanted}`, fits, `${label} is ${status}${WAY_ON[status] ?? ""}`);
  const byHa = haDoes ? haWillDo(pve, guest, state) : haManages(state);
  const upid = await send(guest, byHa);
  // Who does not wait is not told more by asking again: the task has only just begun.
  const found = input.wait === false ? compact({ name: text(row.name), guest_status: status }) : {};
  const task = await pve.task(upid, input);
  const by = haDoes && byHa ? "ha" : restarts ? "restart" : undefined;
  if (by === undefined) return { ...found, ...task };
  const late = { by, wanted: to ?? "running", seconds: input.timeout_seconds, task } as const;
  return { ...found, ...task, ...await afterwards(pve, guest, late) };
}
