import { typed } from "../command.ts";
import { DEFAULT_CLUSTER } from "../database/cluster_name.ts";
import type { Database, Row } from "../database/database.ts";
import { AppError } from "../errors.ts";
import { Seal } from "../seal.ts";

/** An API token of Proxmox that one user's calls to a cluster go out with, as the database keeps it. */
export interface SealedToken {
  readonly cluster: string;
  /** `user@realm!name`. */
  readonly tokenId: string;
  /** The secret, encrypted. */
  readonly sealed: string;
}

/** Those of one user, by their clusters. */
export type SealedTokens = ReadonlyMap<string, SealedToken>;

/** Whose a token is, and where. */
export interface TokenOwner {
  readonly userId: number;
  readonly cluster: string;
  readonly tokenId: string;
}

/** Of what the key for these secrets is made, besides the audit's key. */
export const PROXMOX_TOKENS = "users' Proxmox tokens";

const LONGEST_SEALED = 4_096;

/** Encrypts the secrets of users' Proxmox tokens: each can be opened for its user, token and cluster only. */
export class TokenSeal {
  readonly #seal: Seal;

  /** @param key 32 bytes */
  constructor(key: Uint8Array<ArrayBuffer>) {
    this.#seal = new Seal({ key: () => Promise.resolve(key), longest: LONGEST_SEALED });
  }

  seal(secret: string, owner: TokenOwner): Promise<string> {
    return this.#seal.seal(secret, boundTo(owner));
  }

  /** The secret; undefined for what was sealed with another key or for another user, token or cluster. */
  open({ sealed, ...of }: SealedToken, userId: number): Promise<string | undefined> {
    return this.#seal.open(sealed, boundTo({ ...of, userId }));
  }
}

/** What was kept before there could be several clusters is bound to none. */
function boundTo({ userId, tokenId, cluster }: TokenOwner): string {
  const owner = `${userId} ${tokenId}`;
  return cluster === DEFAULT_CLUSTER ? owner : `${owner} ${cluster}`;
}

/** All tokens of the user with this id as one text, for a query that gives each user once. */
export function sealedTokensColumn(userId: string): string {
  return `(SELECT string_agg(p.cluster || ' ' || p.token_id || ' ' || p.sealed, '\n')
    FROM proxmox_mcp_user_proxmox_token p WHERE p.user_id = ${userId}) AS proxmox_tokens`;
}

/** Reads that column; where it is not, there are none. */
export function sealedTokensOf({ proxmox_tokens: text }: Row): SealedTokens {
  if (typeof text !== "string") return NONE;
  return new Map(
    text.split("\n").map((each) => {
      const [, cluster = "", tokenId = "", sealed = ""] = /^(\S+) (\S+) (.*)$/.exec(each) ?? [];
      return [cluster, { cluster, tokenId, sealed }];
    }),
  );
}

const NONE: SealedTokens = new Map();

const PUT =
  `INSERT INTO proxmox_mcp_user_proxmox_token (user_id, cluster, token_id, sealed, created_at)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, cluster)
  DO UPDATE SET token_id = excluded.token_id, sealed = excluded.sealed,
    created_at = excluded.created_at`;
const REMOVE = `DELETE FROM proxmox_mcp_user_proxmox_token
  WHERE user_id = $1 AND cluster = $2 RETURNING token_id`;
const LIST = `SELECT DISTINCT o.user_id, ${sealedTokensColumn("o.user_id")}
  FROM proxmox_mcp_user_proxmox_token o`;

/** The Proxmox tokens of users, one for each cluster. */
export class ProxmoxTokens {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws AppError `conflict` where the database keeps nothing of the program's own */
  async put(
    userId: number,
    { at, cluster, sealed, tokenId }: SealedToken & { at: Date },
  ): Promise<void> {
    this.#requireTable();
    const row = [userId, cluster, tokenId, sealed, at.getTime()];
    await this.#database.transaction((tx) => tx.all(PUT, row));
  }

  /** Gives the token's id; undefined where there was none. */
  async remove(userId: number, cluster: string): Promise<string | undefined> {
    this.#requireTable();
    const [row] = await this.#database.transaction((tx) => tx.all(REMOVE, [userId, cluster]));
    return row === undefined ? undefined : String(row.token_id);
  }

  /** By the users' ids. */
  async list(): Promise<ReadonlyMap<number, SealedTokens>> {
    if (!this.#database.ownTables) return new Map();
    const rows = await this.#database.all(LIST);
    return new Map(rows.map((row) => [Number(row.user_id), sealedTokensOf(row)]));
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
export function namingCommand(user: string, cluster = DEFAULT_CLUSTER): string {
  const which = cluster === DEFAULT_CLUSTER ? "" : ` --cluster ${cluster}`;
  return typed(`user proxmox-token ${user}${which} --token-id USER@REALM!NAME --file FILE`);
}
