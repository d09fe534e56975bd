import type { Database } from "./database.ts";

/** Gives the 32 bytes of the key that is for this purpose. */
export type SharedKeys = (purpose: string) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Keys that all instances on one database share. Asking for one rejects with AppError `DatabaseAway`
 * while the database cannot be reached and has never told its secret.
 *
 * @param fallback the secret where the database refuses tables of the program's own
 */
export function sharedKeysOf(database: Database, { fallback }: { fallback: string }): SharedKeys {
  const known: { secret?: string } = {};
  return async (purpose) => {
    known.secret ??= await readSecret(database) ?? fallback;
    const seed = new TextEncoder().encode(`proxmox-mcp ${purpose} ${known.secret}`);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", seed));
  };
}

async function readSecret(database: Database): Promise<string | undefined> {
  if (!database.ownTables) return undefined;
  const [row] = await database.all("SELECT secret FROM proxmox_mcp_secret");
  return row === undefined ? undefined : String(row.secret);
}
