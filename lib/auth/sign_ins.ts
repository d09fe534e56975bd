import type { Database, Row } from "../database/database.ts";
import { textOf } from "../database/values.ts";
import { AppError } from "../errors.ts";
import type { AccountStore } from "./account_store.ts";
import type { NewToken, TokenRecord } from "./accounts.ts";

/**
 * What a token came from: a person at this server's own pages, a client that a person let in here, or one
 * that an identity provider let in.
 */
export type SignInKind = "browser" | "client" | "provider";

/** How a token came to be that nobody has copied by hand. */
export interface SignIn {
  readonly tokenId: number;
  readonly userId: number;
  readonly kind: SignInKind;
  /** Who vouched for the person: this server's own URL, or the provider's. */
  readonly issuer: string;
  /** Empty for a browser. */
  readonly clientId: string;
  readonly clientName: string;
  /** The authorization server's own name of what was granted. */
  readonly grant: string | null;
  /** The token by which a person let it in, where that was handed over; it ends with it. */
  readonly letInBy: number | null;
  readonly createdAt: Date;
}

export type NewSignIn =
  & Omit<SignIn, "tokenId" | "userId" | "createdAt" | "letInBy">
  & Partial<Pick<SignIn, "letInBy">>;

const COLUMNS =
  "token_id, user_id, kind, issuer, client_id, client_name, grant_id, created_at, let_in_by";
const INSERT = `INSERT INTO proxmox_mcp_sign_in (${COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
const IS_GOOD = "SELECT id FROM auth_application_tokens WHERE id = $1 AND is_active";
const BY_GRANT = `SELECT ${COLUMNS} FROM proxmox_mcp_sign_in WHERE grant_id = $1`;
const BY_TOKEN = `SELECT ${COLUMNS} FROM proxmox_mcp_sign_in WHERE token_id = $1`;
const OF_USER = `SELECT ${COLUMNS} FROM proxmox_mcp_sign_in WHERE user_id = $1 ORDER BY token_id`;
const HASH_OF = "SELECT token_hash FROM auth_application_tokens WHERE id = $1";
const COUNT_OPEN = `SELECT count(*) AS open FROM proxmox_mcp_sign_in s
  JOIN auth_application_tokens t ON t.id = s.token_id
  WHERE s.user_id = $1 AND s.issuer = $2 AND t.is_active`;

/**
 * What people have signed in to. Each sign-in is a row among the tokens, so that it is listed, limited,
 * rated, audited and revoked as all are. Where the database has no tables of this program's own nobody can
 * sign in: every method rejects as the database does.
 */
export class SignIns {
  readonly #database: Database;
  readonly #accounts: AccountStore;

  constructor(database: Database, accounts: AccountStore) {
    this.#database = database;
    this.#accounts = accounts;
  }

  /**
   * Makes the token and says what it came from, both or neither. Rejects with AppError `conflict` when the
   * token by which it is let in has been revoked.
   */
  open(token: NewToken, from: NewSignIn): Promise<TokenRecord> {
    const { kind, issuer, clientId, clientName, grant, letInBy = null } = from;
    const at = token.createdAt.getTime();
    const { forUpdate } = this.#database.dialect;
    return this.#accounts.createToken(token, async (tx, { id, userId }) => {
      if (letInBy !== null && (await tx.all(`${IS_GOOD} ${forUpdate}`, [letInBy])).length === 0) {
        throw new AppError("conflict", `Cannot let anybody in by token ${letInBy}: it is revoked`);
      }
      await tx.all(INSERT, [id, userId, kind, issuer, clientId, clientName, grant, at, letInBy]);
    });
  }

  byGrant(grant: string): Promise<SignIn | undefined> {
    return this.#first(BY_GRANT, [grant]);
  }

  /** Undefined for a token that somebody was handed. */
  byToken(tokenId: number): Promise<SignIn | undefined> {
    return this.#first(BY_TOKEN, [tokenId]);
  }

  async ofUser(userId: number): Promise<SignIn[]> {
    return (await this.#database.all(OF_USER, [userId])).map(signInOf);
  }

  /** The hash that a sign-in's token is found by; undefined when the token is gone. */
  async tokenHashOf({ tokenId }: Pick<SignIn, "tokenId">): Promise<string | undefined> {
    const [row] = await this.#database.all(HASH_OF, [tokenId]);
    return row === undefined ? undefined : textOf(row.token_hash);
  }

  /** How many sign-ins of a user by an issuer have not been revoked. */
  async countOpen({ userId, issuer }: Pick<SignIn, "userId" | "issuer">): Promise<number> {
    const [row] = await this.#database.all(COUNT_OPEN, [userId, issuer]);
    return Number(row?.open);
  }

  async #first(query: string, params: (string | number)[]): Promise<SignIn | undefined> {
    const [row] = await this.#database.all(query, params);
    return row === undefined ? undefined : signInOf(row);
  }
}

function signInOf(row: Row): SignIn {
  return {
    tokenId: Number(row.token_id),
    userId: Number(row.user_id),
    kind: textOf(row.kind) as SignInKind,
    issuer: textOf(row.issuer),
    clientId: textOf(row.client_id),
    clientName: textOf(row.client_name),
    grant: row.grant_id === null ? null : textOf(row.grant_id),
    createdAt: new Date(Number(row.created_at)),
    letInBy: row.let_in_by === null ? null : Number(row.let_in_by),
  };
}
