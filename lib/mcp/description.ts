import type * as z from "zod";
import type { AnyTool } from "../tool/tool.ts";
import { type Json, jsonSchemas } from "./clusters/schemas.ts";

/** A tool as `tools/list` describes it. */
export interface ToolDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { type: "object"; [key: string]: unknown };
  readonly outputSchema: { type: "object"; [key: string]: unknown };
  readonly annotations: AnyTool["hints"];
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** Tells clients that run tools by themselves to leave this one to their user. */
const BY_A_PERSON = { "anthropic/requiresUserInteraction": true };

/**
 * A tool in the words of MCP.
 *
 * @param clusters the clusters that a call may name; none where there is one only
 */
export function describeTool(tool: AnyTool, clusters: readonly string[] = []): ToolDescription {
  const { name, title, description, hints } = tool;
  const { input, output } = jsonSchemas(tool, clusters);
  return {
    name,
    title,
    description,
    inputSchema: schemaOf(input, "input"),
    outputSchema: schemaOf(output, "output"),
    annotations: hints,
    ...(hints.destructiveHint ? { _meta: BY_A_PERSON } : {}),
  };
}

type Schema = ToolDescription["inputSchema"];

function schemaOf(json: Json, io: "input" | "output"): Schema {
  shorten(json, io);
  return { ...json, type: "object" };
}

/** What the server checks; a model that breaks one is told in words. */
const CHECKED = [
  "format",
  "pattern",
  "maxLength",
  "minLength",
  "minItems",
  "propertyNames",
] as const;

/**
 * Leaves out what says nothing, for every byte of the list is read by a model again and again, and what
 * some clients cannot hand on to their model: OpenAI's strict mode, Gemini's function declarations and
 * the Inspector agree on a part of JSON Schema only.
 */
function shorten(json: z.core.JSONSchema.BaseSchema, io: "input" | "output"): void {
  const parts = [json.items, json.additionalProperties, ...Object.values(json.properties ?? {})];
  for (const part of [...parts, ...json.anyOf ?? []]) {
    if (typeof part === "object" && !Array.isArray(part)) shorten(part, io);
  }
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.minimum === 0 || json.minimum === 1) delete json.minimum;
  for (const key of CHECKED) delete json[key];
  const { items, type } = json;
  // A wrong one is answered with all of them.
  if (typeof items === "object" && "enum" in items && (items.enum?.length ?? 0) > 8) {
    delete items.enum;
  }
  // `false` stays: libraries that make types of a schema (Mastra, CrewAI) would drop a misspelt dry_run.
  if (isEmpty(json.additionalProperties)) delete json.additionalProperties;
  if (Array.isArray(type)) {
    json.anyOf = type.map((one) => ({ type: one }));
    delete json.type;
  }
  if (json.const !== undefined) {
    json.enum = [json.const];
    delete json.const;
  }
  if (io === "output") shortenOutput(json);
}

/**
 * Results are told more briefly: what is a text, or what its name's ending says, or may be anything, is
 * named in a line of words where there are several. A schema for each would make up a tenth of the list, and
 * some refuse an empty one. A list of texts, or of what may be anything, says no more than that it is one.
 */
function shortenOutput(json: z.core.JSONSchema.BaseSchema): void {
  delete json.required;
  if (json.additionalProperties === false) delete json.additionalProperties;
  if (isEmpty(json.items) || isText(json.items)) delete json.items;
  const { properties = {} } = json;
  const plain = Object.keys(properties).filter((name) => isPlain(name, properties[name]));
  if (plain.length > 1 || plain.some((name) => isEmpty(properties[name]))) {
    for (const name of plain) delete properties[name];
    json.description = [json.description, `With ${plain.join(", ")}`]
      .filter((text) => text !== undefined).join(". ");
  }
  if (isEmpty(properties)) delete json.properties;
  // What has one of these needs no word of its type.
  if (json.properties ?? json.items ?? json.enum) delete json.type;
}

/** Names of numbers. */
const NUMBER = /^(total|vmid)$|_(bytes|seconds|fraction|mib|gib|days|count|at)$/;

function isPlain(name: string, property: unknown): boolean {
  return isEmpty(property) || isText(property) || NUMBER.test(name) && isNumber(property);
}

function isNumber(part: unknown): boolean {
  return /^{"type":"(number|integer)"}$/.test(JSON.stringify(part));
}

function isText(part: unknown): boolean {
  return JSON.stringify(part) === '{"type":"string"}';
}

function isEmpty(part: unknown): boolean {
  return typeof part === "object" && part !== null && Object.keys(part).length === 0;
}
