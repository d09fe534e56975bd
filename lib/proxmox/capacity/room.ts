import { compact, flag, number, type Resource, text } from "../api/values.ts";
import { clip } from "../clip.ts";
import { forEachBounded } from "../fan_out.ts";
import { oneLine, onFailure } from "../../errors.ts";
import { type Guest, guestOf } from "../guest/directory.ts";
import { offlineNodes } from "../inventory.ts";
import type { Pve } from "../pve.ts";
import { offeredStorages, storagePlace } from "../storage/offered.ts";
import type { GuestDisks } from "./guest_disks.ts";
import { pointsOf, trendOf } from "./trend.ts";

/** A node's memory: what is used, and what its guests may come to use. */
export type NodeRoom = Awaited<ReturnType<typeof nodeRooms>>[number];

/** A storage's space: what is used, and what disks may grow to. A shared one is told once. */
export type StorageRoom = Awaited<ReturnType<typeof storageRooms>>[number];

const MONTH = { timeframe: "month", cf: "AVERAGE" } as const;

/** Memory of the nodes, with where it goes by a month's measurements. */
export async function nodeRooms(
  pve: Pve,
  { resources, guests }: { resources: readonly Resource[]; guests: readonly Guest[] },
) {
  const offline = offlineNodes(resources);
  const sizes = new Map(resources.map((row) => [Number(row.vmid), row]));
  const nodes = resources.filter((row) => row.type === "node");
  return await forEachBounded(nodes, async (row) => {
    const node = row.node ?? row.id;
    const own = guests.filter((guest) => guest.node === node && !guest.template);
    const running = own.filter(({ status }) => status === "running");
    const sum = (of: readonly Guest[], key: "maxmem" | "maxcpu") =>
      of.reduce((total, { vmid }) => total + (number(sizes.get(vmid)?.[key]) ?? 0), 0);
    const total = number(row.maxmem);
    const series = offline.has(node)
      ? []
      : await measured(pve, `node ${node}`, pve.list("/nodes/{node}/rrddata", { node }, MONTH));
    return compact({
      node,
      status: text(row.status),
      cpus: number(row.maxcpu),
      /** What is promised is promised to running guests, or to all, should all run. */
      cpus_promised: sum(running, "maxcpu"),
      memory_bytes: number(row.maxmem),
      memory_used_bytes: number(row.mem),
      memory_promised_bytes: sum(running, "maxmem"),
      memory_promised_to_all_bytes: sum(own, "maxmem"),
      ...trendOf(pointsOf(series, ["memused"]), total),
    });
  });
}

/** The warning of guests that no sum counts, as nothing is told of their size. */
export function unsized(resources: readonly Resource[]): string[] {
  const { length } = resources.filter((row) => guestOf(row) && !flag(row.template))
    .filter(({ maxmem }) => maxmem === undefined);
  return length === 0 ? [] : [`the sums leave out ${length} guests whose memory is unknown`];
}

/** The warnings of storages that are not told for want of any figure. */
export function withoutRoom(resources: readonly Resource[]): string[] {
  const offline = offlineNodes(resources);
  return offeredStorages(resources)
    .filter(({ available, node = "" }) => !available && !offline.has(node))
    .map((offered) => `${storagePlace(offered)} is not available: its room is unknown`);
}

/** Space of the storages that can be used, with where it goes by a month's measurements. */
export async function storageRooms(
  pve: Pve,
  { resources, guests, disks }: {
    resources: readonly Resource[];
    guests: readonly Guest[];
    disks: GuestDisks;
  },
) {
  const places = offeredStorages(resources).filter(({ available }) => available);
  const nodeOf = new Map(guests.map(({ vmid, node }) => [vmid, node]));
  const all = [...disks.by].flatMap(([vmid, of]) =>
    of.map((disk) => ({ ...disk, node: nodeOf.get(vmid) }))
  );
  return await forEachBounded(places, async ({ rows: [row] }) => {
    const { node = "", storage = "" } = row;
    const shared = flag(row.shared);
    const own = all.filter((disk) => disk.storage === storage && (shared || disk.node === node));
    const total = number(row.maxdisk);
    const series = await measured(
      pve,
      `storage ${storage}`,
      pve.list("/nodes/{node}/storage/{storage}/rrddata", { node, storage }, MONTH),
    );
    return compact({
      storage,
      node: shared ? undefined : node,
      type: text(row.plugintype),
      total_bytes: number(row.maxdisk),
      used_bytes: number(row.disk),
      /** Sizes of the disks that guests have there. */
      promised_bytes: /images|rootdir/.test(row.content ?? "")
        ? own.reduce((sum, { bytes }) => sum + bytes, 0)
        : undefined,
      ...trendOf(pointsOf(series, ["used"]), total),
    });
  });
}

/** A trend that cannot be read is not known; the rest is. */
function measured<T>(pve: Pve, what: string, reading: Promise<T[]>): Promise<T[]> {
  return reading.catch(onFailure((error) => {
    pve.warn(`growth of ${what}: ${clip(oneLine(error.message))}`);
    return [];
  }));
}
