import { placeText } from "../pbs/places.ts";
import type { Snapshot } from "../pbs/snapshots.ts";
import { compact } from "../proxmox/api/values.ts";
import { listed } from "../proxmox/clip.ts";
import type { GuestType } from "../proxmox/guest/directory.ts";
import { backupType } from "../proxmox/storage/backups.ts";
import type { Backup, Told } from "../proxmox/storage/told.ts";
import type { Listed } from "./lists.ts";
import type { ServedStorage } from "./storages.ts";
import type { IsStranger } from "./strangers.ts";
import type { Whose } from "./whose.ts";

type Group = Pick<Snapshot, "id" | "type"> & { readonly owner?: string | undefined };

/** Which of the backups at a storage are the cluster's own, which are not, and of which that is not known. */
export function sortOut(
  { complete, snapshots }: Listed,
  { cluster, concerns, guests, isStranger, served: { place, storage, username }, visible, whose }: {
    served: ServedStorage;
    whose: Whose | undefined;
    isStranger: IsStranger;
    /** The clusters that the caller may know of. */
    visible: readonly string[];
    cluster: string;
    /** The cluster's own that the caller may know of, where there are several clusters. */
    guests: readonly (readonly [vmid: number, type: GuestType])[];
    /** Of which guests the caller is to be told. */
    concerns: (vmid: number) => boolean;
  },
): { told: Told; doubts: string[] } {
  const ownersOf = (group: Group) => whose?.possible(place, group) ?? [cluster];
  const isUnsure = (owners: readonly string[], group: Group) =>
    owners.includes(cluster) && (owners.length > 1 || isStranger(place, group));
  const judged = <T extends Pick<Backup, "may_be_of">>(backup: T, group: Group): T | undefined => {
    const owners = ownersOf(group);
    if (!isUnsure(owners, group)) return owners.includes(cluster) ? backup : undefined;
    // Who may not know of the other is not shown what may be of it.
    return owners.every((owner) => owner === cluster || visible.includes(owner))
      ? { ...backup, may_be_of: owners }
      : undefined;
  };
  const others = new Set<string>();
  const doubtful = new Set<string>();
  const strangers = new Map<string, string>();
  const backups = snapshots.flatMap((snapshot) => {
    const made = backupOf(storage, snapshot);
    if (made === undefined) return [];
    const owners = ownersOf(snapshot);
    if (isUnsure(owners, snapshot)) {
      if (owners.length > 1) doubtful.add(nameOf(snapshot));
      else strangers.set(nameOf(snapshot), snapshot.owner ?? "");
    }
    const own = judged(made, snapshot);
    if (own === undefined) others.add(made.volid);
    return own ?? [];
  });
  const untold = complete ? [] : guests.map(([vmid, type]) => groupOf(vmid, type));
  const unclear = untold.filter((group) => isUnsure(ownersOf(group), group)).map(nameOf)
    .filter((group) => !doubtful.has(group));
  const unsure = new Set([...doubtful, ...strangers.keys(), ...unclear].map(vmidOf));
  return {
    told: {
      complete,
      backups,
      others,
      judge: (volume) =>
        judged<Backup>(volume, groupOf(volume.vmid, backupType(volume.volid) ?? "qemu")),
      unsure: (vmid) => unsure.has(vmid),
    },
    doubts: doubtsOf(placeText(place), {
      doubtful: [...doubtful].filter((group) => concerns(vmidOf(group))),
      unclear,
      strangers: [...strangers].filter(([group]) => concerns(vmidOf(group)))
        .map(([group, owner]) => `${group} (${owner})`),
      username,
    }),
  };
}

function doubtsOf(
  where: string,
  { doubtful, strangers, unclear, username }: {
    doubtful: string[];
    /** With their owners. */
    strangers: string[];
    unclear: string[];
    /** As whom the cluster stores there. */
    username: string;
  },
): string[] {
  const mend = "give each cluster a namespace, or a token of the backup server, of its own";
  return [
    ...(doubtful.length === 0 ? [] : [
      `${where} has backups of ${listed(doubtful.sort())}, of which nothing tells whether ` +
      `they are this cluster's: ${mend}`,
    ]),
    ...(strangers.length === 0 ? [] : [
      `${where} has backups of ${listed(strangers.sort())} that ${username} does not own and can ` +
      "add none to: whether they are this cluster's is not known",
    ]),
    ...(unclear.length === 0 ? [] : [
      `whether backups of ${listed(unclear.sort())} in ${where} are this cluster's is not known`,
    ]),
  ];
}

function groupOf(vmid: number | undefined, type: GuestType): Group {
  return { type: type === "qemu" ? "vm" : "ct", id: String(vmid) };
}

function vmidOf(group: string): number {
  return Number(group.slice(group.indexOf("/") + 1));
}

function nameOf({ id, type }: Group): string {
  return `${type}/${id}`;
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
