import { asSections } from "./clusters.ts";
import { ANY_NAME, type Kind } from "./keys.ts";
import { CONFIG_KEYS } from "./schema.ts";
import type { Config } from "./types.ts";

/** A file that the config names, and the key that names it. */
export interface NamedFile {
  readonly key: string;
  readonly path: string;
}

/** The files of one kind that the config names. */
export function filesOf(config: Config, kind: Kind): NamedFile[] {
  return CONFIG_KEYS.filter(({ facts }) => facts.kind === kind)
    .flatMap(({ path }) => valuesAt(asFile(config), path))
    .flatMap(({ path: key, value: path }) => typeof path === "string" ? [{ key, path }] : []);
}

/** True when a secret stands in the config itself, not in a file that it names. */
export function holdsToken(config: Config): boolean {
  return CONFIG_KEYS.filter(({ facts }) => facts.proxmoxOnly)
    .flatMap(({ path }) => valuesAt(asFile(config), path))
    .some(({ value }) => value === null);
}

/** The secrets with which the program talks to Proxmox. */
export function tokenValuesOf(config: Config): string[] {
  return CONFIG_KEYS.filter(({ facts }) => facts.proxmoxOnly)
    .map(({ path, facts: { holds } }) => [...path.split(".").slice(0, -1), holds].join("."))
    .flatMap((path) => valuesAt(asFile(config), path))
    .flatMap(({ value }) => typeof value === "string" && value !== "" ? [value] : []);
}

/** The config with its clusters in the sections of the file, for what goes by the paths of keys. */
export function asFile({ clusters, ...rest }: Config) {
  return { ...rest, ...asSections(clusters) };
}

/** What stands at a key's path, with the path: one for each section where the user names them. */
export function valuesAt(
  config: unknown,
  path: string,
): { readonly path: string; readonly value: unknown }[] {
  return path.split(".").reduce(
    (found, part) => found.flatMap(({ path, value }) => childrenAt(value, { path, part })),
    [{ path: "", value: config }],
  );
}

function childrenAt(value: unknown, { path, part }: { path: string; part: string }) {
  if (typeof value !== "object" || value === null) return [];
  const names = part === ANY_NAME ? Object.keys(value) : Object.hasOwn(value, part) ? [part] : [];
  return names.map((name) => ({
    path: path === "" ? name : `${path}.${name}`,
    value: Reflect.get(value, name) as unknown,
  }));
}
