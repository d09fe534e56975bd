import * as z from "zod";
import type { AnyTool } from "../../tool/tool.ts";
import { SEVERAL } from "../../tool/fields.ts";
import { coverageOf, listsIn, rowsIn } from "./coverage.ts";

export type Json = z.core.JSONSchema.BaseSchema;

const NAME: Json = { type: "string" };

/**
 * What a tool takes and answers, as JSON Schema has it: with the cluster that a call may name, and that an
 * answer and its rows tell, where there are several.
 *
 * @param clusters those that a caller may name; none where there is one only
 */
export function jsonSchemas(
  tool: AnyTool,
  clusters: readonly string[],
): { readonly input: Json; readonly output: Json } {
  const several = clusters.length > 0;
  const input = plain(tool.input, "input", { several });
  const output = plain(tool.output, "output", { several });
  const coverage = coverageOf(tool);
  if (!several || coverage === "none") return { input, output };
  const { properties: taken } = input;
  const { properties: told } = output;
  const named = { ...output, properties: { cluster: NAME, ...told } };
  return {
    input: { ...input, properties: { ...taken, cluster: { type: "string", enum: [...clusters] } } },
    output: coverage === "list"
      ? withColumns(named, new Set([rowsIn(tool), ...listsIn(tool)]))
      : coverage === "each"
      ? besideOneAnother(named)
      : named,
  };
}

function plain(
  schema: z.ZodObject,
  io: "input" | "output",
  { several }: { several: boolean },
): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  settleMarked(json, several);
  return json;
}

/** Leaves fields that tell a cluster where there are several, and takes the mark from them. */
function settleMarked(json: Json, several: boolean): void {
  const { properties = {}, items } = json;
  for (const [name, property] of Object.entries(properties)) {
    if (typeof property !== "object") continue;
    if (property[SEVERAL] === true && !several) delete properties[name];
    delete property[SEVERAL];
    settleMarked(property, several);
  }
  if (typeof items === "object" && !Array.isArray(items)) settleMarked(items, several);
}

/** Rows that are each led by their cluster. */
function withColumns(json: Json, lists: ReadonlySet<string>): Json {
  const properties = Object.entries(json.properties ?? {}).map(([name, property]) => [
    name,
    lists.has(name) ? withColumn(property) : property,
  ]);
  return { ...json, properties: Object.fromEntries(properties) };
}

function withColumn(list: Json | boolean): Json | boolean {
  if (typeof list !== "object" || typeof list.items !== "object" || Array.isArray(list.items)) {
    return list;
  }
  const { items } = list;
  return { ...list, items: { ...items, properties: { cluster: NAME, ...items.properties } } };
}

/** What one cluster answers, or what each of several does. */
function besideOneAnother({ required: _, ...json }: Json): Json {
  const clusters: Json = { type: "array", items: { type: "object" } };
  const warnings: Json = { type: "array", items: NAME };
  return { ...json, properties: { clusters, warnings, ...json.properties } };
}
