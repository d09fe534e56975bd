import type { Place } from "../pbs/snapshots.ts";
import type { ServedStorage } from "./storages.ts";
import type { Tenant } from "./whose.ts";

/** What one of several clusters tells of the backup servers, so that none is told by each. */
export interface Concerned {
  readonly servers: ReadonlySet<string>;
  /** Whether it also tells what is true of all of them together. */
  readonly all: boolean;
  readonly sees: (datastore: Omit<Place, "namespace">) => boolean;
}

interface Asked {
  readonly cluster: string;
  /** The clusters that are asked for the same. */
  readonly asked: readonly string[];
  readonly tenants: readonly Tenant[];
  /** The backup servers of the config. */
  readonly servers: readonly string[];
}

/**
 * A server is told by the first cluster that answers and stores there; one at which none stores, which sync
 * jobs fill, by the first that answers. One cluster that is asked alone tells of its own.
 */
export function concernedOf({ asked, cluster, servers, tenants }: Asked): Concerned {
  const there = tenants.filter((one) =>
    asked.includes(one.cluster) && one.unread === undefined && !one.isLate
  );
  const [first] = there;
  const tellerOf = (server: string) => {
    const storing = there.find((one) => serversOf(one).has(server));
    const isAnyones = asked.length > 1 && !tenants.some((one) => serversOf(one).has(server));
    return storing ?? (isAnyones ? first : undefined);
  };
  return {
    servers: new Set(servers.filter((server) => tellerOf(server)?.cluster === cluster)),
    all: asked.length > 1 && first?.cluster === cluster,
    sees: () => true,
  };
}

/** What is told to who may know of the cluster's own alone: where it stores. */
export function concernedBy(storages: readonly ServedStorage[]): Concerned {
  const keys = new Set(storages.map(({ place }) => `${place.server}:${place.datastore}`));
  return {
    servers: new Set(storages.map(({ place }) => place.server)),
    all: false,
    sees: ({ datastore, server }) => keys.has(`${server}:${datastore}`),
  };
}

function serversOf({ storages }: Tenant): Set<string> {
  return new Set(storages.map(({ place }) => place.server));
}
