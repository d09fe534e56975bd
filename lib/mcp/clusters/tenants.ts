import { Tenants } from "../../backups/tenants.ts";
import { CallsBackupServers } from "../../pbs/call.ts";
import type { Clusters } from "../../proxmox/clusters.ts";
import { onlyLooking } from "../../proxmox/only_looking.ts";
import { Pve } from "../../proxmox/pve.ts";
import type { CallersProxmox } from "../callers_proxmox.ts";
import { reachOf } from "../reach.ts";
import type { ToolServices } from "../tool_context.ts";

/**
 * What tells of every cluster which backups are its own, as the server itself sees them: that one caller may
 * not know of a cluster makes its backups nobody else's.
 */
export function tenantsOf(
  { backupServers, monotonic, proxmox }: Pick<ToolServices, "backupServers"> & {
    readonly monotonic: () => number;
    readonly proxmox: Clusters<CallersProxmox>;
  },
): Tenants {
  const ownOf = (cluster: string) => (proxmox.get(cluster) ?? proxmox.first).own;
  return new Tenants({
    names: proxmox.names,
    monotonic,
    isFresh: (cluster, askedAt) => ownOf(cluster).share.isFresh(askedAt),
    open: (cluster, signal) => {
      const call = onlyLooking({
        caller: "whose backups are whose",
        signal,
        reach: reachOf(null),
        onlyReads: true,
        action: "tell whose backups are whose",
      });
      const pve = new Pve(ownOf(cluster), call);
      return { cluster, pve, pbs: new CallsBackupServers(backupServers, pve) };
    },
  });
}
