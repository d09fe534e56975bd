import { meantText, nearest } from "../../nearest.ts";
import { flag, number } from "../api/values.ts";
import { patternOf } from "./pattern.ts";

/** A parameter as Proxmox describes it; nothing is certain to be there. */
export interface ParamSchema {
  readonly type?: string;
  readonly description?: string;
  readonly optional?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly minLength?: unknown;
  readonly maxLength?: unknown;
  readonly pattern?: string;
  readonly format?: unknown;
  readonly requires?: string;
  readonly items?: ParamSchema;
  readonly oneOf?: readonly ParamSchema[];
  /** The parameter whose value tells which of `oneOf` holds, or whether this is taken at all. */
  readonly "type-property"?: string;
  readonly "instance-types"?: readonly string[];
  /** For what only some calls take: `type: node-affinity`. */
  readonly only_with?: string;
}

export type ParamSchemas = Readonly<Record<string, ParamSchema>>;

const LONGEST_MATCHED = 2_000;

/**
 * Checks parameters as Proxmox will, before they are sent.
 *
 * @param options.open Proxmox takes parameters that it does not describe
 * @param options.others what other calls of the method take
 * @returns one line per problem
 */
export function checkParams(
  given: Readonly<Record<string, unknown>>,
  schemas: ParamSchemas,
  { open = false, others = {} }: { open?: boolean; others?: ParamSchemas } = {},
): string[] {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const schema = schemaFor(name, schemas);
    if (schema === undefined) {
      if (!open) problems.push(unknownParam(name, schemas, others));
      continue;
    }
    const problem = checkValue(value, schema);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
    const { requires } = schema;
    if (requires !== undefined && given[requires] === undefined) {
      problems.push(`${name} needs ${requires} too`);
    }
  }
  for (const [name, schema] of Object.entries(schemas)) {
    const needed = !isOptional(schema) && !name.includes("[");
    if (needed && given[name] === undefined) problems.push(`${name} is missing`);
  }
  return problems;
}

/** The schema of a parameter; `net0` is described as `net[n]`. */
export function schemaFor(name: string, schemas: ParamSchemas): ParamSchema | undefined {
  if (Object.hasOwn(schemas, name)) return schemas[name];
  const indexed = name.replace(/(?<!\d)\d+$/, "[n]");
  return indexed !== name && Object.hasOwn(schemas, indexed) ? schemas[indexed] : undefined;
}

/** Where each way of giving it tells by itself whether it may be left out, one that may is enough. */
export function isOptional({ optional, oneOf }: ParamSchema): boolean {
  return flag(optional) || (optional === undefined && (oneOf ?? []).some(isOptional));
}

function unknownParam(name: string, schemas: ParamSchemas, others: ParamSchemas): string {
  const elsewhere = schemaFor(name, others)?.only_with;
  if (elsewhere !== undefined) return `${name} is taken only with ${elsewhere}`;
  const near = nearest(name, Object.keys(schemas));
  return `${name} is not a parameter of this method${meantText(near)}`;
}

/** What is wrong with a value; undefined when nothing is. */
function checkValue(value: unknown, schema: ParamSchema): string | undefined {
  const { oneOf } = schema;
  if (Array.isArray(oneOf) && oneOf.length > 0) {
    const problems = oneOf.map((option) => checkValue(value, option));
    return problems.includes(undefined) ? undefined : problems[0];
  }
  if (schema.type === "array") {
    if (!Array.isArray(value)) return "must be a list";
    return value.map((item) => checkValue(item, schema.items ?? {}))
      .find((problem) => problem !== undefined);
  }
  if (value === null || typeof value === "object") return "must be a single value";
  return checkType(value, schema) ?? checkRange(value, schema) ?? checkText(value, schema);
}

function checkType(value: unknown, { type }: ParamSchema): string | undefined {
  if (type === "boolean") {
    return [true, false, 0, 1, "0", "1"].some((each) => each === value)
      ? undefined
      : "must be true or false";
  }
  if (typeof value === "boolean") return `must be ${type === "string" ? "text" : "a number"}`;
  if (type === "integer") {
    return /^-?\d+$/.test(String(value)) ? undefined : "must be a whole number";
  }
  if (type === "number") return number(value) === undefined ? "must be a number" : undefined;
  return undefined;
}

function checkRange(value: unknown, schema: ParamSchema): string | undefined {
  if (schema.type !== "integer" && schema.type !== "number") return undefined;
  const [min, max] = [number(schema.minimum), number(schema.maximum)];
  if (min !== undefined && Number(value) < min) return `must be at least ${min}`;
  if (max !== undefined && Number(value) > max) return `must be at most ${max}`;
  return undefined;
}

function checkText(value: unknown, schema: ParamSchema): string | undefined {
  const text = String(value);
  if (schema.enum && schema.type !== "boolean" && !schema.enum.map(String).includes(text)) {
    return `must be one of ${schema.enum.slice(0, 40).join(", ")}`;
  }
  const [shortest, longest] = [number(schema.minLength), number(schema.maxLength)];
  if (shortest !== undefined && text.length < shortest) {
    return `must have at least ${shortest} characters`;
  }
  if (longest !== undefined && text.length > longest) {
    return `must have at most ${longest} characters`;
  }
  const pattern = schema.pattern === undefined ? undefined : patternOf(schema.pattern);
  if (pattern && text.length <= LONGEST_MATCHED && !pattern.test(text)) {
    return `must match ${schema.pattern}`;
  }
  return undefined;
}
