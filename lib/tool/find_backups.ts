import type { Sight } from "../backups/sight.ts";
import { AppError } from "../errors.ts";
import { type Group, groupName } from "../pbs/group.ts";
import { placeText, readPlaces, readSnapshotsOf } from "../pbs/places.ts";
import type { Place, Snapshot } from "../pbs/snapshots.ts";
import type { ToolContext } from "./tool.ts";
import type { Meant } from "./whose_backups.ts";

interface Sought {
  readonly meant: Meant;
  readonly named: Group | undefined;
  readonly server: string | undefined;
  /** Empty: the root only; undefined: all. */
  readonly namespace: string | undefined;
}

/**
 * The place that holds the backups of a guest or group: of those where its cluster stores, else of all.
 *
 * @throws AppError `not_found`; `invalid` when several hold some; `unavailable` when one that does not answer
 * may hold some too
 */
export async function findBackups(
  { clusters }: Pick<ToolContext, "clusters">,
  sight: Sight,
  { meant, named, namespace, server }: Sought,
): Promise<Place> {
  const { pbs, sees } = sight;
  const names = server === undefined ? pbs.names : [pbs.of(server).server];
  const filter = named ?? { id: String(meant.vmid) };
  const what = named === undefined ? `guest ${meant.vmid}` : groupName(named);
  const isWanted = (place: Place) =>
    names.includes(place.server) && sees(place) &&
    (namespace ?? place.namespace) === place.namespace;
  const look = async (places: readonly Place[]) => {
    const wanted = new Map(places.filter(isWanted).map((place) => [placeText(place), place]));
    const { snapshots, warnings } = await readSnapshotsOf(pbs, [...wanted.values()], filter);
    const own = snapshots.filter((one) => isOf(one, { meant, named, sight }));
    return { found: new Map(own.map((one) => [placeText(one), one])), warnings };
  };
  const near = await look(storesOf(await clusters.tenants(), meant.clusters));
  if (near.found.size > 0) return only(what, near);
  const everywhere = await readPlaces(pbs, { names, namespace });
  const far = await look(everywhere.places);
  return only(what, { ...far, warnings: [...everywhere.failures, ...far.warnings] });
}

type Tenants = Awaited<ReturnType<ToolContext["clusters"]["tenants"]>>;

/** Where these clusters store; all, where none is meant. */
function storesOf(tenants: Tenants, clusters: readonly string[]): Place[] {
  return tenants.filter(({ cluster }) => clusters.length === 0 || clusters.includes(cluster))
    .flatMap(({ storages }) => storages.map(({ place }) => place));
}

function isOf(
  snapshot: Snapshot,
  { meant: { clusters }, named, sight: { shows, whose } }: Pick<Sought, "meant" | "named"> & {
    sight: Sight;
  },
): boolean {
  if (!shows(snapshot) || named === undefined && snapshot.type === "host") return false;
  const owners = whose?.of(snapshot, snapshot) ?? [];
  return clusters.length === 0 || owners.length === 0 ||
    owners.some((owner) => clusters.includes(owner));
}

function only(
  what: string,
  { found, warnings }: { found: ReadonlyMap<string, Place>; warnings: readonly string[] },
): Place {
  const [place, ...others] = found.values();
  const [warning] = warnings;
  const shown = [...found.keys()].sort().join(", ");
  if (others.length > 0) {
    throw new AppError(
      "invalid",
      `several places have backups of ${what}: name the server, datastore and namespace: ${shown}`,
    );
  }
  if (warning !== undefined) {
    const doubt = place === undefined
      ? `whether there are backups of ${what} is not known`
      : `${shown} has backups of ${what}, but whether it is the only one is not known`;
    throw new AppError("unavailable", `${warning}; ${doubt}: name the datastore`);
  }
  if (place === undefined) throw new AppError("not_found", `no datastore has backups of ${what}`);
  return place;
}
