import type { CallsBackupServers } from "../pbs/call.ts";
import { guestOf } from "../pbs/group.ts";
import type { Place, Snapshot } from "../pbs/snapshots.ts";
import { readSyncs } from "../pbs/syncs.ts";
import { guestsIn } from "../proxmox/guest/directory.ts";
import type { Pve } from "../proxmox/pve.ts";
import { routesOf } from "./copies.ts";
import type { ServedStorage } from "./storages.ts";
import type { Whose } from "./whose.ts";

type Group = Pick<Snapshot, "id" | "type"> & { readonly owner?: string | undefined };

/** Whether a group of a guest's kind and number belongs to nobody who is known to store at the place. */
export type IsStranger = (place: Place, group: Group) => boolean;

interface Asked {
  /** What the cluster's storages hold. */
  readonly read: readonly {
    readonly served: ServedStorage;
    readonly list: { readonly snapshots: readonly Snapshot[] };
  }[];
  readonly whose: Whose;
  readonly limitMs: number | undefined;
}

/**
 * Finds the groups of the cluster's guests that are owned by none who stores there. They are another
 * cluster's, or of an earlier token: a backup server adds nothing to a group of another owner
 * (`check_backup_owner`). Where sync jobs bring copies, an owner tells nothing: the job names it.
 */
export async function findStrangers(
  pve: Pve,
  pbs: CallsBackupServers,
  { limitMs, read, whose }: Asked,
): Promise<IsStranger> {
  const isUnowned: IsStranger = (place, group) =>
    group.owner !== undefined && !whose.isOwned(place, group);
  const unowned = read.flatMap(({ list, served: { place } }) =>
    list.snapshots.filter((one) => isUnowned(place, one))
  );
  if (unowned.length === 0) return () => false;
  const guests = new Map(
    guestsIn(await pve.resources({ fresh: false })).map(({ type, vmid }) => [vmid, type]),
  );
  const isGuests = (group: Group) => {
    const type = guests.get(guestOf(group) ?? 0);
    return type !== undefined && group.type === (type === "qemu" ? "vm" : "ct");
  };
  if (!unowned.some(isGuests)) return () => false;
  const { results } = await pbs.readEach(readSyncs, limitMs === undefined ? {} : { limitMs });
  const routes = routesOf(results.map(({ value }) => value), pbs);
  const isCopied = ({ datastore, server }: Place) =>
    routes.some(({ to }) => to.server === server && to.datastore === datastore);
  return (place, group) => isUnowned(place, group) && isGuests(group) && !isCopied(place);
}
