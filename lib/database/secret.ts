import type { Database } from "./database.ts";

/**
 * The secret that all instances on one database share; null where the database refuses tables of the
 * program's own. Rejects with AppError `DatabaseAway` while the database cannot be reached.
 */
export async function sharedSecretOf(database: Database): Promise<string | null> {
  if (!database.ownTables) return null;
  const [row] = await database.all("SELECT secret FROM proxmox_mcp_secret");
  return row === undefined ? null : String(row.secret);
}
