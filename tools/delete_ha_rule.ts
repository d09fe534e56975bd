import * as z from "zod";
import { remaking, requireRule, ruleText } from "../lib/proxmox/cluster/ha_rules.ts";
import { changed, dryRun } from "../lib/tool/fields.ts";
import { CHANGING_HA, ruleName, ruleOutput } from "../lib/tool/ha_fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_ha_rule",
  title: "Delete HA rule",
  description: "Deletes a rule of HA; its guests stay under HA.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: DESTROYS,
  subject: "cluster",
  privileges: CHANGING_HA,
  input: z.strictObject({ rule: ruleName, ...dryRun }),
  output: z.object({ ...ruleOutput, ...changed, undo: z.string().optional() }),
  action: ({ rule }) => `delete HA rule ${rule}`,
  about: async ({ rule }, { pve }) => {
    const text = ruleText((await requireRule(pve, rule)).known);
    return { lines: [`goes: ${text}`], version: text };
  },
  run: async ({ rule }, { pve }) => {
    pve.assertUnlimited();
    const { known } = await requireRule(pve, rule);
    await pve.delete("/cluster/ha/rules/{rule}", { rule });
    return { rule, type: known.rule.type, undo: `create_ha_rule ${remaking(known)}` };
  },
});
