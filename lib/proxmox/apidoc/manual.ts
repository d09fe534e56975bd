import type { Advice } from "../advice.ts";
import type { ApiMethod } from "./description.ts";
import { refusalOf } from "./guard.ts";
import type { ParamSchema } from "./schema.ts";
import { clip } from "../clip.ts";
import { compact, flag, number, text } from "../api/values.ts";

/** A method as a reader needs it before calling it. */
export function describeApiMethod(method: ApiMethod, advice: Advice) {
  const { description, parameters, permissions, returns } = method;
  return compact({
    method: method.method,
    description: clip(description, 2_000),
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, schema]) => [name, describeParam(schema)]),
    ),
    permissions: permissions === undefined ? undefined : clip(JSON.stringify(permissions), 2_000),
    returns: describeReturn(returns),
    refused: refusalOf(method, advice),
  });
}

function describeParam(schema: ParamSchema) {
  return compact({
    type: text(schema.type),
    required: flag(schema.optional) ? undefined : true,
    description: clip(text(schema.description)?.trim() ?? "", 240) || undefined,
    enum: schema.enum,
    default: schema.default,
    minimum: number(schema.minimum),
    maximum: number(schema.maximum),
    max_length: number(schema.maxLength),
    pattern: text(schema.pattern),
    format: typeof schema.format === "string" ? schema.format : undefined,
    keys: typeof schema.format === "object" && schema.format !== null
      ? Object.keys(schema.format)
      : undefined,
  });
}

function describeReturn({ type, properties, items }: ApiMethod["returns"]): string {
  const fields = properties ?? (items as ApiMethod["returns"] | undefined)?.properties ?? {};
  const names = Object.keys(fields).sort().join(", ");
  return clip(`${type ?? "anything"}${names === "" ? "" : ` of ${names}`}`, 2_000);
}
