import { AppError } from "../errors.ts";
import type { Database, DatabaseOptions } from "./database.ts";
import { openPostgres } from "./postgres_database.ts";
import { openSqlite } from "./sqlite_database.ts";

/**
 * Opens the database that the URL names: `sqlite:` and a file's path, `postgres://…` or `postgresql://…`. The
 * schema is left as it is. Throws AppError `invalid` or `unavailable`; no message shows the password.
 */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  if (url.startsWith("sqlite:")) return await openSqlite(url.slice("sqlite:".length), options);
  if (/^postgres(ql)?:\/\//.test(url)) return await openPostgres(url, options);
  throw new AppError(
    "invalid",
    "Cannot open the database: its URL begins with sqlite: or postgres://",
  );
}
