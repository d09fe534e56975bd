import * as z from "zod";
import { oncePer } from "../../once_per.ts";
import type { AnyTool } from "../../tool/tool.ts";

/** What a call covers that names no cluster, where there are several: `list` is all of them, row by row. */
export type Coverage = NonNullable<AnyTool["across"]> | "list";

export function coverageOf(tool: AnyTool): Coverage {
  return tool.across ?? (isList(tool) ? "list" : "one");
}

/** What this one call of it covers. */
export function coverageOfCall(tool: AnyTool, input: Readonly<Record<string, unknown>>): Coverage {
  return tool.besidesClusters?.(input) ? "none" : coverageOf(tool);
}

function isList({ hints, input, output }: AnyTool): boolean {
  return hints.readOnlyHint && "cursor" in input.shape && "total" in output.shape;
}

/** The field of a list's output that is paged. */
export const rowsIn: (tool: AnyTool) => string = oncePer((tool: AnyTool) =>
  tool.rows ?? listsIn(tool)[0] ?? ""
);

/** The fields of an output that are lists of rows. */
export function listsIn({ output }: AnyTool): string[] {
  return Object.entries(output.shape).filter(([, field]) => isRows(field)).map(([name]) => name);
}

function isRows(field: unknown): boolean {
  return field instanceof z.ZodArray && field.element instanceof z.ZodObject;
}
