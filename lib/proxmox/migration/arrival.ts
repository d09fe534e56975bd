import { AppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import type { Guest } from "../guest/directory.ts";
import { currentState } from "../guest/power.ts";
import type { Pve } from "../pve.ts";

const POLL_MS = 1_000;

/**
 * Waits until HA has moved a guest, some time after the task that asks for it; false when time or patience
 * are over before, or nobody can tell.
 *
 * @param guest at the node that it goes to
 */
export async function arrives(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  { seconds }: { seconds: number },
): Promise<boolean> {
  const ends = pve.now().getTime() + Math.min(seconds * 1000, pve.patienceMs);
  for (;;) {
    try {
      await currentState(pve, guest);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!isKind(error, "missing") || pve.now().getTime() >= ends) return false;
    }
    await pve.sleep(POLL_MS);
  }
}
