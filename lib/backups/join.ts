import type { CallsBackupServers } from "../pbs/call.ts";
import { placeText } from "../pbs/places.ts";
import type { Snapshot } from "../pbs/snapshots.ts";
import { compact } from "../proxmox/api/values.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { Backup, Told, ToldOf } from "../proxmox/storage/told.ts";
import { SnapshotLists } from "./lists.ts";
import { findServed, type ServedStorage } from "./storages.ts";

/** What the backup servers of the config tell of the cluster's storages. */
export interface Join {
  readonly told: ToldOf;
  readonly storages: readonly ServedStorage[];
  readonly lists: SnapshotLists;
  readonly warnings: readonly string[];
}

/**
 * Reads what backup servers tell of the storages that are theirs; nothing where the config names none.
 *
 * @param options.limitMs how long each server may take for each list
 * @param options.storage the only one that matters
 */
export async function joinServers(
  pve: Pve,
  pbs: CallsBackupServers,
  { storage: wanted, ...limit }: { limitMs?: number; storage?: string | undefined } = {},
): Promise<Join> {
  const { storages: all, warnings } = await findServed(pve, pbs);
  const storages = all.filter(({ storage }) => wanted === undefined || storage === wanted);
  const lists = new SnapshotLists(pbs, limit);
  const read = await Promise.all(
    storages.map(async ({ place, storage }) => ({ storage, listed: await lists.at(place) })),
  );
  const told = new Map<string, Told>(read.map(({ listed: { complete, snapshots }, storage }) => [
    storage,
    { complete, backups: snapshots.flatMap((snapshot) => backupOf(storage, snapshot)) },
  ]));
  const lacking = read.flatMap(({ listed: { why } }) => why === undefined ? [] : [why]);
  return {
    told,
    storages,
    lists,
    warnings: wanted === undefined ? [...warnings, ...lacking] : lacking,
  };
}

/** As Proxmox VE names it: a host's, and those of ids that are no numbers, it does not know. */
function backupOf(storage: string, snapshot: Snapshot): Omit<Backup, "node">[] {
  const { comment, encrypted, id, size_bytes, time, type, verified, verified_at } = snapshot;
  if (type === "host" || !/^[1-9]\d{2,8}$/.test(id)) return [];
  const unfinished = size_bytes === undefined;
  return [compact({
    volid: `${storage}:backup/${type}/${id}/${time.slice(0, 19)}Z`,
    content: "backup",
    format: `pbs-${type}`,
    size_bytes,
    vmid: Number(id),
    time,
    protected: snapshot.protected,
    encrypted,
    verified: unfinished ? undefined : verified,
    verified_at,
    unfinished: unfinished ? true as const : undefined,
    kept_in: placeText(snapshot),
    notes: comment,
  })];
}
