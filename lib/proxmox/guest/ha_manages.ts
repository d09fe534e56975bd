import { flag } from "../api/values.ts";
import type { CurrentState } from "./power.ts";

/** True when HA manages the guest, so that it starts, stops and moves it; an ignored one it leaves alone. */
export function haManages({ row: { ha } }: Pick<CurrentState, "row">): boolean {
  return typeof ha === "object" && ha !== null && "managed" in ha && flag(ha.managed);
}
