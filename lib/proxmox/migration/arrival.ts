import { AppError } from "../../errors.ts";
import { type Guest, guestsIn } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";

const POLL_MS = 2_000;

/**
 * Waits until a guest has left its node, which HA's task only asks for; gives where it is then, undefined
 * when time or patience are over before.
 */
export async function leaves(
  pve: Pve,
  { node, vmid }: Pick<Guest, "node" | "vmid">,
  { seconds = Infinity }: { seconds?: number } = {},
): Promise<string | undefined> {
  const ends = pve.now().getTime() + seconds * 1000;
  for (;;) {
    const at = await placeOf(pve, vmid);
    if (at !== undefined && at !== node) return at;
    const leftMs = Math.min(pve.patienceMs, ends - pve.now().getTime());
    if (leftMs <= 0) return undefined;
    await pve.sleep(Math.min(POLL_MS, leftMs));
  }
}

/** Undefined also while that cannot be read: what was asked of HA goes on. */
async function placeOf(pve: Pve, vmid: number): Promise<string | undefined> {
  try {
    const guests = guestsIn(await pve.resources({ fresh: true }));
    return guests.find((guest) => guest.vmid === vmid)?.node;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
