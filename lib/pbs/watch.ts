import { Limit } from "../abort.ts";
import { apiPath } from "../upstream/path.ts";
import type { BackupServer, BackupServers } from "./servers.ts";

export type Standing = "ok" | "unavailable";

const PATIENCE_MS = 2_000;

/** Whether each backup server answers, by its name; one that says nothing for two seconds does not. */
export async function standingOf(servers: BackupServers): Promise<Record<string, Standing>> {
  const told = await Promise.all(
    [...servers].map(async (server) => [server.name, await standing(server)] as const),
  );
  return Object.fromEntries(told);
}

async function standing({ client }: BackupServer): Promise<Standing> {
  using limit = new Limit(new AbortController().signal, PATIENCE_MS);
  // It needs no right and no token, a wrong one of which would take three seconds.
  const answer = client.request("GET", apiPath("/ping"), { signal: limit.signal });
  return await answer.then(() => "ok" as const, () => "unavailable" as const);
}
