import type { Database, Queryable, Row } from "../database/database.ts";
import { textOf } from "../database/values.ts";
import { AppError } from "../errors.ts";
import type { AccountStore } from "./account_store.ts";
import { requireUsername, unusablePassword } from "./new_rows.ts";
import { INSERT_USER, REVOKE_TOKEN } from "./queries.ts";
import { findUser } from "./user_changes.ts";

/** Somebody at an identity provider, who never changes: names there may. */
export interface Subject {
  readonly issuer: string;
  readonly subject: string;
}

/** Which user somebody at an identity provider is here. */
export type UserLink = ReturnType<typeof linkIn>;

/** What groups say of a user. */
export interface GroupUser extends Subject {
  readonly username: string;
  readonly roleId: number;
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly createdAt: Date;
}

const QUERY = `SELECT l.issuer, l.subject, l.user_id, l.groups_at, u.username
  FROM proxmox_mcp_user_link l JOIN auth_user u ON u.id = l.user_id`;
const INSERT_LINK =
  `INSERT INTO proxmox_mcp_user_link (issuer, subject, user_id, created_at, groups_at)
  VALUES ($1, $2, $3, $4, $5)`;
/** A link whose user is gone is none. */
const DELETE_DEAD = `DELETE FROM proxmox_mcp_user_link
  WHERE issuer = $1 AND subject = $2 AND user_id NOT IN (SELECT id FROM auth_user)`;
const ROLE_OF = "SELECT role_id FROM auth_user WHERE id = $1";
const SET_ROLE = `UPDATE auth_user SET role_id = $1 WHERE id = $2`;
/** Tokens may be seen in another order than they were issued in: the newest counts. */
const SET_GROUPS_AT = `UPDATE proxmox_mcp_user_link SET groups_at = $1
  WHERE issuer = $2 AND subject = $3 AND groups_at < $1 RETURNING user_id`;

const DELETE_LINKS = `DELETE FROM proxmox_mcp_user_link
  WHERE user_id = $1 AND issuer = $2 RETURNING subject`;
const TOKENS_OF = "SELECT id FROM auth_application_tokens WHERE user_id = $1";
/** Without the name of what was granted it is not found for the client's next token. */
const RELEASE_ALL = `UPDATE proxmox_mcp_sign_in SET grant_id = NULL
  WHERE user_id = $1 AND issuer = $2 AND kind = 'provider' AND grant_id IS NOT NULL RETURNING token_id`;
const RELEASE = `UPDATE proxmox_mcp_sign_in SET grant_id = NULL
  WHERE token_id = $1 AND kind = 'provider' AND grant_id IS NOT NULL AND token_id IN (
    SELECT id FROM auth_application_tokens WHERE NOT is_active) RETURNING token_id`;

/** Which users may come with the tokens of an identity provider. Rejects as the database does. */
export class UserLinks {
  readonly #database: Database;
  readonly #accounts: AccountStore;

  constructor(database: Database, accounts: AccountStore) {
    this.#database = database;
    this.#accounts = accounts;
  }

  async find(subject: Subject): Promise<UserLink | undefined> {
    return await linkOf(this.#database, subject);
  }

  async list(): Promise<UserLink[]> {
    const rows = await this.#database.all(`${QUERY} ORDER BY l.issuer, l.subject`);
    return rows.map(linkIn);
  }

  /**
   * Makes a user whom groups give an account, and its link, both or neither. Rejects with AppError
   * `conflict` when there is a user of that name already, or such a link; `invalid` for a name that none can have.
   */
  create(user: GroupUser): Promise<void> {
    const { issuer, subject, username, roleId, issuedAt, createdAt } = user;
    requireUsername(username);
    return this.#accounts.change(async ({ tx }) => {
      await tx.all(DELETE_DEAD, [issuer, subject]);
      const values = [unusablePassword(), false, username, false, createdAt, roleId];
      const [inserted] = await tx.all(INSERT_USER, values);
      const userId = Number(inserted?.id);
      await tx.all(INSERT_LINK, [issuer, subject, userId, createdAt.getTime(), issuedAt]);
    });
  }

  /**
   * Gives the user of a link that groups made the role that they give now, null for none, unless a newer token
   * has told of them. True when the role has changed.
   */
  setRole(
    { issuer, subject, userId }: UserLink,
    { roleId, issuedAt }: { roleId: number | null; issuedAt: number },
  ): Promise<boolean> {
    return this.#accounts.change(async ({ tx, concern }) => {
      const isNewest = (await tx.all(SET_GROUPS_AT, [issuedAt, issuer, subject])).length > 0;
      if (!isNewest) return false;
      // Another token may have changed it since the link was read.
      const [user] = await tx.all(ROLE_OF, [userId]);
      if (user === undefined || numberOf(user.role_id) === roleId) return false;
      await tx.all(SET_ROLE, [roleId, userId]);
      concern((await tx.all(TOKENS_OF, [userId])).map(({ id }) => Number(id)));
      return true;
    });
  }
}

/**
 * Links a user that is there. Rejects with AppError `not_found` when it is not, `conflict` when that subject is
 * linked already.
 */
export function linkUser(
  store: AccountStore,
  { issuer, subject, username }: Subject & { readonly username: string },
  at: Date,
): Promise<void> {
  return store.change(async ({ tx }) => {
    const action = `link ${username} to ${subject} at ${issuer}`;
    const user = await findUser(tx, { username, action });
    await tx.all(DELETE_DEAD, [issuer, subject]);
    const known = await linkOf(tx, { issuer, subject });
    if (known !== undefined) {
      throw new AppError("conflict", `Cannot ${action}: that is ${known.username} already`);
    }
    await tx.all(INSERT_LINK, [issuer, subject, user.id, at.getTime(), null]);
  });
}

/**
 * Ends a user's links with an issuer, and whatever was signed in by them; who is linked anew begins anew. Rejects
 * with AppError `not_found` when there is no such user or link. Gives the ids of the tokens that have ended.
 */
export function unlinkUser(
  store: AccountStore,
  { issuer, username }: { readonly issuer: string; readonly username: string },
): Promise<readonly number[]> {
  return store.change(async ({ tx, concern }) => {
    const action = `unlink ${username} from ${issuer}`;
    const { id } = await findUser(tx, { username, action });
    const gone = await tx.all(DELETE_LINKS, [id, issuer]);
    if (gone.length === 0) throw new AppError("not_found", `Cannot ${action}: they are not linked`);
    const tokens = (await tx.all(RELEASE_ALL, [id, issuer])).map((row) => Number(row.token_id));
    for (const token of tokens) await tx.all(REVOKE_TOKEN, [token]);
    concern(tokens);
    return tokens;
  });
}

/**
 * Lets a client in again whose sign-in was revoked: its next token begins another one. Rejects with AppError
 * `not_found` when the token came from no provider, or its client is let in already.
 */
export function readmitClient(store: AccountStore, tokenId: number): Promise<void> {
  return store.change(async ({ tx }) => {
    if ((await tx.all(RELEASE, [tokenId])).length > 0) return;
    const state = "it is no revoked sign-in of an identity provider";
    throw new AppError("not_found", `Cannot readmit the client of token ${tokenId}: ${state}`);
  });
}

async function linkOf(
  queryable: Queryable,
  { issuer, subject }: Subject,
): Promise<UserLink | undefined> {
  const query = `${QUERY} WHERE l.issuer = $1 AND l.subject = $2`;
  const [row] = await queryable.all(query, [issuer, subject]);
  return row === undefined ? undefined : linkIn(row);
}

function linkIn(row: Row) {
  return {
    issuer: textOf(row.issuer),
    subject: textOf(row.subject),
    userId: Number(row.user_id),
    username: textOf(row.username),
    /**
     * Unix seconds: when the newest token was issued whose groups gave the user its role. Null for a link that an
     * administrator made; its user's role is nobody else's affair.
     */
    groupsAt: numberOf(row.groups_at),
  };
}

function numberOf(value: unknown): number | null {
  return value === null ? null : Number(value);
}
