import { fitJson, type Limit } from "./bound.ts";
import { redactText } from "./redact_text.ts";
import { hideArgument } from "./secret_commands.ts";
import { hideInput } from "./secret_inputs.ts";
import { isSecretKey } from "./secret_keys.ts";
import { hideValue, REDACTED } from "./secret_value.ts";

export { redactText } from "./redact_text.ts";
export { isSecretKey } from "./secret_keys.ts";
export { REDACTED } from "./secret_value.ts";

const WHOLE: Limit = { text: 65_536, items: 10_000, depth: 32 };
/** How much of one value is looked at in all; what comes later is only counted. */
const MOST = { characters: 1_048_576, members: 100_000 };
/** Of a name (`Admin password`); a sentence that tells of a secret is no name of what comes next. */
const MOST_WORDS = 3;

export interface RedactOptions {
  /** Exact secrets to remove wherever they stand. */
  readonly known?: readonly string[];
  readonly limit?: Limit;
  readonly most?: { readonly characters: number; readonly members: number };
}

/**
 * A copy of `value` that is plain JSON, of bounded size and without secrets: what stands under a telling
 * key (`password`, `token_value`, `authorization`, …) is replaced whole, and every string is searched by
 * `redactText`. What is too long is cut in the middle, and says how much is missing.
 */
export function redactValue(value: unknown, options: RedactOptions = {}): unknown {
  const { known = [], limit = WHOLE, most = MOST } = options;
  return new Redaction(known, { limit, left: { ...most } }).at(value, []);
}

/**
 * JSON of `value` without secrets, in at most `maxBytes` (64 or more) of UTF-8. It is bounded before it
 * is searched, however large the value is; the result always parses.
 */
export function boundedJson(value: unknown, maxBytes: number): string {
  const most = { characters: 8 * maxBytes, members: maxBytes };
  return fitJson(maxBytes, (limit) => redactValue(value, { limit, most }));
}

class Redaction {
  readonly #known: readonly string[];
  readonly #limit: Limit;
  readonly #left: { characters: number; members: number };

  constructor(
    known: readonly string[],
    { limit, left }: { limit: Limit; left: { characters: number; members: number } },
  ) {
    this.#known = known;
    this.#limit = limit;
    this.#left = left;
  }

  at(value: unknown, ancestors: readonly object[]): unknown {
    if (typeof value === "string") return this.#text(value);
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object") return undefined;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      return `[${value.byteLength} bytes]`;
    }
    if (ancestors.includes(value)) return "[circular]";
    if (ancestors.length >= this.#limit.depth) return "[too deep]";
    const inside = [...ancestors, value];
    if (Array.isArray(value)) return this.#list(value, inside);
    if (value instanceof Map) return this.#list([...value.entries()], inside);
    if (value instanceof Set) return this.#list([...value], inside);
    if (value instanceof Error) {
      return this.#record({ name: value.name, message: value.message }, inside);
    }
    return this.#record(value as Readonly<Record<string, unknown>>, inside);
  }

  #text(text: string): string {
    if (this.#left.characters <= 0) return `[${text.length} characters]`;
    this.#left.characters -= Math.min(text.length, this.#limit.text);
    return redactText(text, { known: this.#known, most: this.#limit.text });
  }

  #record(record: Readonly<Record<string, unknown>>, inside: readonly object[]): unknown {
    const keys = Object.keys(record);
    const kept = this.#room(keys.length);
    const entries = keys.slice(0, kept).map((key) => {
      const given = record[key];
      // By the tool's name of it, and Proxmox's.
      const isInput = typeof given === "string" && /^input[_-]data$/.test(key);
      const value = isInput ? hideInput(record.command, given) : given;
      const secret = isSecretKey(key) && holdsSomething(value);
      return [this.#text(key), secret ? REDACTED : this.at(value, inside)] as const;
    });
    if (keys.length > kept) entries.push(["…", `${keys.length - kept} more`]);
    return Object.fromEntries(entries);
  }

  /** Also reads the list as an argument vector (`["sshpass", "-p", "…"]`) or as a key and its value. */
  #list(values: readonly unknown[], inside: readonly object[]): unknown[] {
    const kept = this.#room(values.length);
    const shown = values.slice(0, kept).map((value, index) => {
      const hidden = hideAnnounced(values, index);
      return hidden === undefined ? this.at(value, inside) : this.at(hidden, inside);
    });
    return values.length > kept ? [...shown, `… ${values.length - kept} more`] : shown;
  }

  #room(members: number): number {
    const kept = Math.max(0, Math.min(members, this.#limit.items, this.#left.members));
    this.#left.members -= kept;
    return kept;
  }
}

/** The element without its secret; undefined where nothing before it announces one. */
function hideAnnounced(values: readonly unknown[], index: number): string | undefined {
  const [before, value] = [values[index - 1], values[index]];
  if (typeof before !== "string" || !holdsSomething(value)) return undefined;
  const option = /^--?\w[\w-]{0,80}$/.test(before);
  const isKey = option || values.length === 2 && before.trim().split(/\s+/).length <= MOST_WORDS;
  if (isKey && isSecretKey(before)) {
    return typeof value === "string" ? hideValue(value) : REDACTED;
  }
  return hideArgument(values, index);
}

function holdsSomething(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== "boolean" && value !== "";
}
