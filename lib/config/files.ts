import type { Kind } from "./keys.ts";
import { CONFIG_KEYS } from "./schema.ts";
import type { Config } from "./types.ts";

/** A file that the config names, and the key that names it. */
export interface NamedFile {
  readonly key: string;
  readonly path: string;
}

/** The files of one kind that the config names. */
export function filesOf(config: Config, kind: Kind): NamedFile[] {
  return CONFIG_KEYS.filter(({ facts }) => facts.kind === kind).flatMap(({ path: key }) => {
    const path = valueAt(config, key);
    return typeof path === "string" ? [{ key, path }] : [];
  });
}

/** What stands at a key's path; undefined where nothing does. */
export function valueAt(config: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (at, name) => typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined,
    config,
  );
}
