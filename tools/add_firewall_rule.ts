import * as z from "zod";
import { requireAccess } from "../lib/proxmox/firewall/access.ts";
import { cardsOf, obstacles } from "../lib/proxmox/firewall/effect.ts";
import { insertRule } from "../lib/proxmox/firewall/insert.ts";
import { openLevel, readRules } from "../lib/proxmox/firewall/level.ts";
import { assertNames } from "../lib/proxmox/firewall/names.ts";
import { isSame, type Rule, ruleText } from "../lib/proxmox/firewall/rule.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { dryRun } from "../lib/tool/fields.ts";
import {
  CHANGING_RULES,
  forceInput,
  levelInput,
  levelText,
  ruleInput,
  ruleOutput,
  shownRule,
  undoCall,
} from "../lib/tool/firewall.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const input = z.strictObject({
  ...levelInput,
  ...ruleInput,
  type: ruleInput.type.default("in"),
  action: ruleInput.action.default("ACCEPT"),
  proto: ruleInput.proto.describe("Default with a port: tcp"),
  enabled: z.boolean().default(true),
  pos: z.int().min(0).max(10_000).default(0).describe("The first rule that fits decides"),
  ...forceInput,
  ...dryRun,
});

export default defineTool({
  name: "add_firewall_rule",
  title: "Add firewall rule",
  description:
    "Adds a rule, as to open a port: of a guest, a node, a security group, else the cluster. Says if it has no effect yet.",
  scope: "write",
  toolsets: ["network"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: [],
  conditionalPrivileges: CHANGING_RULES,
  input,
  output: z.object(ruleOutput),
  action: (given) => `add a firewall rule to ${levelText(given)}`,
  run: async (given, { pve }) => {
    const level = await openLevel(pve, given, { change: true });
    const rule = ruleIn(given);
    await assertNames(pve, level, rule);
    const [{ rules, digest }, options, cards] = await Promise.all([
      readRules(level),
      level.options(),
      cardsOf(pve, level),
    ]);
    for (const note of await obstacles(pve, level, { options, cards, iface: rule.iface })) {
      pve.warn(note);
    }
    const same = rules.find((each) => isSame(each, rule));
    if (same !== undefined && same.enabled === rule.enabled) {
      const but = same.broken === undefined ? "" : `, but has no effect: ${same.broken}`;
      const there = pve.unchanged(`rule ${same.pos} of ${level.of} says the same${but}`);
      return { ...there, of: level.of, rule: shownRule(same), ...compact({ digest }) };
    }
    const pos = Math.min(given.pos, rules.length);
    requireAccess(pve, level, {
      before: { rules, options },
      after: { rules: rules.toSpliced(pos, 0, { ...rule, pos }), options },
      force: given.force,
    });
    pve.plan.changes[`rule ${pos}`] = { to: ruleText(rule) };
    const added = await insertRule(pve, level, { rule, pos });
    const undo = undoCall("delete_firewall_rule", level, {
      pos: added.rule.pos,
      digest: added.digest,
    });
    return {
      of: level.of,
      rule: shownRule(added.rule),
      ...compact({ digest: added.digest }),
      ...(same === undefined
        ? {}
        : { notes: [`rule ${same.pos} said the same and was switched off`] }),
      undo,
    };
  },
});

/** The rule that is asked for: a port is one of TCP unless something else is said. */
function ruleIn(given: z.output<typeof input>): Omit<Rule, "pos"> {
  const { type, action, enabled, macro, iface, icmp_type, source, sport, dest, dport } = given;
  const hasPort = dport !== undefined || sport !== undefined;
  const proto = given.proto ?? (hasPort && macro === undefined ? "tcp" : undefined);
  const { log, comment } = given;
  return {
    type,
    action: type === "group" ? action : action.toUpperCase(),
    enabled,
    ...compact({ macro, iface, proto, icmp_type, source, sport, dest, dport, log, comment }),
  };
}
