import * as z from "zod";
import type { AnyTool } from "../tool/tool.ts";

/** A tool as `tools/list` describes it. */
export interface ToolDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { type: "object"; [key: string]: unknown };
  readonly outputSchema: { type: "object"; [key: string]: unknown };
  readonly annotations: AnyTool["hints"];
}

/** A tool in the words of MCP. */
export function describeTool(tool: AnyTool): ToolDescription {
  const { name, title, description, hints } = tool;
  return {
    name,
    title,
    description,
    inputSchema: schemaOf(tool.input, "input"),
    outputSchema: schemaOf(tool.output, "output"),
    annotations: hints,
  };
}

type Schema = ToolDescription["inputSchema"];

function schemaOf(schema: z.ZodObject, io: "input" | "output"): Schema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema, path }) => slim(jsonSchema, { io, name: String(path.at(-1)) }),
  });
  return { ...json, type: "object" };
}

const UNIT = /_(bytes|seconds|fraction|mib|gib|days|count|at)$/;

/**
 * Leaves out what says nothing: every byte of the list is read by a model again and again. In results
 * a field without a type is text, or what its name's ending says, or what its properties or items say.
 */
function slim(
  json: z.core.JSONSchema.BaseSchema,
  { io, name }: { io: "input" | "output"; name: string },
): void {
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.minimum === 0 || json.minimum === 1) delete json.minimum;
  if (io === "output") {
    delete json.required;
    if (json.additionalProperties === false) delete json.additionalProperties;
    if (isEmpty(json.items)) delete json.items;
    if (isEmpty(json.properties)) delete json.properties;
    const told = json.properties !== undefined || json.items !== undefined || UNIT.test(name);
    if (json.type === "string" || told) delete json.type;
  }
  // The server checks these; a model that breaks one is told in words.
  for (const key of ["pattern", "maxLength", "minLength", "minItems", "propertyNames"] as const) {
    delete json[key];
  }
  if (name === "items" && json.enum && json.enum.length > 8) delete json.enum;
  if (isEmpty(json.additionalProperties)) delete json.additionalProperties;
  const types = json.anyOf?.map((option) =>
    Object.keys(option).length === 1 && typeof option.type === "string" ? option.type : undefined
  );
  if (types?.every((type) => type !== undefined)) {
    delete json.anyOf;
    json.type = types as unknown as "string";
  }
}

function isEmpty(part: unknown): boolean {
  return typeof part === "object" && part !== null && Object.keys(part).length === 0;
}
