import { type Guest, guestsIn } from "../../proxmox/guest/directory.ts";
import type { Pve } from "../../proxmox/pve.ts";
import type { CallRequest } from "../call_request.ts";
import type { CallServices } from "../call_services.ts";
import { proxmoxIn } from "../clusters/reached.ts";

/**
 * Guests of other clusters that a dry run may be about: what it changes on a backup server, which belongs to
 * all, may be any cluster's as long as the call means none.
 *
 * @throws AppError when a cluster does not answer: whether approval is needed is then not known
 */
export async function guestsBeyond(
  { proxmox }: Pick<CallServices, "proxmox">,
  request: CallRequest,
  { cluster: own, concernsAny, plan, vmids }: Pick<
    Pve,
    "cluster" | "concernsAny" | "plan" | "vmids"
  >,
): Promise<Guest[]> {
  // The path of what is sent elsewhere begins with the server's name.
  const isBeyond = plan.requests.some(({ path }) => !path.startsWith("/"));
  if (!proxmox.several || request.meant !== undefined || !isBeyond) return [];
  const others = proxmox.names.filter((name) => name !== own);
  const lists = await Promise.all(
    others.map((cluster) => proxmoxIn({ proxmox }, { cluster }).resourcesFor(request)),
  );
  return lists.flatMap((rows) => guestsIn(rows))
    .filter(({ vmid }) => concernsAny || vmids.includes(vmid));
}
