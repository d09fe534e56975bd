import type { CallsBackupServers } from "../pbs/call.ts";
import { placeText } from "../pbs/places.ts";
import { readSyncs } from "../pbs/syncs.ts";
import type { GuestType } from "../proxmox/guest/directory.ts";
import type { Backup } from "../proxmox/storage/told.ts";
import { Copies, type CopyOf, routesOf } from "./copies.ts";
import type { Join } from "./join.ts";

/** Where else the backups of guests are. */
export interface OffSite {
  readonly warnings: readonly string[];
  /** @param backups all of one guest's that are known */
  of(backups: readonly Backup[], guest: { vmid: number; type: GuestType }): CopyOf;
}

/** Follows what sync jobs have brought from the cluster's storages to other datastores. */
export async function readOffSite(
  pbs: CallsBackupServers,
  { lists, storages }: Join,
): Promise<OffSite> {
  const { results, failures } = await pbs.readEach(readSyncs);
  const syncs = results.map(({ value }) => value);
  const blind = syncs.filter(({ complete }) => !complete);
  const places = [...new Map(storages.map(({ place }) => [placeText(place), place])).values()];
  const copies = await Copies.read(places, {
    lists,
    routes: routesOf(syncs, pbs),
    complete: failures.length === 0 && blind.length === 0,
  });
  const unseen = blind.map(({ server }) =>
    `backup server ${server}: without Datastore.Audit on /datastore and Remote.Audit on /remote ` +
    "sync jobs may be missing, so whether a copy is elsewhere is not known for sure"
  );
  return {
    warnings: [...failures.map(({ error }) => error.message), ...unseen, ...copies.warnings],
    of: (backups, { vmid, type }) => {
      const times = new Set(backups.map(({ time }) => time));
      const kept = new Set(backups.map(({ kept_in }) => kept_in));
      const group = { type: type === "qemu" ? "vm" as const : "ct" as const, id: String(vmid) };
      const found = places.filter((place) => kept.has(placeText(place)))
        .map((place) => copies.of(place, group, { times }));
      return found.reduce<CopyOf>(better, { state: found.length === 0 ? "unknown" : "no" });
    },
  };
}

/** Of two answers the one that says more: where the newer copy is, then that there may be one. */
function better(a: CopyOf, b: CopyOf): CopyOf {
  if (a.newest !== undefined && b.newest !== undefined) {
    return a.newest.seconds >= b.newest.seconds ? a : b;
  }
  if (a.newest !== undefined || b.newest !== undefined) return a.newest === undefined ? b : a;
  return a.state === "unknown" ? a : b;
}
