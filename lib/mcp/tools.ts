import * as modules from "../../tools/mod.ts";
import { didYouMean } from "../nearest.ts";
import type { AnyTool } from "../tool/tool.ts";

export type ToolName = keyof typeof modules;

/** Every tool, sorted by name, as the exports of a module always are. */
export const TOOLS: readonly AnyTool[] = Object.values(modules);

/** What is wrong with the first of these names that no tool bears; null when all are tools. */
export function missingTool(names: readonly string[]): string | null {
  const known = TOOLS.map((tool) => tool.name);
  const name = names.find((name) => !known.includes(name));
  if (name === undefined) return null;
  return `there is no tool ${name}${didYouMean(name, known, ": `tools` lists them all")}`;
}
