import { mayReachCluster } from "../../auth/limits.ts";
import type { Principal } from "../../auth/principal.ts";
import { AppError } from "../../errors.ts";
import type { PveShared } from "../../proxmox/pve_parts.ts";
import type { CallServices } from "../call_services.ts";
import type { CallersProxmox, ProxmoxCaller } from "../callers_proxmox.ts";

type Proxmox = Pick<CallServices, "proxmox">;

/** Whom a call concerns, and in which of several clusters. */
export interface ClusterCaller extends ProxmoxCaller {
  readonly principal: ProxmoxCaller["principal"] & Pick<Principal, "limits">;
  readonly cluster?: string | undefined;
}

/**
 * The Proxmox of the cluster that a call is about; of the only one, where there is one.
 *
 * @throws AppError `not_found` for one that is not configured any more
 */
export function proxmoxIn(
  { proxmox }: Proxmox,
  { cluster }: { readonly cluster?: string | undefined },
): CallersProxmox {
  if (cluster === undefined) return proxmox.first;
  const found = proxmox.get(cluster);
  if (found === undefined) throw new AppError("not_found", `there is no cluster ${cluster}`);
  return found;
}

/**
 * The same as the caller reaches it.
 *
 * @throws AppError `forbidden` for a cluster that the token's limits leave out
 */
export async function reachedIn(services: Proxmox, caller: ClusterCaller): Promise<PveShared> {
  const { cluster = services.proxmox.names[0] ?? "", principal: { limits } } = caller;
  if (!mayReachCluster(limits, cluster)) {
    throw new AppError("forbidden", "the token's limits do not include the cluster");
  }
  return await proxmoxIn(services, caller).of(caller);
}
