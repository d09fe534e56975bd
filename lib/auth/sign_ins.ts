import type { Database, Row } from "../database/database.ts";
import { textOf } from "../database/values.ts";
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
  readonly createdAt: Date;
}

export type NewSignIn = Omit<SignIn, "tokenId" | "userId" | "createdAt">;

const COLUMNS = "token_id, user_id, kind, issuer, client_id, client_name, grant_id, created_at";
const INSERT = `INSERT INTO proxmox_mcp_sign_in (${COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const BY_GRANT = `SELECT ${COLUMNS} FROM proxmox_mcp_sign_in WHERE grant_id = $1`;
const OF_USER = `SELECT ${COLUMNS} FROM proxmox_mcp_sign_in WHERE user_id = $1 ORDER BY token_id`;
const OF_CLIENT = `SELECT ${COLUMNS} FROM proxmox_mcp_sign_in
  WHERE user_id = $1 AND issuer = $2 AND client_id = $3 ORDER BY token_id DESC LIMIT 1`;

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

  /** Makes the token and says what it came from, both or neither. */
  open(token: NewToken, from: NewSignIn): Promise<TokenRecord> {
    const { kind, issuer, clientId, clientName, grant } = from;
    const at = token.createdAt.getTime();
    return this.#accounts.createToken(
      token,
      (tx, { id, userId }) =>
        tx.all(INSERT, [id, userId, kind, issuer, clientId, clientName, grant, at]),
    );
  }

  byGrant(grant: string): Promise<SignIn | undefined> {
    return this.#first(BY_GRANT, [grant]);
  }

  /** The newest one of a user by a client. */
  ofClient(
    { userId, issuer, clientId }: Pick<SignIn, "userId" | "issuer" | "clientId">,
  ): Promise<SignIn | undefined> {
    return this.#first(OF_CLIENT, [userId, issuer, clientId]);
  }

  async ofUser(userId: number): Promise<SignIn[]> {
    return (await this.#database.all(OF_USER, [userId])).map(signInOf);
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
  };
}
