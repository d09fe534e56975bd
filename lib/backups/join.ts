import type { CallsBackupServers } from "../pbs/call.ts";
import type { Snapshot } from "../pbs/snapshots.ts";
import { guestsIn } from "../proxmox/guest/directory.ts";
import type { Pve } from "../proxmox/pve.ts";
import type { ToldOf } from "../proxmox/storage/told.ts";
import { SnapshotLists } from "./lists.ts";
import { sortOut } from "./sort_out.ts";
import { findServed, type ServedStorage } from "./storages.ts";
import { findStrangers } from "./strangers.ts";
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

export interface JoinOptions {
  /** How long each server may take for each list. */
  readonly limitMs?: number;
  /** The only one that matters. */
  readonly storage?: string | undefined;
  /** The only guest that matters. */
  readonly vmid?: number | undefined;
  /** Where there are several clusters, which may have guests of the same number. */
  readonly clusters?: Neighbours | undefined;
}

/** Reads what backup servers tell of the storages that are theirs; nothing where the config names none. */
export async function joinServers(
  pve: Pve,
  pbs: CallsBackupServers,
  { storage: wanted, clusters, ...options }: JoinOptions,
): Promise<Join> {
  const { storages: all, warnings } = await findServed(pve, pbs);
  const storages = all.filter(({ storage }) => wanted === undefined || storage === wanted);
  const lists = new SnapshotLists(pbs, options);
  const [tenants, ...read] = await Promise.all([
    storages.length === 0 ? undefined : clusters && tenantsAround(pve, { clusters, storages: all }),
    ...storages.map(async (served) => ({ served, list: await lists.at(served.place) })),
  ]);
  const whose = tenants === undefined ? undefined : new Whose(tenants);
  const isStranger = await findStrangers(pve, pbs, {
    read,
    whose: whose ?? new Whose([{ cluster: pve.cluster, storages: all, guests: new Map() }]),
    limitMs: options.limitMs,
  });
  const guests = tenants?.find(({ cluster }) => cluster === pve.cluster)?.guests ?? new Map();
  const includes = whose === undefined ? () => true : await pve.includes();
  const concerns = (vmid: number) => (options.vmid ?? vmid) === vmid && includes(vmid, "");
  const parts = read.map(({ list, served }) => ({
    storage: served.storage,
    why: list.why,
    ...sortOut(list, {
      served,
      whose,
      isStranger,
      visible: clusters?.names ?? [],
      cluster: pve.cluster,
      guests: [...guests].filter(([vmid]) => concerns(vmid)),
      concerns,
    }),
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

/** All tenants; where the cluster's own last look failed, this call has the storages all the same. */
async function tenantsAround(
  pve: Pve,
  { clusters, storages }: { clusters: Neighbours; storages: readonly ServedStorage[] },
): Promise<readonly Tenant[]> {
  const { cluster } = pve;
  return await Promise.all((await clusters.tenants()).map(async (one) => {
    if (one.cluster !== cluster || one.unread === undefined) return one;
    const guests = guestsIn(await pve.resources({ fresh: false }));
    return { cluster, storages, guests: new Map(guests.map(({ type, vmid }) => [vmid, type])) };
  }));
}
