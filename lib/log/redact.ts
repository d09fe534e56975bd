import { boundJson } from "./bound.ts";
import { isSecretKey, REDACTED, redactText } from "./redact_text.ts";

export { boundText } from "./bound.ts";
export { isSecretKey, REDACTED, redactText } from "./redact_text.ts";

const MAX_DEPTH = 32;
/** How many characters of one value are searched in all; later strings are only counted. */
const MAX_SEARCHED = 1_048_576;

interface Place {
  readonly known: readonly string[];
  readonly ancestors: readonly object[];
  readonly budget: { left: number };
}

/**
 * A copy of `value` that is plain JSON and holds no secret: what stands under a telling key
 * (`password`, `token_value`, `authorization`, …) is replaced whole, and every string is searched
 * by `redactText`. `known` are exact secrets to remove wherever they stand.
 */
export function redactValue(value: unknown, known: readonly string[] = []): unknown {
  return redactAt(value, { known, ancestors: [], budget: { left: MAX_SEARCHED } });
}

/**
 * JSON of `value` without secrets, in at most `maxBytes` (64 or more) of UTF-8. What is too long is
 * cut at its longest parts and says so; the result always parses.
 */
export function boundedJson(value: unknown, maxBytes: number): string {
  return boundJson(redactValue(value), maxBytes);
}

function redactAt(value: unknown, place: Place): unknown {
  if (typeof value === "string") return redactString(value, place);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object") return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `[${value.byteLength} bytes]`;
  }
  if (place.ancestors.includes(value)) return "[circular]";
  if (place.ancestors.length >= MAX_DEPTH) return "[too deep]";
  const inside = { ...place, ancestors: [...place.ancestors, value] };
  if (Array.isArray(value)) return redactArray(value, inside);
  if (value instanceof Map) return redactArray([...value.entries()], inside);
  if (value instanceof Set) return redactArray([...value], inside);
  if (value instanceof Error) {
    return redactEntries([["name", value.name], ["message", value.message]], inside);
  }
  return redactEntries(Object.entries(value), inside);
}

function redactString(text: string, place: Place): string {
  if (place.budget.left <= 0) return `[${text.length} characters]`;
  place.budget.left -= text.length;
  return redactText(text, place.known);
}

function redactEntries(entries: readonly [string, unknown][], place: Place): unknown {
  return Object.fromEntries(entries.map(([key, value]) => [
    redactString(key, place),
    isSecretKey(key) && holdsSomething(value) ? REDACTED : redactAt(value, place),
  ]));
}

/** Also reads the array as an argv (`["sshpass", "-p", "…"]`) or as a key and its value. */
function redactArray(values: readonly unknown[], place: Place): unknown[] {
  return values.map((value, index) =>
    holdsSomething(value) && isAnnounced(values, index) ? REDACTED : redactAt(value, place)
  );
}

function isAnnounced(values: readonly unknown[], index: number): boolean {
  const before = values[index - 1];
  const value = values[index];
  if (typeof before !== "string") return false;
  if (values.length === 2 && isSecretKey(before)) return true;
  if (!/^--?\w[\w-]*$/.test(before)) return false;
  if (isSecretKey(before)) return true;
  if (typeof value !== "string") return false;
  if (before === "-u" || before === "--user") return value.includes(":");
  if (before !== "-p") return false;
  const harmless = /^(?:\/|[\d:]+$)/.test(value) && values[0] !== "sshpass";
  return !harmless && values[index - 2] !== "mkdir";
}

function holdsSomething(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== "boolean" && value !== "";
}
