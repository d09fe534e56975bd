import { AppError } from "../errors.ts";
import type { SqlStoreOptions } from "./sql_store.ts";
import type { Store } from "./store.ts";
import { openPostgresStore } from "./store_postgres.ts";
import { openSqliteStore } from "./store_sqlite.ts";

/**
 * Opens the store that the URL names: `sqlite:` and a file's path, `postgres://…` or `postgresql://…`. The
 * schema is left as it is. Throws AppError `invalid` or `unavailable`; no message shows the password.
 */
export async function openStore(url: string, options: SqlStoreOptions): Promise<Store> {
  if (url.startsWith("sqlite:")) {
    return await openSqliteStore({ ...options, path: url.slice("sqlite:".length) });
  }
  if (/^postgres(ql)?:\/\//.test(url)) return await openPostgresStore({ ...options, url });
  throw new AppError(
    "invalid",
    "Cannot open the database: its URL begins with sqlite: or postgres://",
  );
}
