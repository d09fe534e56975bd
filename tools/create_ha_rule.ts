import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import {
  type HaRule,
  nodesOf,
  readRules,
  requireFeasible,
  resourcesOf,
  ruleText,
} from "../lib/proxmox/cluster/ha_rules.ts";
import { changed, dryRun } from "../lib/tool/fields.ts";
import {
  CHANGING_HA,
  ruleFields,
  ruleGuests,
  ruleName,
  ruleOutput,
} from "../lib/tool/ha_fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "create_ha_rule",
  title: "Create HA rule",
  description:
    "Ties guests under HA to nodes (give nodes), or to one another or apart (give affinity).",
  scope: "admin",
  toolsets: ["cluster"],
  hints: CHANGES,
  subject: "cluster",
  privileges: [...CHANGING_HA, ["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({ rule: ruleName, guests: ruleGuests, ...ruleFields, ...dryRun }),
  output: z.object({ ...ruleOutput, ...changed, undo: z.string().optional() }),
  action: ({ rule }) => `create HA rule ${rule}`,
  run: async (input, { pve }) => {
    const { rule: name, nodes, affinity, strict, enabled = true, comment = "" } = input;
    pve.assertUnlimited();
    const others = await readRules(pve);
    const resources = await resourcesOf(pve, input.guests);
    const common = { resources, comment, disable: !enabled };
    let rule: HaRule;
    if (nodes !== undefined && affinity === undefined) {
      const on = await nodesOf(pve, nodes);
      rule = { type: "node-affinity", ...common, nodes: on, strict: strict ?? false };
    } else if (affinity !== undefined && nodes === undefined && strict === undefined) {
      rule = { type: "resource-affinity", ...common, affinity };
    } else {
      throw new AppError("invalid", "give either nodes, and strict with them, or affinity");
    }
    const told = { rule: name, type: rule.type };
    const there = others.find((each) => each.name === name);
    if (there !== undefined && ruleText(there) === ruleText({ name, rule })) {
      return { ...told, ...pve.unchanged(`there is ${ruleText(there)} already`) };
    }
    pve.check(
      "the name is free",
      there === undefined,
      `there is a rule of that name, ${there && ruleText(there)}: use update_ha_rule`,
    );
    await requireFeasible(pve, rule, others);
    const { disable, comment: _, ...settings } = rule;
    await pve.post("/cluster/ha/rules", {}, {
      rule: name,
      ...settings,
      ...(comment === "" ? {} : { comment }),
      ...(disable ? { disable } : {}),
    });
    return { ...told, undo: `delete_ha_rule ${name}` };
  },
});
