import { dirname } from "node:path";
import { openStore } from "../auth/open_store.ts";
import type { Store } from "../auth/store.ts";
import { type Config, sqlitePath } from "../config/config.ts";
import { type CliContext, type CommonOptions, configOf } from "./context.ts";

/**
 * Opens the database that the config names; its schema is left as it is. A file that this creates
 * belongs to whoever its folder belongs to: root may run the first command, the server runs as another.
 */
export async function openConfiguredStore(config: Config, now: () => Date): Promise<Store> {
  const path = sqlitePath(config.database.url);
  const fresh = path !== null && await ownerOf(path) === null;
  const store = await openStore(config.database.url, {
    now,
    auditDatabase: config.audit.database,
  });
  if (fresh) await giveToOwnerOf(dirname(path), [path, `${path}-wal`, `${path}-shm`]);
  return store;
}

async function giveToOwnerOf(folder: string, paths: readonly string[]): Promise<void> {
  const owner = await ownerOf(folder);
  for (const path of paths) {
    const current = await ownerOf(path);
    if (owner === null || current === null || current.uid === owner.uid) continue;
    // Only root may give files away; for anyone else the file is where it should be.
    await Deno.chown(path, owner.uid, owner.gid).catch(() => {});
  }
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const { uid, gid } = await Deno.stat(path);
    return uid === null || gid === null ? null : { uid, gid };
  } catch {
    return null;
  }
}

/** Runs a command on the store, which is closed whatever happens. */
export async function withStore<T>(
  context: CliContext,
  options: CommonOptions,
  work: (store: Store, config: Config) => Promise<T>,
): Promise<T> {
  const config = await configOf(context, options, { secrets: "skip" });
  const store = await openConfiguredStore(config, context.io.now);
  try {
    return await work(store, config);
  } finally {
    await store.close();
  }
}

/** The same for commands that need the schema: without it they say to run `migrate`. */
export function withSchema<T>(
  context: CliContext,
  options: CommonOptions,
  work: (store: Store, config: Config) => Promise<T>,
): Promise<T> {
  return withStore(context, options, async (store, config) => {
    await store.checkSchema();
    return await work(store, config);
  });
}
