import * as z from "zod";
import { clip } from "../proxmox/clip.ts";
import type { GivenLevel, Level } from "../proxmox/firewall/level.ts";
import type { Rule } from "../proxmox/firewall/rule.ts";
import type { ColumnsOf } from "./columns.ts";
import { changed, changedGuest, guestReference, nodeName, oneLine } from "./fields.ts";
import type { ConditionalPrivilege } from "./tool.ts";

/** Which rules: of a guest, of a node, of a security group, else of the datacenter. */
export const levelInput = {
  vmid: guestReference.optional(),
  node: nodeName.optional(),
  group: z.string().max(18).optional().describe("Security group"),
};

/** One rule in Proxmox's own words. */
export const ruleRow = z.object(
  {
    pos: z.number(),
    enabled: z.boolean(),
    type: z.string(),
    action: z.string(),
    macro: z.string(),
    iface: z.string(),
    proto: z.string(),
    icmp_type: z.string(),
    source: z.string(),
    sport: z.string(),
    dest: z.string(),
    dport: z.string(),
    log: z.string(),
    comment: z.string(),
    broken: z.string().describe("Why it has no effect"),
  } satisfies ColumnsOf<Rule>,
).partial();

/** A rule as it is told. */
export function shownRule(rule: Rule): z.input<typeof ruleRow> {
  return rule.comment === undefined ? rule : { ...rule, comment: clip(rule.comment) };
}

const address = z.string().max(512).regex(
  /^[A-Za-z0-9+_.:/,-]+$/,
  "must be addresses, +ipset or alias",
);

const PORTS = /^(?:(?:\d{1,5}(?::\d{1,5})?|[a-z][a-z0-9-]*)(?:,(?!$)|$))+$/i;

const ports = z.union([z.int(), z.string()]).transform(String).refine(
  (text) => PORTS.test(text) && (text.match(/\d+/g) ?? []).every((port) => Number(port) <= 65_535),
  "must be like 443, 80,443 or 8000:8100",
);

/** What a rule says. */
export const ruleInput = {
  type: z.enum(["in", "out", "forward", "group"]).optional(),
  action: z.string().max(20).regex(/^[A-Za-z][A-Za-z0-9_-]+$/, "must be ACCEPT, DROP or REJECT")
    .optional().describe("ACCEPT, DROP, REJECT; with type group a group's name"),
  macro: z.string().max(128).optional().describe("HTTPS, ... in place of proto and dport"),
  proto: z.string().max(20).regex(/^[a-z0-9-]+$/, "must be like tcp, udp or icmp").optional(),
  icmp_type: z.string().max(40).optional(),
  source: address.optional(),
  sport: ports.optional(),
  dest: address.optional(),
  dport: ports.optional().describe("443, 80,443 or 8000:8100"),
  iface: z.string().min(2).max(20).regex(/^[a-z][\w.-]*$/i, "must be an interface").optional()
    .describe("A guest's: net0"),
  log: z.string().regex(
    /^(?:emerg|alert|crit|err|warning|notice|info|debug|nolog)$/,
    "must be emerg, alert, crit, err, warning, notice, info, debug or nolog",
  ).optional(),
  comment: oneLine.max(500).optional(),
  enabled: z.boolean().optional(),
};

/** The rule that a call is about, as it was shown. */
export const shownRuleInput = {
  ...levelInput,
  pos: z.int().min(0).max(10_000),
  digest: z.string().max(64).describe("As shown with pos"),
};

export const forceInput = {
  force: z.boolean().default(false).describe("Even if that closes port 8006 of nodes"),
};

/** What a change of rules answers. */
export const ruleOutput = {
  ...changedGuest,
  ...changed,
  of: z.string().optional(),
  rule: z.looseObject({}).optional(),
  digest: z.string().optional(),
  undo: z.string().optional(),
};

export const READING_RULES: readonly ConditionalPrivilege<GivenLevel>[] = [
  ...byLevel({ guest: "VM.Audit", other: "Sys.Audit" }),
  {
    privilege: ["/", "Sys.Audit"],
    when: "for whether the datacenter's firewall is on",
    if: () => true,
  },
];

export const CHANGING_RULES = byLevel({ guest: "VM.Config.Network", other: "Sys.Modify" });

function byLevel(
  { guest, other }: { guest: string; other: string },
): readonly ConditionalPrivilege<GivenLevel>[] {
  return [
    {
      privilege: ["/vms/{vmid}", guest],
      when: "with vmid",
      if: ({ vmid }) => vmid !== undefined,
    },
    {
      privilege: ["/nodes/{node}", other],
      when: "with node alone",
      if: ({ vmid, node }) => vmid === undefined && node !== undefined,
    },
    {
      privilege: ["/", other],
      when: "without vmid and node",
      if: ({ vmid, node }) => vmid === undefined && node === undefined,
    },
  ];
}

/** `guest 100`, `node pve1`, …: where the rules of a call stand. */
export function levelText({ vmid, node, group }: GivenLevel): string {
  if (vmid !== undefined) return `guest ${vmid}`;
  return node !== undefined
    ? `node ${node}`
    : group === undefined
    ? "the cluster"
    : `group ${group}`;
}

/** How a change is taken back: the tool and its arguments. */
export function undoCall(tool: string, level: Level, more: Record<string, unknown>): string {
  return `${tool} ${JSON.stringify({ ...level.given, ...more })}`;
}
