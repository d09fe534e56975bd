import type { Database } from "./database.ts";

/** What only one may have at a time, on whichever instance. */
export interface Leases {
  /**
   * Takes the key for so many milliseconds; undefined while another has it. The function that it
   * returns gives it back earlier.
   */
  take(key: string, ms: number): Promise<(() => Promise<void>) | undefined>;
}

/** In the database; of this process only where that refuses tables of the program's own. */
export function leasesOf(database: Database, { now }: { now: () => Date }): Leases {
  return database.ownTables ? new SharedLeases(database, now) : new OwnLeases(now);
}

/** A lease is a key that is used up until it expires, or is given back: it needs no table of its own. */
const TAKE = `INSERT INTO proxmox_mcp_spent (key, owner, expires) VALUES ($1, NULL, $2)
  ON CONFLICT (key) DO UPDATE SET expires = excluded.expires
  WHERE proxmox_mcp_spent.expires <= $3 RETURNING key`;
const GIVE_BACK = "DELETE FROM proxmox_mcp_spent WHERE key = $1 AND expires = $2";

class SharedLeases implements Leases {
  readonly #database: Database;
  readonly #now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.#database = database;
    this.#now = now;
  }

  async take(key: string, ms: number): Promise<(() => Promise<void>) | undefined> {
    const now = this.#now().getTime();
    const row = `lease:${key}`;
    const rows = await this.#database.transaction((tx) => tx.all(TAKE, [row, now + ms, now]));
    if (rows.length === 0) return undefined;
    // One that ran out may be another's by now.
    return async () => {
      await this.#database.transaction((tx) => tx.all(GIVE_BACK, [row, now + ms]));
    };
  }
}

class OwnLeases implements Leases {
  readonly #expires = new Map<string, number>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  take(key: string, ms: number): Promise<(() => Promise<void>) | undefined> {
    const now = this.#now().getTime();
    if ((this.#expires.get(key) ?? 0) > now) return Promise.resolve(undefined);
    this.#expires.set(key, now + ms);
    return Promise.resolve(() => {
      if (this.#expires.get(key) === now + ms) this.#expires.delete(key);
      return Promise.resolve();
    });
  }
}
