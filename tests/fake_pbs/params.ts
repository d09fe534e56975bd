import type { Schema } from "../fake_pve/contract.ts";
import { Params, type Value } from "../fake_pve/validate.ts";
import type { PbsMethod } from "./contract.ts";
import { PbsError, refuse } from "./errors.ts";

/** What a request brought: texts of a form or query, or what JSON holds. */
export interface Sent {
  json: boolean;
  values: Record<string, unknown>;
}

/** Known by another way than the schema: refused late, and without the parameter's name. */
const variants = new Set(["backup-type", "statusfilter"]);

const missing = "property is missing and it is not optional";

/** Checks all parameters of a request: what is wrong is reported at once, else all that is missing. */
export function validate(api: PbsMethod, sent: Sent, uri: Record<string, string>): Params {
  const errors: Record<string, string> = {};
  const values: Record<string, Value> = {};
  const take = (name: string, given: unknown, json: boolean) => {
    const schema = api.parameters[name];
    if (!schema) {
      if (!api.additionalProperties) {
        errors[name] = `schema does not allow additional properties${json ? "" : "."}`;
      }
      return;
    }
    try {
      values[name] = read(schema, given, { json, name });
    } catch (error) {
      if (!(error instanceof Complaint)) throw error;
      errors[name + error.place] = error.message;
    }
  };
  const names = Object.keys(sent.values);
  for (const name of sent.json ? names.sort() : names) take(name, sent.values[name], sent.json);
  for (const [name, value] of Object.entries(uri)) take(name, value, false);
  if (Object.keys(errors).length) refuse(errors);
  for (const name of Object.keys(api.parameters).sort(bySchema)) {
    if (!(name in values) && !api.parameters[name]?.optional) errors[name] = missing;
  }
  if (Object.keys(errors).length) refuse(errors);
  for (const name of variants) checkVariants(api.parameters[name], values[name]);
  return new Params(values);
}

/** The time of a snapshot stands before what it has of its group. */
function bySchema(a: string, b: string): number {
  if (a === "backup-time" || b === "backup-time") return a === "backup-time" ? -1 : 1;
  return a < b ? -1 : 1;
}

class Complaint extends Error {
  constructor(message: string, readonly place = "") {
    super(message);
  }
}

function complain(message: string): never {
  throw new Complaint(message);
}

function read(
  schema: Schema,
  given: unknown,
  { json, name }: { json: boolean; name: string },
): Value {
  switch (schema.type) {
    case "array":
      return readList(schema.items ?? {}, given, { json, name });
    case "boolean":
      return readFlag(given, json);
    case "integer":
    case "number":
      return readNumber(schema, given, json);
    default:
      return readText(schema, given, name);
  }
}

function readList(
  schema: Schema,
  given: unknown,
  { json, name }: { json: boolean; name: string },
): string[] {
  if (json && !Array.isArray(given)) complain("Expected array - got scalar value.");
  const items: unknown[] = Array.isArray(given) ? given : [given];
  return items.map((item, i) => {
    try {
      return readText(schema, item, name);
    } catch (error) {
      throw error instanceof Complaint ? new Complaint(error.message, `/[${i}]`) : error;
    }
  });
}

const flags: Record<string, boolean> = {
  ...{ "1": true, true: true, yes: true, on: true },
  ...{ "0": false, false: false, no: false, off: false },
};

function readFlag(given: unknown, json: boolean): boolean {
  const value = json ? given : flags[String(given).toLowerCase()];
  return typeof value === "boolean" ? value : complain("Expected boolean value.");
}

function readNumber(schema: Schema, given: unknown, json: boolean): number {
  if (json && !Number.isInteger(given)) complain("Expected integer value.");
  if (!json && !/^[+-]?\d+$/.test(String(given))) complain("invalid digit found in string");
  const value = Number(given);
  const { minimum, maximum } = schema;
  if (minimum !== undefined && value < Number(minimum)) {
    complain(`value must have a minimum value of ${minimum} (got ${value})`);
  }
  if (maximum !== undefined && value > Number(maximum)) {
    complain(`value must have a maximum value of ${maximum} (got ${value})`);
  }
  return value;
}

function readText(schema: Schema, given: unknown, name: string): string {
  if (Array.isArray(given)) complain("duplicate parameter.");
  if (typeof given !== "string") complain("Expected string value.");
  const { enum: choices, maxLength, minLength, pattern } = schema;
  if (minLength !== undefined && given.length < minLength) {
    complain(`value must be at least ${minLength} characters long`);
  }
  if (maxLength !== undefined && given.length > maxLength) {
    complain(`value may only be ${maxLength} characters long`);
  }
  if (choices && !choices.includes(given) && !variants.has(name)) {
    complain(`value '${given}' is not defined in the enumeration.`);
  }
  if (pattern !== undefined && !new RegExp(pattern).test(given)) {
    complain("value does not match the regex pattern");
  }
  return given;
}

function checkVariants(schema: Schema | undefined, value: Value | undefined): void {
  const choices = schema?.enum ?? schema?.items?.enum ?? [];
  for (const one of value === undefined || choices.length === 0 ? [] : [value].flat()) {
    if (choices.includes(String(one))) continue;
    const known = choices.map((choice) => `\`${choice}\``).join(", ");
    throw new PbsError(400, `unknown variant \`${one}\`, expected one of ${known}`);
  }
}
