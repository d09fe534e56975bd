import type { CallsBackupServers } from "../pbs/call.ts";
import type { Place, Snapshot } from "../pbs/snapshots.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { Neighbours } from "./join.ts";
import { Whose } from "./whose.ts";

/** Backup servers as one caller may know of them. */
export interface Sight {
  readonly pbs: CallsBackupServers;
  /** Null where it is the only cluster's, and the caller may know of all. */
  readonly whose: Whose | null;
  /** True when the caller may know of everything on them. */
  readonly isWhole: boolean;
  readonly sees: (datastore: Omit<Place, "namespace">) => boolean;
  /** True when it is of clusters that the caller may know of, and surely of no other. */
  readonly shows: (snapshot: Snapshot) => boolean;
}

/**
 * What a caller may know of backup servers. They belong to all clusters: who is limited is shown the datastores
 * at which the clusters within reach store, or where sync jobs copy their backups, and of these the backups of
 * their guests; any other server is as good as none.
 */
export async function sightOf(
  { clusters, isOneOfSeveral, pbs, pve }: {
    readonly clusters: Neighbours;
    readonly isOneOfSeveral: boolean;
    readonly pbs: CallsBackupServers;
    readonly pve: Pick<Pve, "reach">;
  },
): Promise<Sight> {
  const { everywhere: isWhole } = pve.reach;
  const whose = isWhole && !isOneOfSeveral
    ? null
    : await Whose.withCopies(await clusters.tenants(), pbs);
  if (isWhole || whose === null) {
    return { pbs, whose, isWhole, sees: () => true, shows: () => true };
  }
  const { names } = clusters;
  const stores = new Set(whose.places(names).map(storeKey));
  const servers = new Set(whose.places(names).map(({ server }) => server));
  return {
    pbs: pbs.within(pbs.names.filter((name) => servers.has(name))),
    whose,
    isWhole,
    sees: (datastore) => stores.has(storeKey(datastore)),
    shows: (snapshot) => {
      const owners = whose.of(snapshot, snapshot);
      if (owners.length === 0 || !owners.every((owner) => names.includes(owner))) return false;
      // A cluster that nobody can ask may store there too, but not with the same token.
      return whose.unread.length === 0 || whose.isOwned(snapshot, snapshot);
    },
  };
}

function storeKey({ datastore, server }: Omit<Place, "namespace">): string {
  return `${server}:${datastore}`;
}
