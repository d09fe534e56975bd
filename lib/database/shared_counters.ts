import type { Database } from "./database.ts";

/** Where all instances count how often something happened. */
export interface SharedCounters {
  /** Its columns are `key`, `points` and `expire` (Unix milliseconds). */
  readonly table: string;
  readonly client: {
    query(
      statement: { text: string; values: readonly (string | number | null)[] },
    ): Promise<{ rows: unknown[]; rowCount: number }>;
  };
}

/** Null where only this process uses the database, or where there is no table for it. */
export function sharedCountersOf(database: Database): SharedCounters | null {
  if (database.dialect.name === "sqlite" || !database.ownTables) return null;
  const query: SharedCounters["client"]["query"] = async ({ text, values }) => {
    const rows = await database.write(text, values);
    return { rows, rowCount: rows.length };
  };
  return { table: "proxmox_mcp_rates", client: { query } };
}
