import { openStore } from "../auth/open_store.ts";
import type { Store } from "../auth/store.ts";
import type { Config } from "../config.ts";
import { type CliContext, type CommonOptions, configOf } from "./context.ts";

/** Opens the database that the config names; its schema is left as it is. */
export function openConfiguredStore(config: Config, now: () => Date): Promise<Store> {
  return openStore(config.database.url, { now, auditDatabase: config.audit.database });
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
