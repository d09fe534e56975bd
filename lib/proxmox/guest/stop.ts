import { isKind } from "../api/errors.ts";
import type { Pve } from "../pve.ts";
import type { Guest } from "./directory.ts";

const STOP = "/nodes/{node}/{type}/{vmid}/status/stop";

/**
 * Pulls a guest's plug; gives the UPID. A shutdown that waits for the guest to react keeps it locked and is
 * ended for that. HA's resources take no such parameter, nor does Proxmox VE before 8.2.
 */
export async function sendStop(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  { byHa }: { byHa: boolean },
): Promise<unknown> {
  if (byHa) return await pve.post(STOP, guest);
  try {
    return await pve.post(STOP, guest, { "overrule-shutdown": true });
  } catch (error) {
    if (!isKind(error, "unknown_parameters")) throw error;
    return await pve.post(STOP, guest);
  }
}
