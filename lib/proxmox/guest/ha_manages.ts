import { flag, record, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import { type Guest, guestLabel } from "./directory.ts";
import type { CurrentState } from "./power.ts";

/** True when HA manages the guest, so that it starts, stops and moves it; an ignored one it leaves alone. */
export function haManages({ row: { ha } }: Pick<CurrentState, "row">): boolean {
  return flag(record(ha).managed);
}

/**
 * Why HA makes no change of a guest that it manages: what it has in state `error` it leaves as it is, though it
 * takes every request, until it is to be `disabled` (`PVE::HA::Manager`).
 */
export function whyHaRests(
  pve: Pve,
  guest: Pick<Guest, "type" | "vmid">,
  { row: { ha } }: Pick<CurrentState, "row">,
): string | undefined {
  if (text(record(ha).state) !== "error") return undefined;
  const state = `HA has ${guestLabel(guest)} in state error and does nothing with it`;
  return `${state}; ${pve.advice.ha_error}`;
}

/** Whether HA will make a change in Proxmox's place; requires that nothing keeps it from that. */
export function haWillDo(
  pve: Pve,
  guest: Pick<Guest, "type" | "vmid">,
  state: Pick<CurrentState, "row">,
): boolean {
  if (!haManages(state)) return false;
  const against = whyHaRests(pve, guest, state);
  pve.check(`HA acts on ${guestLabel(guest)}`, against === undefined, against ?? "");
  return true;
}
