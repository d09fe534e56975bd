import { AppError } from "../../errors.ts";
import type { Pve } from "../pve.ts";
import { type Level, readRules } from "./level.ts";
import { isSame, paramsOf, type Rule, type RuleParams } from "./rule.ts";

/** A rule that was written, and the digest of the rules since. */
export interface Written {
  readonly rule: Rule;
  /** Absent in a dry run. */
  readonly digest?: string | undefined;
}

/**
 * Puts a rule at a position. Proxmox writes a new one before all others, whatever position is given
 * (`PVE::API2::Firewall::Rules`), so one that belongs elsewhere is switched on only when it is there.
 */
export async function insertRule(
  pve: Pve,
  level: Level,
  { rule, pos }: { rule: Omit<Rule, "pos">; pos: number },
): Promise<Written> {
  const params = paramsOf(rule) as RuleParams;
  if (pos === 0) {
    await level.add(params);
    return await find(pve, level, { ...rule, pos });
  }
  await level.add({ ...params, enable: 0 });
  try {
    const first = await find(pve, level, { ...rule, enabled: false, pos: 0 });
    await moveRule(level, { from: first.rule.pos, to: pos, digest: first.digest });
    const moved = await find(pve, level, { ...rule, enabled: false, pos });
    if (!rule.enabled) return moved;
    await level.change(moved.rule.pos, { enable: 1, ...digestIn(moved) });
    return await find(pve, level, { ...rule, pos });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const done =
      `the rule is written but switched off, and not at position ${pos} or not sure to be`;
    throw error.withMessage(`${error.message}; ${done}; ${pve.advice.firewall_rules}`);
  }
}

/** Moves a rule; Proxmox takes the place before which it shall stand, counted with the rule itself. */
export async function moveRule(
  level: Level,
  { from, to, digest }: { from: number; to: number; digest: string | undefined },
): Promise<void> {
  const moveto = to > from ? to + 1 : to;
  await level.change(from, { moveto, ...digestIn({ digest }) });
}

/** The rule as it stands now: where it was written, unless others have changed the rules since. */
async function find(pve: Pve, level: Level, wanted: Rule): Promise<Written> {
  if (pve.dryRun) return { rule: wanted };
  const { rules, digest } = await readRules(level);
  const alike = rules.filter((rule) => isSame(rule, wanted) && rule.enabled === wanted.enabled);
  const rule = alike.find((each) => each.pos === wanted.pos) ?? alike[0];
  if (rule) return { rule, digest };
  throw new AppError("conflict", "the rule was written and is not there any more");
}

function digestIn({ digest }: { digest?: string | undefined }): { digest?: string } {
  return digest === undefined ? {} : { digest };
}
