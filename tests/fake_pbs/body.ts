import { fail } from "./errors.ts";
import type { Sent } from "./params.ts";

const largest = 512 * 1024;

/** Percent-decoded; what is none stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Query strings and forms; a name that comes again makes a list. */
export function decodeForm(text: string): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values[name];
    values[name] = before === undefined ? value : [...[before].flat(), value];
  }
  return values;
}

/** A JSON request's query is not read at all, whatever the method. */
export function parametersOf(
  { contentType, query, body }: {
    contentType: string | undefined;
    query: string;
    body: Uint8Array;
  },
): Sent {
  const kind = contentType?.split(";")[0]?.trim().toLowerCase();
  if (body.length > largest) fail("Request body too large");
  const text = new TextDecoder().decode(body);
  if (kind === "application/json") return { json: true, values: text === "" ? {} : object(text) };
  if (kind !== undefined && kind !== "application/x-www-form-urlencoded" && body.length) {
    fail(`unsupported content type Ok("${contentType}")`);
  }
  // A text that has no `name=value` in it is a name.
  return { json: false, values: { ...decodeForm(query), ...decodeForm(text) } };
}

function object(text: string): Record<string, unknown> {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail("parameter verification failed - Expected object - got array or scalar value.");
  }
  return value as Record<string, unknown>;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const lines = text.split("\n");
    const place = `line ${lines.length} column ${lines.at(-1)?.length}`;
    // Serde tells more; what is cut off, which is what was recorded, is told as it does.
    fail(`EOF while parsing a value at ${place}`);
  }
}
