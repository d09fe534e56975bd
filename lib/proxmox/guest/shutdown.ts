import type { Pve } from "../pve.ts";
import { type Guest, guestLabel } from "./directory.ts";

/** Proxmox's own default, below which a VM has hardly a chance. */
const LEAST_HA_SECONDS = 60;

/**
 * Asks a guest to shut down; gives the UPID. HA's manager pulls a VM's plug when the time is over
 * (`PVE::HA::Resources::PVEVM`), which is told and not done at once; Proxmox alone only fails then.
 */
export async function sendShutdown(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
  { byHa, timeout_seconds: given }: { byHa: boolean; timeout_seconds: number },
): Promise<unknown> {
  const forced = byHa && guest.type === "qemu";
  const timeout = forced ? Math.max(given, LEAST_HA_SECONDS) : given;
  if (forced) {
    const label = guestLabel(guest);
    pve.warn(`HA stops ${label} by force when it has not shut down after ${timeout} s`);
  }
  return await pve.post("/nodes/{node}/{type}/{vmid}/status/shutdown", guest, { timeout });
}
