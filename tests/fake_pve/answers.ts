import type { ApiMethod, Schema } from "./contract.ts";
import { type Exceptions, recorded } from "./recorded.ts";
import { schemaOf } from "./validate.ts";

/** Says where an answer differs from what its method returns by contract, or undefined where it fits. */
export function answerComplaint(api: ApiMethod, data: unknown): string | undefined {
  const exceptions = recorded[`${api.method} ${api.path}`] ?? {};
  return complaintOf(api.returns, data, { exceptions, hasType: ofPve });
}

/** What holds for all answers of one server. */
export interface Rules {
  readonly exceptions: Exceptions;
  /** Whether a value is of a type of the description; undefined leaves it to JSON's own types. */
  readonly hasType?: (type: string, value: unknown) => boolean | undefined;
  /** Whether an object may have what is not described, where nothing is said; default true. */
  readonly open?: boolean;
}

/** The same by a description and rules. */
export function complaintOf(returns: Schema, data: unknown, rules: Rules): string | undefined {
  return complaint(returns, data, { ...rules, at: "" });
}

interface Place extends Rules {
  /** Where in the answer: `[].digest`. */
  readonly at: string;
}

function complaint(described: Schema, value: unknown, place: Place): string | undefined {
  const exception = place.exceptions[place.at];
  const schema = exception ? { ...described, ...exception } : described;
  if (schema.nullable && value === null) return undefined;
  if (schema.oneOf) {
    const complaints = schema.oneOf.map((one) => complaint(one, value, place));
    return complaints.includes(undefined) ? undefined : complaints[0];
  }
  const type = schema.type ?? (schema.properties ? "object" : "any");
  if (!(place.hasType?.(type, value) ?? hasType(type, value))) {
    return `${place.at || "the answer"} is no ${type}: ${JSON.stringify(value)}`;
  }
  if (schema.enum && !schema.enum.includes(value as string)) {
    return `${place.at} is none of ${schema.enum.join(", ")}: ${JSON.stringify(value)}`;
  }
  if (type === "array") return ofItems(schema, value as unknown[], place);
  if (type === "object") return ofProperties(schema, value as Record<string, unknown>, place);
}

/** Booleans are 0 and 1. */
function ofPve(type: string, value: unknown): boolean | undefined {
  return type === "boolean" ? value === 0 || value === 1 : undefined;
}

function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null || value === undefined;
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "number":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    default:
      return true;
  }
}

function ofItems({ items }: Schema, values: unknown[], place: Place): string | undefined {
  if (!items) return undefined;
  for (const value of values) {
    const found = complaint(items, value, { ...place, at: `${place.at}[]` });
    if (found) return found;
  }
}

function ofProperties(
  { properties = {}, additionalProperties }: Schema,
  values: Record<string, unknown>,
  place: Place,
): string | undefined {
  const open = additionalProperties ?? place.open ?? true;
  const inside = (name: string) => place.at ? `${place.at}.${name}` : name;
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const at = inside(name);
    const schema = schemaOf(properties, name);
    if (!schema && !open) return `${at} is not described`;
    const found = schema && complaint(schema, value, { ...place, at });
    if (found) return found;
  }
  for (const [name, schema] of Object.entries(properties)) {
    const at = inside(name);
    if (values[name] !== undefined || schema.optional || place.exceptions[at]?.optional) {
      continue;
    }
    return `${at} is missing`;
  }
}
