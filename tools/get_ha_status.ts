import * as z from "zod";
import { compact, flag, number, record, text } from "../lib/proxmox/api/values.ts";
import { readPlacement } from "../lib/proxmox/cluster/ha.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MAX_RULES = 100;

const managerRow = z.object({ node: z.string(), status: z.string() }).partial();

const guestRow = z.object({
  sid: z.string(),
  node: z.string(),
  state: z.string(),
  requested: z.string(),
  detail: z.string(),
}).partial();

/** A rule in Proxmox's own words, or a group, which has the place of rules on Proxmox VE 8. */
const ruleRow = z.object({
  rule: z.string(),
  group: z.string().describe("On Proxmox VE 8"),
  type: z.string(),
  resources: z.string(),
  nodes: z.string(),
  affinity: z.string(),
  strict: z.number(),
  restricted: z.number(),
  nofailback: z.number(),
  disable: z.number(),
  order: z.number(),
  comment: z.string(),
  errors: z.record(z.string(), z.unknown()),
}).partial();

export default defineTool({
  name: "get_ha_status",
  title: "HA status",
  description: "Tells high availability's state: quorum, managers, its guests and their rules.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "cluster",
  rows: "guests",
  privileges: [["/", "Sys.Audit"]],
  input: z.strictObject(listing(guestRow)),
  output: z.object({
    quorate: z.boolean(),
    master: z.string().optional(),
    managers: z.array(managerRow),
    guests: z.array(guestRow),
    rules: z.array(ruleRow),
    ...paged,
  }),
  action: () => "read the HA status",
  run: async (input, { pve }) => {
    const [rows, { rows: rules }] = await Promise.all([
      pve.list("/cluster/ha/status/current"),
      readPlacement(pve),
    ]);
    const services = rows.filter((row) => row.type === "service");
    const by = { key: ({ sid }: Row) => String(sid), describe: describeGuest };
    const { items: guests, ...page } = describePage(services, by, input);
    const master = rows.find((row) => row.type === "master");
    return {
      ...compact({ master: text(master?.node) }),
      quorate: flag(rows.find((row) => row.type === "quorum")?.quorate),
      managers: rows.filter((row) => row.type === "lrm")
        .map((row) => compact({ node: text(row.node), status: text(row.status) })),
      guests,
      rules: rules.slice(0, MAX_RULES).map(describeRule),
      ...page,
      ...(rules.length > MAX_RULES
        ? { warnings: [`only ${MAX_RULES} of ${rules.length} rules are shown`] }
        : {}),
    };
  },
});

type Row = Readonly<Record<string, unknown>>;

function describeGuest(row: Row) {
  return compact({
    sid: text(row.sid),
    node: text(row.node),
    state: text(row.state),
    requested: text(row.request_state),
    detail: text(row.status),
  });
}

function describeRule(row: Row) {
  return compact({
    rule: text(row.rule),
    group: text(row.group),
    type: text(row.type),
    resources: text(row.resources),
    nodes: text(row.nodes),
    affinity: text(row.affinity),
    strict: number(row.strict),
    restricted: number(row.restricted),
    nofailback: number(row.nofailback),
    disable: number(row.disable),
    order: number(row.order),
    comment: text(row.comment),
    errors: row.errors === undefined ? undefined : record(row.errors),
  });
}
