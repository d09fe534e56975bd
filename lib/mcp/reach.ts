import {
  maySeeNode,
  mayTouchAll,
  mayTouchGuest,
  mayTouchNode,
  type TokenLimits,
} from "../auth/limits.ts";
import type { Reach } from "../proxmox/plan.ts";

/** What a token with these limits may touch. */
export function reachOf(limits: TokenLimits | null): Reach {
  return {
    everything: mayTouchAll(limits),
    everywhere: mayTouchAll(limits) && (limits === null || limits.clusters === null),
    guest: (guest) => mayTouchGuest(limits, guest),
    node: (name) => mayTouchNode(limits, name),
    sees: (name) => maySeeNode(limits, name),
  };
}
