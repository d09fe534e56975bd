import type { Database } from "../database/database.ts";

/** What a client holds of a grant, as it was made. */
export interface GrantUse {
  readonly grant: string;
  readonly tokenId: number;
  /** Of the code 0, of each refresh token one more than of what it was got for. */
  readonly turn: number;
  /** The end of the whole grant. */
  readonly until: Date;
}

const REDEEM = `INSERT INTO proxmox_mcp_oauth (grant_id, turn, expires) VALUES ($1, 1, $2)
  ON CONFLICT (grant_id) DO NOTHING RETURNING turn`;
const LASTS = "UPDATE auth_application_tokens SET expires = $1 WHERE id = $2";
const TURN = `UPDATE proxmox_mcp_oauth SET turn = turn + 1 WHERE grant_id = $1 AND turn = $2
  RETURNING turn`;
const SWEEP = "DELETE FROM proxmox_mcp_oauth WHERE expires <= $1";

/**
 * Sees to it that a code and each refresh token serve once, on whichever instance. A row for each grant
 * that was taken up, and none before: what nobody takes up leaves a token that has expired.
 */
export class Grants {
  readonly #database: Database;
  readonly #now: () => Date;

  constructor(database: Database, { now }: { now: () => Date }) {
    this.#database = database;
    this.#now = now;
  }

  /** False when it was used before. The first use lets the token last as long as the person chose. */
  use({ grant, tokenId, turn, until }: GrantUse): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      if (turn > 0) return (await tx.all(TURN, [grant, turn])).length > 0;
      if ((await tx.all(REDEEM, [grant, until.getTime()])).length === 0) return false;
      await tx.all(LASTS, [until, tokenId]);
      return true;
    });
  }

  /** Removes what has expired: its tokens have too. */
  async sweep(): Promise<void> {
    await this.#database.transaction((tx) => tx.all(SWEEP, [this.#now().getTime()]));
  }
}
