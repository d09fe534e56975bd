import { resolve } from "node:path";
import type * as z from "zod";
import { AppError } from "../errors.ts";
import { normaliseDatabaseUrl } from "./database_url.ts";
import { describeKey, isSection, type Key, shapeOf } from "./keys.ts";
import { accepted, overrideOf } from "./overrides.ts";
import { readSecretFile, secretPath } from "./secrets.ts";
import type { ConfigRequest, ReadFile } from "./types.ts";

/** What the keys of the file are settled with. */
export interface Surroundings {
  /** The config file as the user wrote it, for messages. */
  readonly name: string;
  readonly folder: string;
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
 * Gives each key of the parsed file the value that weighs most, reads the secrets that stand in files of
 * their own, and makes paths absolute. Changes `section.data`.
 */
export async function settle(
  schema: z.core.$ZodType,
  { section, around, prefix = "" }: { section: Section; around: Surroundings; prefix?: string },
): Promise<void> {
  const { raw, data } = section;
  const keys: SectionKey[] = [];
  for (const [name, child] of Object.entries(shapeOf(schema))) {
    const path = prefix + name;
    if (!isSection(child)) keys.push({ ...describeKey(path, child), name });
    else if (isRecord(data[name])) {
      const inner = { raw: isRecord(raw[name]) ? raw[name] : {}, data: data[name] };
      await settle(child, { section: inner, around, prefix: `${path}.` });
    }
  }
  await settleKeys(keys, { section, around });
}

async function settleKeys(
  keys: readonly SectionKey[],
  { section, around }: { section: Section; around: Surroundings },
): Promise<void> {
  const { data } = section;
  const origins = new Map<string, string>();
  for (const key of keys) {
    const override = overrideOf(key, around.request);
    if (override !== null) {
      data[key.name] = override.value;
      origins.set(key.name, override.origin);
    }
    const value = data[key.name];
    if (typeof value === "string") data[key.name] = await absolute(value, { key, around });
  }
  for (const holder of keys) {
    const held = keys.find(({ name }) => name === holder.facts.holds);
    if (held === undefined || origins.has(held.name)) continue;
    const read = await readHeld({ held, holder }, { section, around });
    if (read) origins.set(held.name, `${holder.path} of ${around.name}`);
  }
  for (const key of keys) {
    const url = data[key.name];
    if (key.facts.kind !== "database" || typeof url !== "string") continue;
    const origin = origins.get(key.name) ?? `${key.path} of ${around.name}`;
    data[key.name] = normaliseDatabaseUrl(url, { folder: around.folder, origin });
  }
}

async function absolute(
  path: string,
  { key, around }: { key: Key; around: Surroundings },
): Promise<string> {
  switch (key.facts.kind) {
    case "file":
    case "written_file":
      return resolve(around.folder, path);
    case "secret_file":
      return await secretPath(resolve(around.folder, path), around);
    case "log_file":
      return resolve(around.request.cwd ?? "", path);
    default:
      return path;
  }
}

/** Takes the secret from the file that `holder` names, if it names one. True when it was read. */
async function readHeld(
  { held, holder }: { held: SectionKey; holder: SectionKey },
  { section: { raw, data }, around }: { section: Section; around: Surroundings },
): Promise<boolean> {
  const file = data[holder.name];
  const given = raw[held.name] !== undefined;
  const refused = `Cannot use ${around.name}: ${held.path}`;
  if (typeof file !== "string") {
    if (given || !held.facts.required) return false;
    throw new AppError("invalid", `${refused} is missing: give it or ${holder.path}`);
  }
  if (given) {
    throw new AppError("invalid", `${refused} and ${holder.path} are both given: keep one of them`);
  }
  if (holder.facts.proxmoxOnly && around.request.secrets === "skip") return false;
  const secret = await readSecretFile(file, { key: holder.path, around });
  data[held.name] = accepted(held, { value: secret, origin: `${holder.path} ${file}` }).value;
  return true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
