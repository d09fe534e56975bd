import { AppError } from "../../errors.ts";
import { isKind } from "../api/errors.ts";
import { number } from "../api/values.ts";
import type { Patience } from "../following.ts";
import { withStart } from "./afterwards.ts";
import type { GuestType } from "./directory.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";
import { lacks } from "../unseen.ts";

const MIB = 1024 ** 2;
/** How often a vmid is chosen for one guest. */
const MAX_TRIES = 20;
/** How far above the first free vmid a guest is put while the ones between are being taken. */
const MAX_AHEAD = 100;

/** The vmid that Proxmox would give next. */
export async function nextVmid(pve: Pve): Promise<number> {
  const vmid = number(await pve.value("/cluster/nextid"));
  if (vmid === undefined) throw new AppError("unavailable", "Proxmox named no free vmid");
  return vmid;
}

/** Where a guest is to be made. */
export interface Wish extends Patience {
  /** Where none is given, a free one is chosen. */
  readonly vmid?: number | undefined;
  readonly node: string;
  readonly type: GuestType;
  readonly name?: string | undefined;
  readonly pool?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** True where Proxmox is asked to start it once it is made. */
  readonly start?: boolean | undefined;
}

/**
 * Makes a guest where the token's limits include it, follows the task, and holds the guest's vmid until
 * the call is over. Whoever asks Proxmox for a free vmid is told the same one until somebody has taken
 * it: a vmid that was chosen here is chosen anew when somebody else was quicker, one that was given never.
 *
 * @param make sends the request that makes the guest; gives its UPID and what else is to be told
 * @throws AppError `conflict` when the vmid given is in use, or others were quicker again and again
 */
export async function makeGuest<Told extends object>(
  pve: Pve,
  wish: Wish,
  make: (vmid: number) => Promise<Told & { upid: unknown }>,
): Promise<Omit<Told, "upid"> & TaskState & { node: string }> {
  const { name, node, pool, tags = [], type } = wish;
  for (let tries = 1;; tries++) {
    const vmid = wish.vmid ?? await holdFreeVmid(pve);
    await pve.assertNew({ vmid, node, pool, tags });
    if (wish.vmid !== undefined) {
      await pve.hold(vmid);
      const taken = await isTaken(pve, vmid);
      pve.check("the vmid is free", !taken, `the vmid ${vmid} is taken; give another one`);
    }
    pve.about({ vmid, name, node, type });
    try {
      const { upid, ...told } = await make(vmid);
      const task = wish.start
        ? await withStart(pve, { guest: { node, type, vmid }, upid, patience: wish })
        : await pve.task(upid, wish);
      return { ...told, ...task, node };
    } catch (error) {
      const lost = wish.vmid === undefined && tries < MAX_TRIES && isKind(error, "exists") &&
        await isTaken(pve, vmid).catch(() => false);
      if (!lost) throw await allocationLack(pve, error, { vmid, pool });
      pve.letGo(vmid);
    }
  }
}

/** Whoever may not make a guest is told by Proxmox neither the privilege nor the path. */
export async function allocationLack(
  pve: Pve,
  error: unknown,
  { vmid, pool }: Pick<Wish, "pool" | "vmid">,
): Promise<unknown> {
  if (!isKind(error, "denied")) return error;
  const paths = [`/vms/${vmid}`, ...(pool === undefined ? [] : [`/pool/${pool}`])];
  const lack = await Promise.all(
    paths.map((path) => lacks(pve, { path, anyOf: ["VM.Allocate"] })),
  );
  if (lack.includes(false)) return error;
  const lacking = `it lacks the privilege VM.Allocate on ${paths.join(" or ")}`;
  return error.withMessage(`${error.message}; ${lacking}`);
}

/** Holds a vmid that Proxmox tells to be free and that no other call of this program holds. */
export async function holdFreeVmid(pve: Pve): Promise<number> {
  const first = await nextVmid(pve);
  for (let vmid = first; vmid < first + MAX_AHEAD; vmid++) {
    if (!await pve.tryHold(vmid)) continue;
    if (vmid === first || !await isTaken(pve, vmid)) return vmid;
    pve.letGo(vmid);
  }
  throw new AppError("conflict", "too many guests are made at once; retry, or give a vmid");
}

/** Whether there is a guest with this vmid, also one that the token may not see. */
export async function isTaken(pve: Pve, vmid: number): Promise<boolean> {
  try {
    await pve.value("/cluster/nextid", {}, { vmid });
    return false;
  } catch (error) {
    if (isKind(error, "invalid_parameters") && "vmid" in error.errors) return true;
    throw error;
  }
}

/**
 * The online node with the most free memory.
 *
 * @throws AppError `conflict` when none has enough, `forbidden` when that is not known of any
 */
export async function chooseNode(pve: Pve, memoryMib: number): Promise<string> {
  const online = (await pve.resources())
    .filter((row) => row.type === "node" && row.status === "online" && row.node !== undefined);
  const nodes = online.flatMap(({ maxmem, mem, node = "" }) =>
    maxmem === undefined || mem === undefined ? [] : [{ node, free: maxmem - mem }]
  );
  if (nodes.length === 0) {
    // A token without Sys.Audit sees nodes without their memory. A single host leaves no choice.
    if (online.length === 1) return online[0]?.node ?? "";
    throw new AppError("forbidden", "the nodes' memory is hidden from the token; give a node");
  }
  const [best] = nodes.toSorted((a, b) => b.free - a.free);
  if (best && best.free >= memoryMib * MIB) return best.node;
  throw new AppError("conflict", `no online node has ${memoryMib} MiB of memory free; give a node`);
}
