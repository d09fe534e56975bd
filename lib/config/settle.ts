import { resolve } from "node:path";
import type * as z from "zod";
import { isRecord } from "../record.ts";
import { normaliseDatabaseUrl } from "./database_url.ts";
import { ANY_NAME, describeKey, isSection, type Key, shapeOf } from "./keys.ts";
import { accepted, type Overrides } from "./overrides.ts";
import { type NameKey, refusal, type Refuse } from "./refusal.ts";
import { readSecretFile, secretPath } from "./secrets.ts";
import type { ConfigRequest, ReadFile } from "./types.ts";

/** What the keys of the file are settled with. */
export interface Surroundings {
  /** The config file as the user wrote it, for messages. */
  readonly name: string;
  readonly folder: string;
  /** What messages call a key that a variable sets. */
  readonly named: NameKey;
  /** What was given besides the file. */
  readonly overrides: Overrides;
  readonly request: ConfigRequest;
  readonly readFile: ReadFile;
}

/** A section of the file: as it was written, and as it will be. */
interface Section {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly data: Record<string, unknown>;
}

interface SectionKey extends Key {
  readonly name: string;
}

/**
 * Reads the secrets that stand in files of their own, and makes paths absolute. Changes `section.data`.
 */
export async function settle(
  schema: z.core.$ZodType,
  { section, around, prefix = "" }: { section: Section; around: Surroundings; prefix?: string },
): Promise<void> {
  const { raw, data } = section;
  const keys: SectionKey[] = [];
  for (const [name, child] of childrenOf(schema, data)) {
    const path = prefix + name;
    if (!isSection(child)) keys.push({ ...describeKey(path, child), name });
    else if (isRecord(data[name])) {
      const inner = { raw: isRecord(raw[name]) ? raw[name] : {}, data: data[name] };
      await settle(child, { section: inner, around, prefix: `${path}.` });
    }
  }
  await settleKeys(keys, { section, around });
}

/** The keys of a section, by the names that the user gave where they are the user's. */
function childrenOf(
  schema: z.core.$ZodType,
  data: Readonly<Record<string, unknown>>,
): [string, z.ZodType][] {
  return Object.entries(shapeOf(schema)).flatMap(([name, child]): [string, z.ZodType][] =>
    name === ANY_NAME ? Object.keys(data).map((given) => [given, child]) : [[name, child]]
  );
}

async function settleKeys(
  keys: readonly SectionKey[],
  { section, around }: { section: Section; around: Surroundings },
): Promise<void> {
  const { data } = section;
  for (const key of keys) {
    const value = data[key.name];
    if (typeof value === "string") data[key.name] = await absolute(value, { key, around });
  }
  for (const holder of keys) {
    const held = keys.find(({ name }) => name === holder.facts.holds);
    if (held !== undefined) await readHeld({ held, holder }, { section, around });
  }
  for (const key of keys) {
    const url = data[key.name];
    if (key.facts.kind !== "database" || typeof url !== "string") continue;
    const holder = keys.find(({ facts }) => facts.holds === key.name);
    const from = holder !== undefined && data[holder.name] !== null ? holder : key;
    const { folder, named } = around;
    const refuse: Refuse = (problem, options) =>
      refusal(
        named,
        (named) => `Cannot use ${placeOf(from, { ...around, named })}: ${problem}`,
        options,
      );
    data[key.name] = normaliseDatabaseUrl(url, { folder, refuse });
  }
}

/** Where the key was given, for messages. */
function placeOf({ path }: Key, { name, named }: Surroundings): string {
  return named(path) ?? `${path} of ${name}`;
}

async function absolute(
  path: string,
  { key, around }: { key: Key; around: Surroundings },
): Promise<string> {
  // Who types a path means it from where they are.
  const folder = around.overrides.has(key.path) ? "" : around.folder;
  switch (key.facts.kind) {
    case "file":
    case "written_file":
    case "written_folder":
      return resolve(folder, path);
    case "secret_file":
      return await secretPath(resolve(folder, path), around);
    case "log_file":
      return resolve(around.request.cwd ?? "", path);
    default:
      return path;
  }
}

/** Takes the secret from the file that `holder` names, if it names one. */
async function readHeld(
  { held, holder }: { held: SectionKey; holder: SectionKey },
  { section: { raw, data }, around }: { section: Section; around: Surroundings },
): Promise<void> {
  const file = data[holder.name];
  const given = raw[held.name] !== undefined;
  const refusedFor = (word: (name: string, place: string) => string) =>
    refusal(around.named, (named) => {
      const [name = "", place = ""] = [held, holder].map(({ path }) => named(path) ?? path);
      return `Cannot use ${around.name}: ${word(name, place)}`;
    });
  if (typeof file !== "string") {
    if (given || !held.facts.required) return;
    throw refusedFor((name, place) => `${name} is missing: give it or ${place}`);
  }
  if (given) {
    throw refusedFor((name, place) => `${name} and ${place} are both given: keep one of them`);
  }
  if (holder.facts.proxmoxOnly && around.request.secrets === "skip") return;
  const isVariable = around.named(holder.path) !== undefined;
  const originOf = (named: NameKey) => `${named(holder.path) ?? holder.path} ${file}`;
  const refuse: Refuse = (problem, options) =>
    refusal(around.named, (named) => {
      const of = isVariable ? "" : ` of ${around.name}`;
      return `Cannot read ${originOf(named)}${of}: ${problem}`;
    }, options);
  const value = await readSecretFile(file, { refuse, readFile: around.readFile });
  const origin = originOf(around.named);
  data[held.name] = accepted(held, { value, origin, isVariable }).value;
}
