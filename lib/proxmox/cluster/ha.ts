import { isKind } from "../api/errors.ts";
import type { Pve } from "../pve.ts";

type Row = Readonly<Record<string, unknown>>;

/** HA as Proxmox reports it now: rows of type quorum, master, lrm, service and fencing. */
export function haStatus(pve: Pve): Promise<Row[]> {
  return pve.list("/cluster/ha/status/current");
}

/** Where guests may run: rules since Proxmox VE 9, groups before. */
export async function haPlacement(pve: Pve): Promise<Row[]> {
  try {
    return await pve.list("/cluster/ha/rules");
  } catch (error) {
    if (!isKind(error, "not_offered")) throw error;
    return await pve.list("/cluster/ha/groups");
  }
}

/** True for a service that HA has given up, is fencing, or finds no node for. */
export function isUnplaced(service: Row): boolean {
  return ["error", "fence", "recovery"].includes(String(service.state));
}

/** A local resource manager whose node no longer reports. */
export function isDead(manager: Row): boolean {
  return /dead/.test(String(manager.status));
}
