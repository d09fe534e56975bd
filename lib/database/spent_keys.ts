import type { Database } from "./database.ts";

/** Keys that serve once: whoever spends one first, on whichever instance, has used it up. */
export interface SpentKeys {
  /**
   * Uses the key up until it expires. False when that was done before.
   *
   * @param options.owner whose spent keys are bounded: beyond 1,000 those that expire first are forgotten
   */
  spend(key: string, options: { expires: Date; owner?: number }): Promise<boolean>;
  has(key: string): Promise<boolean>;
  /** Removes what has expired. */
  sweep(): Promise<void>;
}

const MOST_OF_OWNER = 1_000;
const MOST_IN_MEMORY = 10_000;

/** In the database; of this process only where that refuses tables of the program's own. */
export function spentKeysOf(database: Database, { now }: { now: () => Date }): SpentKeys {
  return database.ownTables ? new SharedKeys(database, now) : new OwnKeys(now);
}

const SPEND = `INSERT INTO proxmox_mcp_spent (key, owner, expires) VALUES ($1, $2, $3)
  ON CONFLICT (key) DO NOTHING RETURNING key`;
const BOUND = `DELETE FROM proxmox_mcp_spent WHERE owner = $1 AND key NOT IN (
  SELECT key FROM proxmox_mcp_spent WHERE owner = $1
  ORDER BY expires DESC LIMIT ${MOST_OF_OWNER})`;
const FIND = "SELECT 1 AS one FROM proxmox_mcp_spent WHERE key = $1";
const SWEEP = "DELETE FROM proxmox_mcp_spent WHERE expires <= $1";

class SharedKeys implements SpentKeys {
  readonly #database: Database;
  readonly #now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.#database = database;
    this.#now = now;
  }

  spend(key: string, { expires, owner }: { expires: Date; owner?: number }): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const rows = await tx.all(SPEND, [key, owner ?? null, expires.getTime()]);
      if (owner !== undefined) await tx.all(BOUND, [owner]);
      return rows.length > 0;
    }, { remembered: false });
  }

  async has(key: string): Promise<boolean> {
    return (await this.#database.all(FIND, [key])).length > 0;
  }

  async sweep(): Promise<void> {
    await this.#database.write(SWEEP, [this.#now().getTime()]);
  }
}

class OwnKeys implements SpentKeys {
  readonly #expires = new Map<string, number>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  spend(key: string, { expires }: { expires: Date }): Promise<boolean> {
    if (this.#expires.has(key)) return Promise.resolve(false);
    this.#expires.set(key, expires.getTime());
    const [oldest] = this.#expires.keys();
    if (this.#expires.size > MOST_IN_MEMORY && oldest !== undefined) this.#expires.delete(oldest);
    return Promise.resolve(true);
  }

  has(key: string): Promise<boolean> {
    return Promise.resolve(this.#expires.has(key));
  }

  sweep(): Promise<void> {
    const now = this.#now().getTime();
    for (const [key, expires] of this.#expires) if (expires <= now) this.#expires.delete(key);
    return Promise.resolve();
  }
}
