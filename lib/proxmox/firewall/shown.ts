import { AppError } from "../../errors.ts";
import type { Pve } from "../pve.ts";
import { type Level, readRules, type Rules } from "./level.ts";
import { type Rule, ruleText } from "./rule.ts";

/**
 * The rule at this position, provided that the rules are those that were shown with this digest.
 *
 * @throws AppError `conflict` telling what stands there now, `not_found`
 */
export async function ruleShown(
  pve: Pve,
  level: Level,
  { pos, digest }: { pos: number; digest: string },
): Promise<Rules & { readonly rule: Rule }> {
  const { rules, digest: now } = await readRules(level);
  const rule = rules.find((each) => each.pos === pos);
  const there = rule === undefined ? "there is none" : `it is: ${ruleText(rule)}`;
  if (digest !== now) {
    throw new AppError(
      "conflict",
      `the rules of ${level.of} are not those that were shown; at position ${pos} ${there}; ${pve.advice.firewall_rules}`,
    );
  }
  if (rule) return { rule, rules, digest: now };
  throw new AppError(
    "not_found",
    `${level.of} has no rule at position ${pos}, only ${rules.length} from 0 on`,
  );
}
