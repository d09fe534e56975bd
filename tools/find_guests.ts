import * as z from "zod";
import { hasTag, type Resource } from "../lib/proxmox/api/values.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { absences, guestRowsOf } from "../lib/proxmox/inventory.ts";
import { whyEmpty } from "../lib/proxmox/known.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { SEEING_POOLS } from "../lib/tool/conditions.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { assertFilters, COLUMNS, DEFAULT_COLUMNS, guestRow, pick } from "../lib/tool/guest_list.ts";
import { sortField } from "../lib/tool/sort.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";
import { inTurns } from "../lib/turns.ts";

const TYPE = z.enum(["qemu", "lxc"]);

/** One guest of either type. */
const foundRow = guestRow.extend({ type: TYPE.optional() });
type FoundRow = z.output<typeof foundRow>;

/** The input of a search over all guests. */
const input = z.strictObject({
  text: z.string().max(200).optional().describe("In name, vmid, node, pool or a tag"),
  name: z.string().max(200).optional().describe("Part of the name"),
  type: TYPE.optional(),
  node: z.string().optional(),
  status: z.string().optional(),
  pool: z.string().optional(),
  tag: z.string().optional(),
  fields: z.array(z.enum(["type", ...COLUMNS.options])).min(1).optional(),
  ...listing(foundRow),
  sort: sortField(foundRow).optional().describe("Column; most first: -memory_used_bytes"),
});

type Input = z.output<typeof input>;

const find = inTurns(findGuests);

export default defineTool({
  name: "find_guests",
  title: "Find guests",
  description: "Finds VMs and containers that fit all of the filters.",
  scope: "user",
  toolsets: ["guests", "core"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  conditionalPrivileges: [SEEING_POOLS],
  input,
  output: z.object({ guests: z.array(foundRow), ...paged }),
  action: () => "find guests",
  run: async (input, { pve }) => await find(await pve.resources(), input),
});

/** Filters, sorts and pages the guests, with a warning per offline node. */
function findGuests(
  resources: readonly Resource[],
  input: Input,
): z.output<z.ZodObject<typeof paged>> & { guests: FoundRow[] } {
  const all = guestRowsOf(resources);
  const rows = all.filter((row) => fits(row, input));
  assertFilters(input, { resources, found: rows.length });
  const { items, ...page } = paginate(rows, (row) => Number(row.vmid), input);
  const columns = new Set<string>(input.fields ?? ["type", ...DEFAULT_COLUMNS]);
  const { text, name, type, node, status, pool, tag } = input;
  const filters = { text, name, type, node, status, pool, tag };
  const warnings = [
    ...whyEmpty(rows, { filters, among: `${all.length} guests` }),
    ...absences(resources, () => ": the state of its guests is unknown"),
  ];
  return {
    guests: items.map((row) => pick(row, columns)),
    ...page,
    ...warned(warnings),
  };
}

function fits(row: FoundRow, input: Input): boolean {
  const has = (value: string | undefined, part: string) =>
    value?.toLowerCase().includes(part.toLowerCase()) ?? false;
  const { text, name, tag } = input;
  const words = [row.name, String(row.vmid), row.node, row.pool, ...row.tags ?? []];
  return (text === undefined || words.some((word) => has(word, text))) &&
    (name === undefined || has(row.name, name)) &&
    (tag === undefined || hasTag(row.tags ?? [], tag)) &&
    (["type", "node", "status", "pool"] as const).every((key) =>
      input[key] === undefined || row[key] === input[key]
    );
}
