import * as z from "zod";
import { oncePer } from "../once_per.ts";
import { AT_ONCE, Turns } from "../turns.ts";
import { type Resource, text } from "../proxmox/api/values.ts";
import { guestOf, type GuestType } from "../proxmox/guest/directory.ts";
import {
  describeGuest,
  type GuestRow,
  offlineNodes,
  statusOf,
  warningsOf,
} from "../proxmox/inventory.ts";
import { warned } from "../proxmox/cluster/nodes.ts";
import { assertKnown, nodesIn, poolsIn, tagsIn, whyEmpty } from "../proxmox/known.ts";
import { describePage } from "../proxmox/list.ts";
import type { ColumnsOf } from "./columns.ts";
import { listing, paged } from "./fields.ts";

export const guestRow = z.object(
  {
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
  } satisfies ColumnsOf<GuestRow>,
).partial();

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

/** The states of guests. A guest may have another one, which newer versions of Proxmox have brought. */
const STATES = ["running", "stopped", "paused", "suspended", "unknown"];

/**
 * Refuses filters that name what is not there.
 *
 * @param found the guests that fit: what is found is known
 * @throws AppError `not_found` naming what there is
 */
export function assertFilters(
  { node, status, pool, tag }: {
    readonly tag?: string | undefined;
    readonly node?: string | undefined;
    readonly status?: string | undefined;
    readonly pool?: string | undefined;
  },
  { resources, found }: { resources: readonly Resource[]; found: number },
): void {
  const isGiven = [node, status, pool, tag].some((value) => value !== undefined);
  if (found > 0 || !isGiven) return;
  const states = resources.filter((row) => guestOf(row) !== undefined)
    .map((row) => text(row.status) ?? "unknown");
  assertKnown(status, { what: "status", known: [...STATES, ...states] });
  assertKnown(node, { what: "node", known: nodesIn(resources) });
  assertKnown(pool, { what: "pool", known: poolsIn(resources) });
  assertKnown(tag, { what: "tag", known: tagsIn(resources) });
}

/** The input of the lists of guests. */
export const guestListInput = {
  node: z.string().optional().describe("Only this node's"),
  status: z.string().optional().describe("Only these: running, stopped, paused, unknown"),
  fields: z.array(COLUMNS).min(1).optional().describe("Columns to give"),
  ...listing(guestRow),
};

type Input = z.output<z.ZodObject<typeof guestListInput>>;
type Output<Name extends string> =
  & z.output<z.ZodObject<typeof paged>>
  & { [N in Name]: Partial<GuestRow>[] };

/** Pages that are kept of one answer of Proxmox: callers choose their filters. */
const MOST_PAGES = 50;

/**
 * Makes the list of the guests of one type: filtered, sorted by vmid, paged, with a warning per offline
 * node. A page that was made of the same resources before is given again: it must not be changed.
 *
 * @param name what the list is called in the output
 */
export function guestLister<Name extends string>(
  type: GuestType,
  name: Name,
): (resources: readonly Resource[], input: Input) => Promise<Output<Name>> {
  const turns = new Turns();
  const pagesOf = oncePer((_resources: readonly Resource[]) => new Map<string, Output<Name>>());
  return async (resources, input) => {
    const pages = pagesOf(resources);
    const key = JSON.stringify(input);
    if (!pages.has(key) && input.limit > AT_ONCE) await turns.next();
    const known = pages.get(key);
    if (known !== undefined) return known;
    const { guests, ...page } = listGuests(resources, type, input);
    const made = { [name]: guests, ...page } as Output<Name>;
    if (pages.size < MOST_PAGES) pages.set(key, made);
    return made;
  };
}

function listGuests(
  resources: readonly Resource[],
  type: GuestType,
  input: Input,
) {
  const offline = offlineNodes(resources);
  const rows = resources.filter((row) =>
    row.type === type &&
    (input.node === undefined || row.node === input.node) &&
    (input.status === undefined || statusOf(row, offline) === input.status)
  );
  assertFilters(input, { resources, found: rows.length });
  const by = {
    key: (row: Resource) => Number(row.vmid),
    describe: (row: Resource) => describeGuest(row, offline),
  };
  const { items, ...page } = describePage(rows, by, input);
  const columns = new Set(input.fields ?? DEFAULT_COLUMNS);
  const guests = items.map((row) => pick(row, columns));
  const all = resources.filter((row) => row.type === type).length;
  const { node, status } = input;
  const among = `${all} ${type === "qemu" ? "VMs" : "containers"}`;
  const empty = whyEmpty(rows, { filters: { node, status }, among });
  return { guests, ...page, ...warned([...empty, ...warningsOf(resources, type).warnings ?? []]) };
}

/** The columns asked for. */
export function pick<Row extends object>(row: Row, columns: ReadonlySet<string>): Partial<Row> {
  const asked: Partial<Row> = {};
  for (const key in row) {
    if (columns.has(key)) asked[key] = row[key];
  }
  return asked;
}
