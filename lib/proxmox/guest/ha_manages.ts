import { flag, record, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import { type Guest, guestLabel } from "./directory.ts";
import type { CurrentState } from "./power.ts";

/** True when HA manages the guest, so that it starts, stops and moves it; an ignored one it leaves alone. */
export function haManages({ row: { ha } }: Pick<CurrentState, "row">): boolean {
  return flag(record(ha).managed);
}

/**
 * Whether HA will make a change in Proxmox's place. What it has in state `error` it leaves as it is, though it
 * takes every request, until it is to be `disabled` (`PVE::HA::Manager`), so that is required not to be so.
 */
export function haWillDo(
  pve: Pve,
  guest: Pick<Guest, "type" | "vmid">,
  state: Pick<CurrentState, "row">,
): boolean {
  if (!haManages(state)) return false;
  pve.check(
    "HA acts on it",
    text(record(state.row.ha).state) !== "error",
    `HA has ${guestLabel(guest)} in state error and does nothing with it; ${pve.advice.ha_error}`,
  );
  return true;
}
