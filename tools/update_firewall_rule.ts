import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { requireAccess } from "../lib/proxmox/firewall/access.ts";
import { moveRule } from "../lib/proxmox/firewall/insert.ts";
import { type Level, openLevel, readRules, type Rules } from "../lib/proxmox/firewall/level.ts";
import { assertNames } from "../lib/proxmox/firewall/names.ts";
import { OPTIONAL, paramsOf, type Rule } from "../lib/proxmox/firewall/rule.ts";
import { ruleShown } from "../lib/proxmox/firewall/shown.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import type { Change } from "../lib/proxmox/plan.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { configOutput } from "../lib/tool/config_change.ts";
import { dryRun } from "../lib/tool/fields.ts";
import {
  CHANGING_RULES,
  forceInput,
  levelText,
  ruleInput,
  ruleOutput,
  shownRule,
  shownRuleInput,
  undoCall,
} from "../lib/tool/firewall.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const input = z.strictObject({
  ...shownRuleInput,
  ...ruleInput,
  unset: z.array(z.enum(OPTIONAL)).max(OPTIONAL.length).optional(),
  move_to: z.int().min(0).max(10_000).optional().describe("Its new pos"),
  ...forceInput,
  ...dryRun,
});

export default defineTool({
  name: "update_firewall_rule",
  title: "Update firewall rule",
  description: "Changes, moves, or switches a firewall rule on or off.",
  scope: "write",
  toolsets: ["network"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: [],
  conditionalPrivileges: CHANGING_RULES,
  input,
  output: z.object({ ...ruleOutput, changes: configOutput.changes }),
  action: (given) => `update firewall rule ${given.pos} of ${levelText(given)}`,
  run: async (given, { pve }) => {
    const level = await openLevel(pve, given, { change: true });
    const before = await ruleShown(pve, level, given);
    const { rules, rule, digest } = before;
    const edit = editOf(given, rule);
    const to = Math.min(given.move_to ?? rule.pos, rules.length - 1);
    const changes = changesOf(rule, { ...edit.after, pos: to });
    if (Object.keys(changes).length === 0) {
      const there = pve.unchanged(`rule ${rule.pos} of ${level.of} is so`);
      return { ...there, of: level.of, rule: shownRule(rule), ...compact({ digest }) };
    }
    const { type, action } = edit.after;
    const { set } = edit;
    await assertNames(pve, level, {
      ...set,
      ...((set.action ?? set.type) === undefined ? {} : { type, action }),
    });
    const options = await level.options();
    requireAccess(pve, level, {
      before: { rules, options },
      after: { rules: rules.toSpliced(rule.pos, 1).toSpliced(to, 0, edit.after), options },
      force: given.force,
    });
    Object.assign(pve.plan.changes, changes);
    await send(pve, level, { before, edit, to });
    const after = pve.dryRun ? before : await readRules(level);
    return {
      of: level.of,
      rule: shownRule(after.rules.find(({ pos }) => pos === to) ?? { ...edit.after, pos: to }),
      ...compact({ digest: after.digest }),
      changes,
      undo: undoOf(level, { rule, changes, to, digest: after.digest }),
    };
  },
});

interface Edit {
  readonly set: Partial<Omit<Rule, "pos">>;
  readonly unset: readonly (typeof OPTIONAL)[number][];
  readonly after: Rule;
}

function editOf(given: z.output<typeof input>, rule: Rule): Edit {
  const { type, action, enabled, macro, iface, proto, icmp_type, source, sport, dest } = given;
  const { dport, log, comment } = given;
  const wanted = { type, action, enabled, macro, iface, proto, icmp_type, source, sport, dest };
  const set = Object.fromEntries(
    Object.entries({ ...wanted, dport, log, comment })
      .filter(([key, value]) => value !== undefined && value !== rule[key as keyof Rule]),
  ) as Partial<Omit<Rule, "pos">>;
  const both = (given.unset ?? []).find((key) => key in set);
  if (both !== undefined) throw new AppError("invalid", `${both} is both given and in unset`);
  const unset = (given.unset ?? []).filter((key) => rule[key] !== undefined);
  // A rule that Proxmox lets be changed has no error any more; only to be moved it may keep one.
  const mends = Object.keys(set).length + unset.length > 0;
  const kept = Object.entries({ ...rule, ...set }).filter(([key]) =>
    !unset.some((name) => name === key) && !(mends && key === "broken")
  );
  return { set, unset, after: Object.fromEntries(kept) as unknown as Rule };
}

function changesOf(before: Rule, after: Rule): Record<string, Change> {
  const keys = ["pos", "enabled", "type", "action", ...OPTIONAL] as const;
  return Object.fromEntries(
    keys.filter((key) => before[key] !== after[key])
      .map((key) => [key, compact({ from: before[key], to: after[key] })]),
  );
}

/** What is changed goes first: Proxmox heeds nothing else where a rule is moved. */
async function send(
  pve: Pve,
  level: Level,
  { before: { rule, digest }, edit: { set, unset }, to }: {
    before: Rules & { rule: Rule };
    edit: Edit;
    to: number;
  },
): Promise<void> {
  const edits = Object.keys(set).length > 0 || unset.length > 0;
  if (edits) {
    const names = unset.map((key) => key.replace("_", "-"));
    await level.change(rule.pos, {
      ...paramsOf(set),
      ...(names.length > 0 ? { delete: names.join(",") } : {}),
      ...compact({ digest }),
    });
  }
  if (to === rule.pos) return;
  const now = edits && !pve.dryRun ? (await readRules(level)).digest : digest;
  await moveRule(level, { from: rule.pos, to, digest: now });
}

function undoOf(
  level: Level,
  { rule, changes, to, digest }: {
    rule: Rule;
    changes: Record<string, Change>;
    to: number;
    digest: string | undefined;
  },
): string {
  const { pos, ...edited } = changes;
  const back = Object.fromEntries(
    Object.entries(edited).filter(([, change]) => "from" in change)
      .map(([key, { from }]) => [key, from]),
  );
  const unset = Object.keys(edited).filter((key) => !(key in back));
  return undoCall("update_firewall_rule", level, {
    pos: to,
    digest,
    ...back,
    ...(unset.length > 0 ? { unset } : {}),
    ...(pos === undefined ? {} : { move_to: rule.pos }),
  });
}
