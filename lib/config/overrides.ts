import * as z from "zod";
import { AppError } from "../errors.ts";
import { innerOf, type Key } from "./keys.ts";
import { inSection } from "./parse.ts";
import { CONFIG_KEYS } from "./schema.ts";
import type { ConfigRequest } from "./types.ts";

/** A value that weighs more than the file's, and what it is called in messages. */
export interface Override {
  readonly value: unknown;
  readonly origin: string;
}

/** A key that an option of `serve` may override. */
export interface OptionKey extends Key {
  /** `--port`. */
  readonly name: `--${string}`;
  /** `--port <PORT>`. */
  readonly flags: string;
  readonly help: string;
}

/** The options of `serve` that stand for keys of the file. */
export const OPTION_KEYS: readonly OptionKey[] = CONFIG_KEYS.flatMap((key) => {
  const { option } = key.facts;
  return option === undefined ? [] : [{ ...key, ...option, name: longName(option.flags) }];
});

/** The environment variables that the program reads, and no others. */
export const ENVIRONMENT_NAMES: readonly string[] = [
  "CREDENTIALS_DIRECTORY",
  "PROXMOX_MCP_CONFIG",
  ...CONFIG_KEYS.flatMap(({ facts }) => facts.env ?? []),
].sort();

/** What weighs more than the file for this key: the option, else the environment. */
export function overrideOf(key: Key, { options, env }: ConfigRequest): Override | null {
  const { env: variable, option } = key.facts;
  const name = option && longName(option.flags);
  const given = name && options?.[name];
  if (name !== undefined && given !== undefined) {
    return accepted(key, { value: given, origin: name });
  }
  const text = variable && env(variable);
  if (variable === undefined || text === undefined) return null;
  return accepted(key, { value: fromText(key, text), origin: variable });
}

/** The value as the key's schema wants it; throws AppError `invalid` that names where it came from. */
export function accepted(key: Key, { value, origin }: Override): Override {
  const read = readValue(key, value);
  if ("problem" in read) throw new AppError("invalid", `Cannot use ${origin}: it ${read.problem}`);
  return { ...read, origin };
}

/** A value, or the end of the sentence that begins with what cannot be used. */
export type Read = { readonly value: unknown } | { readonly problem: string };

/** What the text of an option or a variable means for the key. */
export function readText(key: Key, text: string): Read {
  return readValue(key, fromText(key, text));
}

function readValue({ path, schema }: Key, value: unknown): Read {
  const result = schema.safeParse(value, { reportInput: false });
  if (result.success) return { value: result.data };
  return { problem: inSection(result.error.issues[0]?.message ?? "cannot be used", path) };
}

function fromText({ schema }: Key, text: string): unknown {
  let inner: z.core.$ZodType = schema;
  for (let next = innerOf(inner); next !== null; next = innerOf(inner)) inner = next;
  if (!(inner instanceof z.ZodNumber)) return text;
  return /^\d+$/.test(text.trim()) ? Number(text) : NaN;
}

function longName(flags: string): `--${string}` {
  return `--${flags.match(/^--([\w-]+)/)?.[1] ?? ""}`;
}
