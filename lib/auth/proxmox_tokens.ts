import { typed } from "../command.ts";
import type { Database, Row } from "../database/database.ts";
import { AppError } from "../errors.ts";
import { Seal } from "../seal.ts";

/** An API token of Proxmox that one user's calls go out with, as the database keeps it. */
export interface SealedToken {
  /** `user@realm!name`. */
  readonly tokenId: string;
  /** The secret, encrypted. */
  readonly sealed: string;
}

/** Of what the key for these secrets is made, besides the audit's key. */
export const PROXMOX_TOKENS = "users' Proxmox tokens";

const LONGEST_SEALED = 4_096;

/** Encrypts the secrets of users' Proxmox tokens: each can be opened for its user and token only. */
export class TokenSeal {
  readonly #seal: Seal;

  /** @param key 32 bytes */
  constructor(key: Uint8Array<ArrayBuffer>) {
    this.#seal = new Seal({ key: () => Promise.resolve(key), longest: LONGEST_SEALED });
  }

  seal(secret: string, owner: { userId: number; tokenId: string }): Promise<string> {
    return this.#seal.seal(secret, boundTo(owner));
  }

  /** The secret; undefined for what was sealed with another key or for another user or token. */
  open({ sealed, tokenId }: SealedToken, userId: number): Promise<string | undefined> {
    return this.#seal.open(sealed, boundTo({ userId, tokenId }));
  }
}

function boundTo({ userId, tokenId }: { userId: number; tokenId: string }): string {
  return `${userId} ${tokenId}`;
}

/** Reads the token's part of a row of the token query. */
export function sealedTokenOf({ proxmox_token_id, proxmox_sealed }: Row): SealedToken | null {
  if (typeof proxmox_token_id !== "string" || typeof proxmox_sealed !== "string") return null;
  return { tokenId: proxmox_token_id, sealed: proxmox_sealed };
}

const PUT = `INSERT INTO proxmox_mcp_user_proxmox_token (user_id, token_id, sealed, created_at)
  VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, cluster)
  DO UPDATE SET token_id = excluded.token_id, sealed = excluded.sealed,
    created_at = excluded.created_at`;
const REMOVE = `DELETE FROM proxmox_mcp_user_proxmox_token
  WHERE user_id = $1 AND cluster = 'default' RETURNING token_id`;
const LIST = `SELECT user_id, token_id AS proxmox_token_id, sealed AS proxmox_sealed
  FROM proxmox_mcp_user_proxmox_token WHERE cluster = 'default'`;

/** The Proxmox tokens of users, one for each. */
export class ProxmoxTokens {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws AppError `conflict` where the database keeps nothing of the program's own */
  async put(userId: number, { tokenId, sealed, at }: SealedToken & { at: Date }): Promise<void> {
    this.#requireTable();
    await this.#database.transaction((tx) => tx.all(PUT, [userId, tokenId, sealed, at.getTime()]));
  }

  /** Gives the token's id; undefined where there was none. */
  async remove(userId: number): Promise<string | undefined> {
    this.#requireTable();
    const [row] = await this.#database.transaction((tx) => tx.all(REMOVE, [userId]));
    return row === undefined ? undefined : String(row.token_id);
  }

  /** By the users' ids. */
  async list(): Promise<ReadonlyMap<number, SealedToken>> {
    if (!this.#database.ownTables) return new Map();
    const rows = await this.#database.all(LIST);
    return new Map(rows.flatMap((row) => {
      const token = sealedTokenOf(row);
      return token === null ? [] : [[Number(row.user_id), token]];
    }));
  }

  #requireTable(): void {
    if (this.#database.ownTables) return;
    throw new AppError(
      "conflict",
      "Cannot keep Proxmox tokens of users: with audit.database false the database keeps nothing of " +
        "the program's own",
    );
  }
}

/** What an administrator types to give a user a token. */
export function namingCommand(user: string): string {
  return typed(`user proxmox-token ${user} --token-id USER@REALM!NAME --file FILE`);
}
