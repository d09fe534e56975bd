import { AccountStore } from "../../lib/auth/account_store.ts";
import { ping } from "../../lib/database/database.ts";
import { openPostgres } from "../../lib/database/postgres_database.ts";
import { toAppError } from "../../lib/errors.ts";

/** Tells on stdout whether a process with few permissions reaches the database of the URL given. */
async function tryPing(url: string): Promise<string> {
  const database = await openPostgres(url);
  const stop = new AccountStore(database).onRevoked(() => {});
  try {
    await ping(database);
    return "reached";
  } catch (error) {
    const { code, message } = toAppError(error);
    return `${code}: ${message}`;
  } finally {
    stop();
    await database.close();
  }
}

if (import.meta.main) {
  const [url = ""] = Deno.args;
  await Deno.stdout.write(new TextEncoder().encode(await tryPing(url)));
}
