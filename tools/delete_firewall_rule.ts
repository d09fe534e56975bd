import * as z from "zod";
import { requireAccess } from "../lib/proxmox/firewall/access.ts";
import { openLevel, readRules } from "../lib/proxmox/firewall/level.ts";
import { ruleText } from "../lib/proxmox/firewall/rule.ts";
import { ruleShown } from "../lib/proxmox/firewall/shown.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { dryRun } from "../lib/tool/fields.ts";
import {
  CHANGING_RULES,
  forceInput,
  levelText,
  ruleOutput,
  shownRule,
  shownRuleInput,
  undoCall,
} from "../lib/tool/firewall.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_firewall_rule",
  title: "Delete firewall rule",
  description: "Deletes a firewall rule. update_firewall_rule only switches it off.",
  scope: "admin",
  toolsets: ["network"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [],
  conditionalPrivileges: CHANGING_RULES,
  input: z.strictObject({ ...shownRuleInput, ...forceInput, ...dryRun }),
  output: z.object(ruleOutput),
  action: (given) => `delete firewall rule ${given.pos} of ${levelText(given)}`,
  about: async (given, { pve }) => {
    const level = await openLevel(pve, given);
    const { rule, digest = "" } = await ruleShown(pve, level, given);
    const comment = rule.comment === undefined ? "" : `, ${JSON.stringify(rule.comment)}`;
    return { lines: [`rule that goes: ${ruleText(rule)}${comment}`], version: digest };
  },
  run: async (given, { pve }) => {
    const level = await openLevel(pve, given, { change: true });
    const [{ rule, rules, digest }, options] = await Promise.all([
      ruleShown(pve, level, given),
      level.options(),
    ]);
    requireAccess(pve, level, {
      before: { rules, options },
      after: { rules: rules.toSpliced(rule.pos, 1), options },
      force: given.force,
    });
    const { broken: _, ...again } = rule;
    pve.plan.changes[`rule ${rule.pos}`] = { from: ruleText(rule) };
    await level.remove(rule.pos, digest);
    const after = pve.dryRun ? undefined : await readRules(level);
    return {
      of: level.of,
      rule: shownRule(rule),
      ...compact({ digest: after?.digest }),
      undo: undoCall("add_firewall_rule", level, again),
    };
  },
});
