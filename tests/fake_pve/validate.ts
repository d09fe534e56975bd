import type { ApiMethod, Schema } from "./contract.ts";
import { refuse } from "./errors.ts";
import { checkValue } from "./values.ts";

export type Value = string | number | boolean | string[];
export type Raw = Record<string, unknown>;

const notInSchema =
  "property is not defined in schema and the schema does not allow additional properties";

const highest: Record<string, number> = {
  net: 31,
  scsi: 30,
  ide: 3,
  sata: 5,
  virtio: 15,
  ipconfig: 31,
  hostpci: 15,
  usb: 13,
  serial: 3,
  parallel: 2,
  numa: 7,
  virtiofs: 9,
  acmedomain: 5,
};

/** The schema of a parameter; `net0` is found under `net[n]`. */
export function schemaOf(parameters: Record<string, Schema>, name: string): Schema | undefined {
  if (Object.hasOwn(parameters, name)) return name.includes("[") ? undefined : parameters[name];
  const indexed = /^(.*[a-z])(0|[1-9]\d*)$/.exec(name);
  const stem = indexed?.[1] ?? "";
  if (!indexed || Number(indexed[2]) > (highest[stem] ?? 255)) return undefined;
  return Object.hasOwn(parameters, `${stem}[n]`) ? parameters[`${stem}[n]`] : undefined;
}

/** Checks all parameters of a request and gives them their types; every complaint is reported at once. */
export function validate(api: ApiMethod, raw: Raw): Record<string, Value> {
  const errors: Record<string, string> = {};
  const values: Record<string, Value> = {};
  for (const [name, given] of Object.entries(raw)) {
    if (given === null || given === undefined) continue;
    const schema = schemaOf(api.parameters, name);
    if (!schema) {
      if (!api.additionalProperties) errors[name] = notInSchema;
      continue;
    }
    const complaint = take(schema, name, given, values);
    if (complaint) errors[name] = complaint;
    else if (schema.requires && (raw[schema.requires] ?? null) === null) {
      errors[schema.requires] = `missing property - '${name}' requires this property`;
    }
  }
  for (const [name, schema] of Object.entries(api.parameters)) {
    if (schema.optional || (raw[name] ?? null) !== null) continue;
    errors[name] = "property is missing and it is not optional";
  }
  if (Object.keys(errors).length) refuse(errors);
  return values;
}

function take(
  schema: Schema,
  name: string,
  given: unknown,
  values: Record<string, Value>,
): string | undefined {
  if (schema.oneOf) {
    const complaints = schema.oneOf.map((one) => take(one, name, given, values));
    return complaints.includes(undefined) ? undefined : complaints[0];
  }
  if (schema.type === "array") {
    const items = Array.isArray(given)
      ? given
      : typeof given === "string"
      ? given.split("\0")
      : [given];
    for (const [i, item] of items.entries()) {
      if (item !== null && typeof item === "object") {
        return `type check ('string') failed - got HASH`;
      }
      const complaint = checkValue(schema.items ?? {}, scalar(item), `${name}[${i}]`);
      if (complaint) return complaint;
    }
    values[name] = items.map(scalar);
    return undefined;
  }
  if (typeof given === "object") {
    return `type check ('${schema.type ?? "string"}') failed - got ${
      Array.isArray(given) ? "ARRAY" : "HASH"
    }`;
  }
  const text = scalar(given);
  const complaint = checkValue(schema, text, name);
  if (complaint) return complaint;
  if (schema.type === "integer" || schema.type === "number") values[name] = Number(text);
  else if (schema.type === "boolean") values[name] = text === "1";
  else values[name] = text;
  return undefined;
}

function scalar(value: unknown): string {
  return value === true ? "1" : value === false ? "0" : String(value);
}

/** The validated parameters of one request. */
export class Params {
  constructor(readonly values: Record<string, Value>) {}

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  text(name: string): string {
    const value = this.values[name];
    return value === undefined ? "" : String(value);
  }

  maybe(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  number(name: string): number | undefined {
    const value = this.values[name];
    return typeof value === "number" ? value : undefined;
  }

  flag(name: string, absent = false): boolean {
    const value = this.values[name];
    return typeof value === "boolean" ? value : absent;
  }

  list(name: string): string[] {
    const value = this.values[name];
    if (Array.isArray(value)) return value;
    return value === undefined ? [] : splitList(String(value));
  }
}

export function splitList(text: string): string[] {
  return text.split(/[\0,; ]+/).filter((part) => part !== "");
}
