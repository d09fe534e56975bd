import type { CallsBackupServers } from "../pbs/call.ts";
import { placeText } from "../pbs/places.ts";
import type { Snapshot } from "../pbs/snapshots.ts";
import { compact } from "../proxmox/api/values.ts";
import type { Pve } from "../proxmox/pve.ts";
import { listed } from "../proxmox/storage/definitions.ts";
import type { Backup, Told, ToldOf } from "../proxmox/storage/told.ts";
import { type Listed, SnapshotLists } from "./lists.ts";
import { findServed, type ServedStorage } from "./storages.ts";
import { type Tenant, Whose } from "./whose.ts";

/** What the backup servers of the config tell of the cluster's storages. */
export interface Join {
  readonly told: ToldOf;
  readonly storages: readonly ServedStorage[];
  readonly lists: SnapshotLists;
  /** False for what is another cluster's, and to who is limited for what is nobody's. */
  readonly isOwn: (snapshot: Snapshot) => boolean;
  readonly warnings: readonly string[];
}

/** What a call knows of the clusters besides its own. */
export interface Neighbours {
  /** Those that the caller may know of. */
  readonly names: readonly string[];
  tenants(): Promise<readonly Tenant[]>;
}

interface JoinOptions {
  /** How long each server may take for each list. */
  readonly limitMs?: number;
  /** The only one that matters. */
  readonly storage?: string | undefined;
  /** Where there are several clusters, which may have guests of the same number. */
  readonly clusters?: Neighbours | undefined;
}

/** Reads what backup servers tell of the storages that are theirs; nothing where the config names none. */
export async function joinServers(
  pve: Pve,
  pbs: CallsBackupServers,
  { storage: wanted, clusters, ...limit }: JoinOptions = {},
): Promise<Join> {
  const { storages: all, warnings } = await findServed(pve, pbs);
  const storages = all.filter(({ storage }) => wanted === undefined || storage === wanted);
  const lists = new SnapshotLists(pbs, limit);
  const [tenants, ...read] = await Promise.all([
    storages.length === 0 ? undefined : clusters?.tenants(),
    ...storages.map(async (served) => ({ served, list: await lists.at(served.place) })),
  ]);
  const whose = tenants === undefined ? undefined : new Whose(tenants);
  const visible = clusters?.names ?? [];
  const parts = read.map(({ list, served }) => ({
    storage: served.storage,
    why: list.why,
    ...sortOut(list, { served, whose, visible, cluster: pve.cluster }),
  }));
  const own = wanted === undefined ? warnings : [];
  const lacking = parts.flatMap(({ why }) => why === undefined ? [] : [why]);
  return {
    told: new Map(parts.map(({ storage, told }) => [storage, told])),
    storages,
    lists,
    isOwn: (snapshot) => {
      const owners = whose?.of(snapshot, snapshot) ?? [pve.cluster];
      return owners.includes(pve.cluster) || owners.length === 0 && pve.reach.everywhere;
    },
    warnings: [...new Set([...own, ...lacking, ...parts.flatMap(({ doubts }) => doubts)])],
  };
}

/** Which of the backups at a storage are the cluster's own, which are not, and of which that is not known. */
function sortOut(
  { complete, snapshots }: Listed,
  { cluster, served: { place, storage }, visible, whose }: {
    served: ServedStorage;
    whose: Whose | undefined;
    visible: readonly string[];
    cluster: string;
  },
): { told: Told; doubts: string[] } {
  const others = new Set<string>();
  const unsure = new Set<number>();
  const groups = new Set<string>();
  const backups = snapshots.flatMap((snapshot) => {
    const made = backupOf(storage, snapshot);
    if (made === undefined) return [];
    // Of a cluster whose storages are not known nothing is taken away.
    const owners = whose?.of(place, snapshot) ?? [];
    if (owners.length <= 1 && (owners.length === 0 || owners[0] === cluster)) return [made];
    if (owners.includes(cluster)) {
      unsure.add(Number(snapshot.id));
      groups.add(`${snapshot.type}/${snapshot.id}`);
      // Who may not know of the other is not shown what may be of it.
      const isShown = owners.every((owner) => visible.includes(owner));
      if (isShown) return [{ ...made, may_be_of: owners }];
    }
    others.add(made.volid);
    return [];
  });
  const doubts = groups.size === 0 ? [] : [
    `${placeText(place)} has backups of ${
      listed([...groups].sort())
    }, of which nothing tells whether ` +
    "they are this cluster's: give each cluster a namespace, or a token of the backup server, of its own",
  ];
  return { told: { complete, backups, others, unsure }, doubts };
}

/** As Proxmox VE names it: a host's, and those of ids that are no numbers, it does not know. */
function backupOf(storage: string, snapshot: Snapshot): Omit<Backup, "node"> | undefined {
  const { comment, encrypted, id, size_bytes, time, type, verified, verified_at } = snapshot;
  if (type === "host" || !/^[1-9]\d{2,8}$/.test(id)) return undefined;
  const unfinished = size_bytes === undefined;
  return compact({
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
  });
}
