import * as modules from "../../tools/mod.ts";
import { includesScope } from "../auth/scope.ts";
import { typed } from "../command.ts";
import { didYouMean } from "../nearest.ts";
import { scopeOf, type ToolPolicy } from "../tool/policy.ts";
import type { AnyTool } from "../tool/tool.ts";

export type ToolName = keyof typeof modules;

/** Every tool, sorted by name, as the exports of a module always are. */
export const TOOLS: readonly AnyTool[] = Object.values(modules);

/** What is wrong with the first of these names that no tool bears; null when all are tools. */
export function missingTool(names: readonly string[]): string | null {
  const known = TOOLS.map((tool) => tool.name);
  const name = names.find((name) => !known.includes(name));
  if (name === undefined) return null;
  return `there is no tool ${name}${
    didYouMean(name, known, `: \`${typed("tools")}\` lists them all`)
  }`;
}

/** What is wrong with the first of these scopes that cannot be; null when all can. */
export function wrongScope(scopes: ToolPolicy["scopes"]): string | null {
  const missing = missingTool(Object.keys(scopes));
  if (missing !== null) return missing;
  const tool = TOOLS.find((tool) =>
    scopes[tool.name] === "user" && tool.scope !== "user" && !tool.hints.readOnlyHint
  );
  return tool ? `${tool.name} changes something: it can be write or admin, not user` : null;
}

/** The tools whose scope is another than their own, each in words: `stop_vm: admin in place of write`. */
export function changedScopes(
  policy: Pick<ToolPolicy, "scopes">,
): { readonly lowered: readonly string[]; readonly raised: readonly string[] } {
  const changed = TOOLS.filter((tool) => scopeOf(tool, policy) !== tool.scope);
  const isLower = (tool: AnyTool) => includesScope(tool.scope, scopeOf(tool, policy));
  const told = (tool: AnyTool) =>
    `${tool.name}: ${scopeOf(tool, policy)} in place of ${tool.scope}`;
  return {
    lowered: changed.filter(isLower).map(told),
    raised: changed.filter((tool) => !isLower(tool)).map(told),
  };
}
