import * as z from "zod";
import { AppError } from "../errors.ts";
import { isRecord } from "../record.ts";
import { innerOf, type Key } from "./keys.ts";
import { inSection } from "./parse.ts";
import { type NameKey, VariableError } from "./refusal.ts";
import { CONFIG_KEYS } from "./schema.ts";
import type { ConfigRequest } from "./types.ts";

/** A value that weighs more than the file's. */
export interface Override {
  readonly value: unknown;
  /** `--port` or `MCP_HTTP_PORT`. */
  readonly origin: string;
  readonly isVariable: boolean;
}

/** By the paths of the keys. */
export type Overrides = ReadonlyMap<string, Override>;

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

/** The variable that sets the key, where there is one: the one to name. */
export function variableOf(path: string): string | undefined {
  return CONFIG_KEYS.find((key) => key.path === path)?.facts.env?.[0];
}

/** What weighs more than the file: the options, else the environment. */
export function overridesOf(request: ConfigRequest): Overrides {
  const found = CONFIG_KEYS.flatMap((key): [string, Override][] => {
    const override = overrideOf(key, request);
    return override === null ? [] : [[key.path, override]];
  });
  return new Map(found);
}

function overrideOf(key: Key, { options, env }: ConfigRequest): Override | null {
  const { env: variables = [], option } = key.facts;
  const name = option && longName(option.flags);
  const given = name && options?.[name];
  if (name !== undefined && given !== undefined) {
    return accepted(key, { value: given, origin: name, isVariable: false });
  }
  const variable = variables.find((each) => env(each) !== undefined);
  if (variable === undefined) return null;
  const value = fromText(key, env(variable) ?? "");
  return accepted(key, { value, origin: variable, isVariable: true });
}

/** The file's content with what weighs more in it, and without what that takes the place of. */
export function withOverrides(raw: unknown, overrides: Overrides): unknown {
  if (!isRecord(raw)) return raw;
  const merged = structuredClone(raw);
  for (const [path, { value }] of overrides) {
    const [section = "", name = ""] = path.split(".");
    const values = merged[section] ??= {};
    if (!isRecord(values)) continue;
    for (const rival of rivalsOf(section, name)) {
      if (!overrides.has(`${section}.${rival}`)) delete values[rival];
    }
    values[name] = value;
  }
  return merged;
}

/** The siblings that mean the same in another way. */
function rivalsOf(section: string, name: string): string[] {
  const own = CONFIG_KEYS.find(({ path }) => path === `${section}.${name}`)?.facts ?? {};
  const holders = CONFIG_KEYS.filter(({ path, facts }) =>
    facts.holds === name && path.startsWith(`${section}.`)
  );
  return [own.insteadOf, own.holds, ...holders.map(({ path }) => path.split(".")[1])]
    .filter((rival) => rival !== undefined);
}

/** The value as the key's schema wants it; throws AppError `invalid` that names where it came from. */
export function accepted(key: Key, override: Override): Override {
  const { value, origin, isVariable } = override;
  const read = readValue(key, { value, named: isVariable ? variableOf : undefined });
  if (!("problem" in read)) return { ...override, ...read };
  const message = `Cannot use ${origin}: it ${read.problem}`;
  throw isVariable ? new VariableError(message) : new AppError("invalid", message);
}

/** A value, or the end of the sentence that begins with what cannot be used. */
export type Read = { readonly value: unknown } | { readonly problem: string };

/** What the text of an option or a variable means for the key. */
export function readText(key: Key, text: string): Read {
  return readValue(key, { value: fromText(key, text) });
}

function readValue(
  { path, schema }: Key,
  { value, named }: { value: unknown; named?: NameKey | undefined },
): Read {
  const result = schema.safeParse(value, { reportInput: false });
  if (result.success) return { value: result.data };
  return { problem: inSection(result.error.issues[0]?.message ?? "cannot be used", path, named) };
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, 1: true },
  ...{ false: false, no: false, off: false, 0: false },
};

function fromText({ schema }: Key, text: string): unknown {
  let inner: z.core.$ZodType = schema;
  for (let next = innerOf(inner); next !== null; next = innerOf(inner)) inner = next;
  const word = text.trim().toLowerCase();
  if (inner instanceof z.ZodBoolean) return BOOLEANS[word] ?? text;
  if (!(inner instanceof z.ZodNumber)) return text;
  return /^\d+$/.test(word) ? Number(word) : NaN;
}

function longName(flags: string): `--${string}` {
  return `--${flags.match(/^--([\w-]+)/)?.[1] ?? ""}`;
}
