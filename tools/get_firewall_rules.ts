import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { describePage } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { compact, flag, number, text } from "../lib/proxmox/api/values.ts";
import { guestInput, listing, nodeName, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

type Row = Readonly<Record<string, unknown>>;

/** One rule in Proxmox's own words. */
const ruleRow = z.object({
  pos: z.number(),
  enabled: z.boolean(),
  type: z.string(),
  action: z.string(),
  macro: z.string(),
  iface: z.string(),
  proto: z.string(),
  source: z.string(),
  sport: z.string(),
  dest: z.string(),
  dport: z.string(),
  log: z.string(),
  comment: z.string(),
}).partial();

export default defineTool({
  name: "get_firewall_rules",
  title: "Firewall rules",
  description: "Lists the firewall rules of a guest, a node, a security group, or the cluster.",
  scope: "user",
  toolsets: ["network"],
  hints: READS,
  subject: "guest",
  privileges: [],
  conditionalPrivileges: [
    {
      privilege: ["/vms/{vmid}", "VM.Audit"],
      when: "with vmid",
      if: ({ vmid }) => vmid !== undefined,
    },
    {
      privilege: ["/nodes/{node}", "Sys.Audit"],
      when: "with node alone",
      if: ({ vmid, node }) => vmid === undefined && node !== undefined,
    },
    {
      privilege: ["/", "Sys.Audit"],
      when: "without vmid and node",
      if: ({ vmid, node }) => vmid === undefined && node === undefined,
    },
  ],
  input: z.strictObject({
    vmid: guestInput.vmid.optional(),
    node: nodeName.optional(),
    group: z.string().max(18).optional(),
    ...listing(ruleRow),
  }),
  output: z.object({
    of: z.string(),
    enabled: z.boolean(),
    policy_in: z.string().optional(),
    policy_out: z.string().optional(),
    rules: z.array(ruleRow),
    ...paged,
  }),
  action: () => "list firewall rules",
  run: async (input, { pve }) => {
    const { of, enabledByDefault, rules, options } = await readLevel(pve, input);
    const by = { key: ({ pos }: Row) => Number(pos), describe: describeRule };
    const { items, ...page } = describePage(rules, by, input);
    return {
      of,
      enabled: options.enable === undefined ? enabledByDefault : flag(options.enable),
      ...compact({ policy_in: text(options.policy_in), policy_out: text(options.policy_out) }),
      rules: items,
      ...page,
    };
  },
});

interface Level {
  readonly of: string;
  /** Whether the firewall of this level is on when its options do not say. */
  readonly enabledByDefault: boolean;
  readonly rules: readonly Row[];
  readonly options: Row;
}

/** Reads the level that a call names: a guest, a node, a security group, else the cluster. */
async function readLevel(
  pve: Pve,
  { vmid, node, group }: {
    vmid?: number | string | undefined;
    node?: string | undefined;
    group?: string | undefined;
  },
): Promise<Level> {
  if (group !== undefined && (vmid !== undefined || node !== undefined)) {
    throw new AppError("invalid", "give group alone, since groups belong to the cluster");
  }
  if (vmid !== undefined) {
    const guest = await pve.find({ vmid, node });
    const [rules, options] = await Promise.all([
      pve.list("/nodes/{node}/{type}/{vmid}/firewall/rules", guest),
      pve.get("/nodes/{node}/{type}/{vmid}/firewall/options", guest),
    ]);
    return { of: `guest ${guest.vmid}`, enabledByDefault: false, rules, options };
  }
  if (node !== undefined) {
    pve.node(node);
    const [rules, options] = await Promise.all([
      pve.list("/nodes/{node}/firewall/rules", { node }),
      pve.get("/nodes/{node}/firewall/options", { node }),
    ]);
    return { of: `node ${node}`, enabledByDefault: true, rules, options };
  }
  pve.assertUnlimited();
  const [rules, options] = await Promise.all([
    group === undefined
      ? pve.list("/cluster/firewall/rules")
      : pve.list("/cluster/firewall/groups/{group}", { group }),
    pve.get("/cluster/firewall/options"),
  ]);
  const of = group === undefined ? "cluster" : `group ${group}`;
  return { of, enabledByDefault: false, rules, options };
}

function describeRule(row: Row) {
  return compact({
    pos: number(row.pos),
    // Proxmox leaves the flag out for rules that are switched off.
    enabled: flag(row.enable),
    type: text(row.type),
    action: text(row.action),
    macro: text(row.macro),
    iface: text(row.iface),
    proto: text(row.proto),
    source: text(row.source),
    sport: text(row.sport),
    dest: text(row.dest),
    dport: text(row.dport),
    log: text(row.log),
    comment: clip(text(row.comment) ?? "") || undefined,
  });
}
