import { AppError } from "../../errors.ts";
import type { Pve } from "../pve.ts";
import { number } from "../api/values.ts";

const MIB = 1024 ** 2;

/** The vmid that Proxmox would give next. */
export async function nextVmid(pve: Pve): Promise<number> {
  const vmid = number(await pve.value("/cluster/nextid"));
  if (vmid === undefined) throw new AppError("unavailable", "Proxmox named no free vmid");
  return vmid;
}

/**
 * Gives a guest-to-be its vmid and node, if the token's limits include it there, and holds the vmid
 * until the call is over.
 *
 * @param wish.memory MiB
 */
export async function placeGuest(
  pve: Pve,
  wish: {
    vmid?: number | undefined;
    node?: string | undefined;
    memory: number;
    pool?: string | undefined;
    tags?: readonly string[] | undefined;
  },
): Promise<{ vmid: number; node: string }> {
  const node = wish.node ?? await chooseNode(pve, wish.memory);
  const vmid = wish.vmid ?? await nextVmid(pve);
  pve.assertGuest({ vmid, node, pool: wish.pool, tags: wish.tags ?? [] });
  await pve.hold(vmid);
  return { vmid, node };
}

/**
 * The online node with the most free memory.
 *
 * @throws AppError `conflict` when none has enough, `forbidden` when that is not known of any
 */
async function chooseNode(pve: Pve, memoryMib: number): Promise<string> {
  const online = (await pve.resources())
    .filter((row) => row.type === "node" && row.status === "online" && row.node !== undefined);
  const nodes = online.filter((row) => number(row.maxmem) !== undefined).map((row) => ({
    node: row.node ?? "",
    free: (number(row.maxmem) ?? 0) - (number(row.mem) ?? 0),
  }));
  if (nodes.length === 0) {
    // A token without Sys.Audit sees nodes without their memory. A single host leaves no choice.
    if (online.length === 1) return online[0]?.node ?? "";
    throw new AppError("forbidden", "the nodes' memory is hidden from the token; give a node");
  }
  const [best] = nodes.toSorted((a, b) => b.free - a.free);
  if (best && best.free >= memoryMib * MIB) return best.node;
  throw new AppError("conflict", `no online node has ${memoryMib} MiB of memory free; give a node`);
}
