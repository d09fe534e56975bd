import * as z from "zod";
import { compact, number, record, type Row, text } from "../lib/proxmox/api/values.ts";
import { readPlacement } from "../lib/proxmox/cluster/ha.ts";
import { type HaState, readHaState, whyNotGuarding } from "../lib/proxmox/cluster/ha_state.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
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
    master_status: z.string().optional(),
    armed: z.string().optional().describe("Disarmed, it recovers nothing"),
    managers: z.array(managerRow),
    guests: z.array(guestRow),
    rules: z.array(ruleRow),
    ...paged,
  }),
  action: () => "read the HA status",
  run: async (input, { pve }) => {
    const [ha, { rows: rules }] = await Promise.all([readHaState(pve), readPlacement(pve)]);
    const { armed, managers, master, quorate, services } = ha;
    const by = { key: ({ sid }: Row) => String(sid), describe: describeGuest };
    const { items: guests, ...page } = describePage(services, by, input);
    return {
      quorate,
      ...compact({ master: master?.node, master_status: master?.status, armed }),
      managers: managers.map(({ node, status }) => ({ node, status })),
      guests,
      rules: rules.slice(0, MAX_RULES).map(describeRule),
      ...page,
      ...warned([
        ...troublesOf(ha),
        ...(rules.length > MAX_RULES
          ? [`only ${MAX_RULES} of ${rules.length} rules are shown`]
          : []),
      ]),
    };
  },
});

/** What an administrator must do something about before HA does its work again. */
function troublesOf(ha: HaState): string[] {
  const given = ha.services.filter(({ state }) => state === "error").map(({ sid }) => text(sid));
  const idle = whyNotGuarding(ha);
  return [
    ...(idle === undefined ? [] : [idle]),
    ...(given.length === 0 ? [] : [
      `HA has given up ${given.join(", ")} and does nothing more for it: ` +
      "mend it, then update_ha_resource to state disabled and back",
    ]),
  ];
}

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
