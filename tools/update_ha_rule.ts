import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { editEntry, type EntryParams, undoEntry } from "../lib/proxmox/cluster/entry.ts";
import {
  type NodeAffinity,
  nodesOf,
  requireFeasible,
  requireRule,
  type ResourceAffinity,
  resourcesOf,
  ruleText,
} from "../lib/proxmox/cluster/ha_rules.ts";
import { entryOutput } from "../lib/tool/entry_fields.ts";
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
  name: "update_ha_rule",
  title: "Change HA rule",
  description: "Changes a rule of HA; lists that are given replace its own.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "cluster",
  privileges: CHANGING_HA,
  conditionalPrivileges: [{
    privilege: ["/vms/{vmid}", "VM.Audit"],
    when: "with guests",
    if: ({ guests }) => guests !== undefined,
  }],
  input: z.strictObject({
    rule: ruleName,
    guests: ruleGuests.optional(),
    ...ruleFields,
    ...dryRun,
  }),
  output: z.object({ ...ruleOutput, ...changed, ...entryOutput }),
  action: ({ rule }) => `change HA rule ${rule}`,
  run: async (input, { pve }) => {
    const { rule: name, affinity, strict, comment, enabled, nodes, guests } = input;
    pve.assertUnlimited();
    const { known: { rule, digest }, others } = await requireRule(pve, name);
    const { type } = rule;
    const common = {
      resources: guests && await resourcesOf(pve, guests),
      comment,
      disable: enabled === undefined ? undefined : !enabled,
    };
    const edit = {
      none: { comment: "", disable: false },
      label: ruleText({ name, rule }),
      send: (params: EntryParams<NodeAffinity> | EntryParams<ResourceAffinity>) =>
        pve.put("/cluster/ha/rules/{rule}", { rule: name }, { ...params, type, digest }),
    };
    let result;
    if (rule.type === "node-affinity") {
      if (affinity !== undefined) throw wrongKind(name, "nodes and strict", "affinity");
      const wanted = { ...common, strict, nodes: nodes && await nodesOf(pve, nodes) };
      await requireFeasible(pve, { ...rule, ...compact(wanted) }, others);
      result = await editEntry(pve, { ...edit, before: rule, wanted });
    } else {
      if ((nodes ?? strict) !== undefined) throw wrongKind(name, "affinity", "nodes or strict");
      const wanted = { ...common, affinity };
      await requireFeasible(pve, { ...rule, ...compact(wanted) }, others);
      result = await editEntry(pve, { ...edit, before: rule, wanted });
    }
    return {
      rule: name,
      type,
      ...result,
      ...("changes" in result ? { undo: undoEntry(`update_ha_rule ${name}`, result) } : {}),
    };
  },
});

function wrongKind(name: string, has: string, given: string): AppError {
  return new AppError("invalid", `HA rule ${name} has ${has}, not ${given}: create another one`);
}
