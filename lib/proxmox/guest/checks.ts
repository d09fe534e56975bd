import { type Guest, guestLabel } from "./directory.ts";
import { type CurrentState, currentState } from "./power.ts";
import { lockedText } from "./locked.ts";
import type { Pve } from "../pve.ts";

/**
 * Asks how the guest stands and requires that it is not locked and, where `from` is given, that it
 * is in one of those states.
 *
 * @param options.despite the one lock that is in nobody's way
 */
export async function requireState(
  pve: Pve,
  guest: Guest,
  { despite, from }: { despite?: string; from?: readonly string[] } = {},
): Promise<CurrentState> {
  const state = await currentState(pve, guest);
  const label = guestLabel(guest);
  const isFree = state.lock === undefined || state.lock === despite;
  pve.check("is not locked", isFree, lockedText(guest, state.lock));
  if (from) {
    const wanted = from.join(" or ");
    pve.check(
      `is ${wanted}`,
      from.includes(state.status),
      `${label} is ${state.status}; it must be ${wanted}`,
    );
  }
  return state;
}

/** Asks how the guest stands and requires that it runs, so that something in it can answer. */
export async function requireRunning(pve: Pve, guest: Guest): Promise<void> {
  const { status } = await currentState(pve, guest);
  const how = status === "stopped" ? "start" : "resume";
  pve.check(
    "is running",
    status === "running",
    `${guestLabel(guest)} is ${status}; ${how} it first`,
  );
}
