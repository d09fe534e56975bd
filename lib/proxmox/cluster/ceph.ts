import { isKind } from "../api/errors.ts";
import { garbled } from "../api/failures.ts";
import { isRecord } from "../api/values.ts";
import type { Pve } from "../pve.ts";

/** Ceph's own status; undefined on a cluster without Ceph, which is an answer and no failure. */
export async function readCeph(
  pve: Pve,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const status: Readonly<Record<string, unknown>> = await pve.get("/cluster/ceph/status");
    if (isRecord(status.health)) return status;
  } catch (error) {
    if (isKind(error, "not_installed")) return undefined;
    throw error;
  }
  throw garbled("Proxmox's answer to /cluster/ceph/status tells no health");
}
