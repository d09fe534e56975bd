import { openPostgresStore } from "../../lib/auth/store_postgres.ts";
import { toAppError } from "../../lib/errors.ts";

/** Tells on stdout whether a process with few permissions reaches the database of the URL given. */
async function tryPing(url: string): Promise<string> {
  const store = await openPostgresStore({ url, now: () => new Date() });
  const stop = store.onRevoked(() => {});
  try {
    await store.ping();
    return "reached";
  } catch (error) {
    const { code, message } = toAppError(error);
    return `${code}: ${message}`;
  } finally {
    stop();
    await store.close();
  }
}

if (import.meta.main) {
  const [url = ""] = Deno.args;
  await Deno.stdout.write(new TextEncoder().encode(await tryPing(url)));
}
