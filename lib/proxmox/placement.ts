import { AppError } from "../errors.ts";
import { path } from "./path.ts";
import type { Pve } from "./pve.ts";
import { number } from "./wire.ts";

const MIB = 1024 ** 2;

/** The vmid that Proxmox would give next. */
export async function nextVmid(pve: Pve): Promise<number> {
  const vmid = number(await pve.get(path`/cluster/nextid`));
  if (vmid === undefined) throw new AppError("unavailable", "Proxmox named no free vmid");
  return vmid;
}

/**
 * The online node with the most free memory.
 *
 * @throws AppError `conflict` when none has enough
 */
export async function chooseNode(pve: Pve, memoryMib: number): Promise<string> {
  const nodes = (await pve.resources())
    .filter((row) => row.type === "node" && row.status === "online" && row.node !== undefined)
    .map((row) => ({
      node: row.node ?? "",
      free: (number(row.maxmem) ?? 0) - (number(row.mem) ?? 0),
    }));
  const [best] = nodes.toSorted((a, b) => b.free - a.free);
  if (best && best.free >= memoryMib * MIB) return best.node;
  throw new AppError("conflict", `no online node has ${memoryMib} MiB of memory free; give a node`);
}
