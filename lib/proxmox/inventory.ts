import * as z from "zod";
import { paged, paging } from "../tool/fields.ts";
import { guestOf, type GuestType } from "./guest/directory.ts";
import { paginate } from "./list.ts";
import { compact, flag, number, type Resource, tagList, text } from "./api/values.ts";

/** One guest in a list. What is not known, not set or false is left out. */
export const guestRow = z.object({
  vmid: z.int(),
  name: z.string(),
  node: z.string(),
  status: z.string(),
  cpus: z.number(),
  cpu_fraction: z.number().describe("of cpus"),
  memory_bytes: z.number(),
  memory_used_bytes: z.number(),
  disk_bytes: z.number(),
  uptime_seconds: z.number(),
  template: z.boolean(),
  tags: z.array(z.string()),
  pool: z.string(),
  lock: z.string(),
  ha_state: z.string(),
}).partial();

export type GuestRow = z.output<typeof guestRow>;

export const COLUMNS = guestRow.keyof();
export const DEFAULT_COLUMNS: readonly string[] = [
  "vmid",
  "name",
  "node",
  "status",
  "cpus",
  "cpu_fraction",
  "memory_bytes",
  "memory_used_bytes",
  "template",
  "tags",
  "lock",
];

/** The input of the lists of guests. */
export const guestListInput = {
  node: z.string().optional().describe("Only this node's"),
  status: z.string().optional().describe("Only these: running, stopped, paused, unknown"),
  fields: z.array(COLUMNS).min(1).optional().describe("Columns to give"),
  ...paging,
};

/** Filters, sorts by vmid and pages the guests of one type, with a warning per offline node. */
export function listGuests(
  resources: readonly Resource[],
  type: GuestType,
  input: z.output<z.ZodObject<typeof guestListInput>>,
): z.output<z.ZodObject<typeof paged>> & { guests: GuestRow[] } {
  const offline = offlineNodes(resources);
  const rows = resources.filter((row) =>
    row.type === type &&
    (input.node === undefined || row.node === input.node) &&
    (input.status === undefined || statusOf(row, offline) === input.status)
  );
  const { items, ...page } = paginate(rows, (row) => Number(row.vmid), input);
  const columns = new Set(input.fields ?? DEFAULT_COLUMNS);
  const guests = items.map((row) => pick(describeGuest(row, offline), columns));
  return { guests, ...page, ...warningsOf(resources, type) };
}

/** Says which nodes are offline and what therefore is not known. */
export function warningsOf(
  resources: readonly Resource[],
  type: GuestType | "storage",
): { warnings?: string[] } {
  const what = { qemu: "VMs", lxc: "containers", storage: "storages" }[type];
  const warnings = [...offlineNodes(resources)].map((node) => {
    const count = resources.filter((row) => row.type === type && row.node === node).length;
    return `node ${node} is offline: the state of its ${count} ${what} is unknown`;
  });
  return warnings.length === 0 ? {} : { warnings };
}

/** The names of the nodes that do not answer. */
export function offlineNodes(resources: readonly Resource[]): Set<string> {
  return new Set(
    resources.filter((row) => row.type === "node" && row.status !== "online")
      .map((row) => row.node ?? row.id),
  );
}

/** A guest's row with all that the resource list tells. */
export function describeGuest(row: Resource, offline: ReadonlySet<string>): GuestRow {
  const guest = guestOf(row);
  const tags = tagList(row.tags);
  const cpu = number(row.cpu);
  return compact({
    vmid: guest?.vmid,
    name: guest?.name,
    node: guest?.node,
    status: statusOf(row, offline),
    cpus: number(row.maxcpu),
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

/** A guest's status; `unknown` while its node is offline. */
export function statusOf(row: Resource, offline: ReadonlySet<string>): string {
  return offline.has(row.node ?? "") ? "unknown" : text(row.status) ?? "unknown";
}

/** The columns asked for. */
export function pick(row: GuestRow, columns: ReadonlySet<string>): GuestRow {
  return Object.fromEntries(Object.entries(row).filter(([key]) => columns.has(key)));
}
