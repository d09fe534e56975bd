import { isKind } from "../api/errors.ts";
import type { Pve } from "../pve.ts";

/** Ceph's own status; undefined on a cluster without Ceph, which is an answer and no failure. */
export async function readCeph(
  pve: Pve,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return await pve.get("/cluster/ceph/status");
  } catch (error) {
    if (isKind(error, "not_installed")) return undefined;
    throw error;
  }
}
