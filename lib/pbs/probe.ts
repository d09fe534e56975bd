import { Limit } from "../abort.ts";
import { apiPath } from "../upstream/path.ts";
import type { BackupServer } from "./servers.ts";

const PATIENCE_MS = 2_000;

/** Rejects when a backup server does not answer; one that says nothing for two seconds does not. */
export async function probe({ client }: Pick<BackupServer, "client">): Promise<void> {
  using limit = new Limit(new AbortController().signal, PATIENCE_MS);
  // It needs no right and no token, a wrong one of which would take three seconds.
  await client.request("GET", apiPath("/ping"), { signal: limit.signal });
}
