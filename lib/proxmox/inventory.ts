import { compact, flag, number, type Resource, tagList, text } from "./api/values.ts";
import { oncePer } from "../once_per.ts";
import { guestOf, type GuestType } from "./guest/directory.ts";
import type { Reach } from "./plan.ts";

/** One guest in a list. What is not known, not set or false is left out. */
export type GuestRow = ReturnType<typeof describeGuest>;

/** Says which nodes are not online and what therefore is not known. */
export function warningsOf(
  resources: readonly Resource[],
  type: GuestType | "storage",
): { warnings?: string[] } {
  const what = { qemu: "VMs", lxc: "containers", storage: "storages" }[type];
  const warnings = absences(resources, (node) => {
    const count = resources.filter((row) => row.type === type && row.node === node).length;
    return `: the state of its ${count} ${what} is unknown`;
  });
  return warnings.length === 0 ? {} : { warnings };
}

/**
 * One warning for each node that is offline, or of which nobody knows.
 *
 * @param lost what is missing of an offline node, as the end of a sentence
 */
export function absences(
  resources: readonly Resource[],
  lost: (node: string) => string = () => "",
): string[] {
  return [
    ...[...offlineNodes(resources)].map((node) => `node ${node} is offline${lost(node)}`),
    ...silentNodes(resources).map((node) =>
      `whether node ${node} is online is unknown: its pvestatd does not report, and what it has may be shown as unknown`
    ),
  ];
}

/** The resources that a caller may know of. */
export function rowsWithin(rows: Resource[], reach: Reach): Resource[] {
  if (reach.everything) return rows;
  return rows.filter((row) => {
    const guest = guestOf(row);
    return guest ? reach.guest(guest) : row.node !== undefined && reach.sees(row.node);
  });
}

/** What HA calls a node from which it moves its guests away, and to which it brings none. */
export const MAINTENANCE = "maintenance";

/** The names of all nodes that the caller may see. */
export function nodeNames(resources: readonly Resource[]): string[] {
  return resources.filter((row) => row.type === "node").map((row) => row.node ?? row.id);
}

/** The storages that are the same on all nodes. */
export function sharedStorages(resources: readonly Resource[]): ReadonlySet<string | undefined> {
  return new Set(
    resources.filter((row) => row.type === "storage" && flag(row.shared)).map((row) => row.storage),
  );
}

/** The names of the nodes that are known not to answer. */
export const offlineNodes: (resources: readonly Resource[]) => ReadonlySet<string> = oncePer(
  (resources: readonly Resource[]) =>
    new Set(
      resources.filter((row) => row.type === "node" && row.status === "offline")
        .map((row) => row.node ?? row.id),
    ),
);

/**
 * The names of the nodes that may be online or not: Proxmox calls a node `unknown` that is in the cluster but
 * whose pvestatd has told nothing for some minutes. Such a node mostly answers.
 */
export const silentNodes: (resources: readonly Resource[]) => readonly string[] = oncePer(
  (resources: readonly Resource[]) =>
    resources
      .filter(({ status, type }) => type === "node" && status !== "online" && status !== "offline")
      .map((row) => row.node ?? row.id),
);

/** Every guest of either type, described once for all who search what was read; nobody may change a row. */
export const guestRowsOf = oncePer(
  (resources: readonly Resource[]): readonly (GuestRow & { readonly type: GuestType })[] => {
    const offline = offlineNodes(resources);
    return resources.flatMap((row) => {
      const { type } = guestOf(row) ?? {};
      return type === undefined ? [] : [{ ...describeGuest(row, offline), type }];
    });
  },
);

/** A guest's row with all that the resource list tells. */
export function describeGuest(row: Resource, offline: ReadonlySet<string>) {
  const guest = guestOf(row);
  const tags = tagList(row.tags);
  const cpu = number(row.cpu);
  return compact({
    vmid: guest?.vmid,
    name: guest?.name,
    node: guest?.node,
    status: statusOf(row, offline),
    cpus: number(row.maxcpu),
    /** Of `cpus`. */
    cpu_fraction: cpu === undefined ? undefined : Math.round(cpu * 10_000) / 10_000,
    memory_bytes: number(row.maxmem),
    memory_used_bytes: number(row.mem),
    disk_bytes: number(row.maxdisk),
    uptime_seconds: number(row.uptime),
    template: flag(row.template) || undefined,
    tags: tags.length > 0 ? tags : undefined,
    pool: text(row.pool),
    lock: text(row.lock),
    ha_state: text(row.hastate),
  });
}

/**
 * A guest's or storage's status; `unknown` while its node is offline, of which Proxmox's list tells for five
 * minutes what it saw last (seen with 9.2.11).
 */
export function statusOf(row: Resource, offline: ReadonlySet<string>): string {
  return offline.has(row.node ?? "") ? "unknown" : text(row.status) ?? "unknown";
}
