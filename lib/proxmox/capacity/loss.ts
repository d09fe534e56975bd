import { compact, number, type Resource, text } from "../api/values.ts";
import type { Guest } from "../guest/directory.ts";
import { MAINTENANCE, offlineNodes } from "../inventory.ts";
import type { Volume } from "../storage/volumes.ts";
import { nodesWith } from "../storage/offered.ts";
import type { GuestDisk, GuestDisks } from "./guest_disks.ts";

/** What would become of a guest whose node is gone for good. */
export type Fate =
  | "lost"
  | "older copy on another node"
  | "to be started elsewhere by hand"
  | "restarted by HA"
  | "unknown";

/** Worst first. */
const FATES: readonly Fate[] = [
  "lost",
  "unknown",
  "older copy on another node",
  "to be started elsewhere by hand",
  "restarted by HA",
];

/** One guest of a node, should that be gone. */
export type GuestFate = ReturnType<typeof fatesOf>[number];

/** What a node's loss would mean as a whole. */
export type NodeLoss = ReturnType<typeof lossesOf>[number];

export interface Surroundings {
  readonly resources: readonly Resource[];
  readonly guests: readonly Guest[];
  readonly disks: GuestDisks;
  /** The nodes that a guest is replicated to, by vmid. */
  readonly replicas: ReadonlyMap<number, readonly string[]>;
  /** By vmid. */
  readonly backups: ReadonlyMap<number, Volume>;
  /** Guests that HA may run on one node only, by vmid. */
  readonly tied: ReadonlyMap<number, string>;
}

/** What would become of each guest, worst first. */
export function fatesOf(around: Surroundings) {
  const managed = new Map(
    around.resources.map((row) => [Number(row.vmid), text(row.hastate)]),
  );
  return around.guests.map((guest) => {
    const { vmid, name, node, status } = guest;
    return compact({
      vmid,
      name,
      node,
      status,
      ...fateOf(guest, around, managed.get(vmid)),
      /** The newest good one. */
      newest_backup_at: around.backups.get(vmid)?.time,
    });
  }).sort((a, b) => FATES.indexOf(a.fate) - FATES.indexOf(b.fate) || a.vmid - b.vmid);
}

function fateOf(
  { node, vmid }: Guest,
  { disks, replicas, resources, tied }: Surroundings,
  haState: string | undefined,
): {
  fate: Fate;
  /** Why it is not better. */
  because?: string;
} {
  const own = disks.by.get(vmid);
  if (own === undefined) return { fate: "unknown", because: "its configuration was not read" };
  const local = own.filter(({ reach }) => reach === "node");
  if (local.length > 0) {
    const where = `${local.map(({ volid }) => volid).join(", ")} only on this node`;
    const copies = replicas.get(vmid) ?? [];
    return copies.length === 0
      ? { fate: "lost", because: where }
      : { fate: "older copy on another node", because: `replicated to ${copies.join(", ")}` };
  }
  const hidden = own.find(({ reach }) => reach === "unknown");
  if (hidden !== undefined) {
    return { fate: "unknown", because: `storage ${hidden.storage} of a disk cannot be seen` };
  }
  const because = whyByHand({
    alone: own.find(({ storage }) => nodesWith(storage, resources).every((each) => each === node)),
    haState,
    rule: tied.get(vmid),
  });
  return because === undefined
    ? { fate: "restarted by HA" }
    : { fate: "to be started elsewhere by hand", because };
}

/** The states in which HA leaves a guest where it is. */
const LEFT_ALONE = ["disabled", "error", "ignore", "ignored"];

/** Why HA does not start a guest on another node; undefined where it does. */
function whyByHand(
  { alone, haState, rule }: {
    /** A disk that no other node reaches, though its storage is called shared. */
    alone: GuestDisk | undefined;
    haState: string | undefined;
    rule: string | undefined;
  },
): string | undefined {
  if (alone !== undefined) return `no other node has storage ${alone.storage}`;
  if (rule !== undefined) return `HA rule ${rule} ties it to the node`;
  if (haState === undefined) return "HA does not know it";
  return LEFT_ALONE.includes(haState) ? `its state in HA is ${haState}` : undefined;
}

/** What the loss of each node would mean. */
export function lossesOf(
  fates: readonly GuestFate[],
  { resources }: Pick<Surroundings, "resources">,
) {
  const memory = new Map(resources.map((row) => [Number(row.vmid), number(row.maxmem) ?? 0]));
  const offline = offlineNodes(resources);
  const nodes = resources.filter((row) => row.type === "node");
  return nodes.map((row) => {
    const node = row.node ?? row.id;
    const own = fates.filter((each) => each.node === node);
    const lost = own.filter(({ fate }) => fate === "lost");
    const moving = own.filter(({ fate, status }) => fate !== "lost" && status === "running")
      .map(({ vmid }) => memory.get(vmid) ?? 0);
    const others = nodes.filter((other) =>
      other !== row && !offline.has(other.node ?? other.id) && other.hastate !== MAINTENANCE
    ).map(({ maxmem, mem }) =>
      maxmem === undefined || mem === undefined ? undefined : Math.max(0, maxmem - mem)
    );
    const free = others.filter((room) => room !== undefined);
    return compact({
      node,
      guests: own.length,
      lost: lost.length,
      /** Of which none can be seen. */
      lost_without_backup: lost.filter(({ newest_backup_at: at }) => at === undefined).length,
      /** Whether what runs there, and comes back, finds memory elsewhere; absent where nobody can tell. */
      rest_fits: fits(moving, free) || (free.length < others.length ? undefined : false),
      memory_needed_bytes: sum(moving),
      memory_free_elsewhere_bytes: sum(free),
    });
  });
}

/** Whether each of these finds room, the largest first, wherever most is free. */
export function fits(needs: readonly number[], rooms: readonly number[]): boolean {
  const free = [...rooms];
  for (const need of needs.toSorted((a, b) => b - a)) {
    const at = free.indexOf(Math.max(...free));
    const room = free[at];
    if (room === undefined || room < need) return false;
    free[at] = room - need;
  }
  return true;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
