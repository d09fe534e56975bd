import type { Schema } from "./contract.ts";
import { checkFormat } from "./formats.ts";
import { propertyString } from "./property_strings.ts";

const notInSchema =
  "property is not defined in schema and the schema does not allow additional properties";

/** Checks one scalar as Proxmox does: type, format, pattern, lengths, range, enumeration; the first failure counts. */
export function checkValue(
  schema: Schema | undefined,
  value: string,
  path: string,
): string | undefined {
  if (!schema) return notInSchema;
  const type = schema.type ?? "string";
  if (!hasType(type, value)) return `type check ('${type}') failed - got '${value}'`;
  const complaint = formatComplaint(schema, value, path);
  if (complaint) return `invalid format - ${complaint.trimEnd()}\n`;
  if (schema.pattern && !perlPattern(schema.pattern).test(value)) {
    return "value does not match the regex pattern";
  }
  if (schema.maxLength !== undefined && value.length > schema.maxLength) {
    return `value may only be ${schema.maxLength} characters long`;
  }
  if (schema.minLength !== undefined && value.length < schema.minLength) {
    return `value must be at least ${schema.minLength} characters long`;
  }
  const number = Number(value);
  if (value !== "" && !Number.isNaN(number)) {
    if (schema.maximum !== undefined && number > Number(schema.maximum)) {
      return `value must have a maximum value of ${schema.maximum}`;
    }
    if (schema.minimum !== undefined && number < Number(schema.minimum)) {
      return `value must have a minimum value of ${schema.minimum}`;
    }
  }
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    return `value '${value}' does not have a value in the enumeration '${schema.enum.join(", ")}'`;
  }
  return undefined;
}

function hasType(type: string, value: string): boolean {
  if (type === "integer") return /^[+-]?\d+$/.test(value);
  if (type === "number") return /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value);
  if (type === "boolean") return value === "0" || value === "1";
  return true;
}

function formatComplaint(schema: Schema, value: string, path: string): string | undefined {
  if (!schema.format) return undefined;
  if (typeof schema.format === "string") return checkFormat(schema.format, value, path);
  return propertyString(path.replace(/\d+$/, ""), schema.format, value, path).complaint;
}

/** Turns a Perl pattern of the API description into an anchored one of ours. */
function perlPattern(pattern: string): RegExp {
  const translated = pattern
    .replaceAll("(?^:", "(?:").replaceAll("(?^u:", "(?:").replaceAll("(?^i:", "(?i:")
    .replaceAll("{,", "{0,");
  return new RegExp(`^(?:${translated})$`);
}
