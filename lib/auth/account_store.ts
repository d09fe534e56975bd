import { typed } from "../command.ts";
import type { Database, Queryable, Row, Value } from "../database/database.ts";
import { Remembered } from "../database/remembered.ts";
import { columnsOf } from "../database/schema.ts";
import { Unchanged } from "../database/unchanged.ts";
import { textOf } from "../database/values.ts";
import { AppError, onFailure } from "../errors.ts";
import type {
  AccountChange,
  NewToken,
  NewUser,
  RevocationListener,
  RoleRecord,
  TokenRecord,
  UserRecord,
} from "./accounts.ts";
import { endLetIn } from "./let_in.ts";
import { LIMIT_COLUMNS, limitValues } from "./limit_columns.ts";
import { noLimits, requireToken, requireUsername, unusablePassword } from "./new_rows.ts";
import * as queries from "./queries.ts";
import { roleOf, tokenOf, userOf } from "./rows.ts";

/** `last_used` is written when it is this many milliseconds old. */
const TOUCH_AFTER_MS = 60_000;

/** The channel on which instances tell one another the ids of revoked tokens. */
const REVOKED = "proxmox_mcp_revoked";

/**
 * Users, roles and tokens in a database. Every method rejects with AppError `unavailable` when the database
 * cannot be reached or written (`DatabaseAway` when it cannot be reached at all), `forbidden` when the
 * database refuses for want of rights, `not_found` and `conflict` for missing and duplicate rows,
 * `invalid` for values that no row can hold.
 */
export class AccountStore {
  readonly #database: Database;
  readonly #listeners = new Set<RevocationListener>();
  readonly #byHash: Remembered<TokenRecord>;
  readonly #records = new Unchanged(tokenOf);
  #listening = false;

  constructor(database: Database) {
    this.#database = database;
    this.#byHash = new Remembered(database, (hashes) => this.#tokensByHash(hashes));
  }

  /** How often whoever relies on a token should look it up again, in milliseconds. */
  get watchIntervalMs(): number {
    return this.#database.dialect.watchIntervalMs;
  }

  /** The token with this lower-case hex SHA-512, good or not; null when there is none. */
  async findToken(tokenHash: string): Promise<TokenRecord | null> {
    return await this.#byHash.find(tokenHash) ?? null;
  }

  /** Those of these tokens that exist, good or not, in no order. */
  findTokensById(ids: readonly number[]): Promise<TokenRecord[]> {
    const { idsOfJson } = this.#database.dialect;
    return this.#tokens(`WHERE t.id IN ${idsOfJson}`, [JSON.stringify(ids)]);
  }

  listTokens(): Promise<TokenRecord[]> {
    return this.#tokens("ORDER BY t.id");
  }

  /** A user's tokens that are neither revoked nor expired. */
  listTokensOf(userId: number, now: Date): Promise<TokenRecord[]> {
    const good = "t.is_active AND (t.expires IS NULL OR t.expires > $2)";
    return this.#tokens(`WHERE t.user_id = $1 AND ${good} ORDER BY t.id`, [userId, now]);
  }

  /** Notes that a token was used, unless that was noted less than a minute before. */
  async touchToken(id: number, at: Date): Promise<void> {
    const before = new Date(at.getTime() - TOUCH_AFTER_MS);
    await this.#database.transaction((tx) => tx.all(queries.TOUCH_TOKEN, [at, id, before]));
  }

  /** @param also what is written in the same transaction */
  async createToken(
    token: NewToken,
    also?: (tx: Queryable, token: { id: number; userId: number }) => Promise<unknown>,
  ): Promise<TokenRecord> {
    requireToken(token);
    const limits = token.limits ?? null;
    if (limits !== null && (await this.#limitColumns()).length === 0) throw noLimits();
    const id = await this.#database.transaction(async (tx) => {
      const user = await userNamed(tx, token.username);
      const { name, tokenHash, permission, expires, createdAt, allowedIps } = token;
      const values = [user.id, name, tokenHash, permission, expires, createdAt, allowedIps];
      const inserted = await tx.all(queries.INSERT_TOKEN, values);
      const tokenId = Number(inserted[0]?.id);
      if (limits !== null) {
        await tx.all(queries.INSERT_LIMITS, [tokenId, ...limitValues(limits)]);
      }
      await also?.(tx, { id: tokenId, userId: user.id });
      return tokenId;
    });
    return await this.#tokenWithId(id);
  }

  /** Deactivates the token and what was let in with it; the rows stay. Revoking twice is no error. */
  async revokeToken(id: number): Promise<TokenRecord> {
    await this.change(async (change) => {
      const { tx, concern } = change;
      const revoked = Number.isSafeInteger(id) ? await tx.all(queries.REVOKE_TOKEN, [id]) : [];
      if (revoked.length === 0) {
        throw new AppError(
          "not_found",
          `Cannot revoke token ${id}: there is none; see \`${typed("token list")}\``,
        );
      }
      concern([id]);
      await endLetIn(change, id);
    });
    return await this.#tokenWithId(id);
  }

  /**
   * One change of accounts, made as a whole or not at all. Whoever relies on the tokens that it concerns is
   * told as of a revocation, on every instance that the database reaches.
   */
  async change<T>(work: (change: AccountChange) => Promise<T>): Promise<T> {
    const { dialect: { forUpdate, notify }, ownTables } = this.#database;
    const limitColumns = await this.#limitColumns();
    const concerned = new Set<number>();
    const concern = (ids: readonly number[]) => {
      for (const id of ids) concerned.add(id);
    };
    const result = await this.#database.transaction(async (tx) => {
      const result = await work({ tx, forUpdate, limitColumns, ownTables, concern });
      if (notify === null) return result;
      for (const id of concerned) await tx.all(notify, [REVOKED, String(id)]);
      return result;
    });
    for (const id of concerned) this.#tell(id);
    return result;
  }

  /**
   * Tells of revocations on this instance at once, and of those elsewhere where the database passes
   * them on. The same one may be told twice. Returns the function that ends it.
   */
  onRevoked(listener: RevocationListener): () => void {
    if (!this.#listening) {
      this.#listening = true;
      this.#database.listen?.(
        REVOKED,
        (message) => this.#tell(message === null ? null : Number(message)),
      );
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The new user has no password that could be logged in with. */
  async createUser(user: NewUser): Promise<UserRecord> {
    const { username, roleName, isSuperuser, createdAt } = user;
    requireUsername(username);
    return await this.#database.transaction(async (tx) => {
      const roleId = roleName === null ? null : await roleIdOf(tx, { username, roleName });
      const values = [unusablePassword(), isSuperuser, username, isSuperuser, createdAt, roleId];
      await tx.all(queries.INSERT_USER, values).catch(onFailure((cause) => {
        const message = `Cannot create user ${username}: the name is taken`;
        throw new AppError("conflict", message, { cause });
      }, "conflict"));
      return await userNamed(tx, username);
    });
  }

  /** The user of this name, active or not, with what stands in the row for a password. */
  async userWithPassword(
    username: string,
  ): Promise<{ user: UserRecord; password: string } | undefined> {
    const [row] = await this.#database.all(queries.USER_WITH_PASSWORD, [username]);
    return row && { user: userOf(row), password: textOf(row.password) };
  }

  async listUsers(): Promise<UserRecord[]> {
    return (await this.#database.all(`${queries.USER_QUERY} ORDER BY u.username`)).map(userOf);
  }

  async listRoles(): Promise<RoleRecord[]> {
    return (await this.#database.all(`${queries.ROLE_QUERY} ORDER BY name`)).map(roleOf);
  }

  #tell(tokenId: number | null): void {
    for (const listener of this.#listeners) listener(tokenId);
  }

  async #tokens(which: string, params: readonly Value[] = []): Promise<TokenRecord[]> {
    return (await this.#tokenRows(which, params)).map(tokenOf);
  }

  async #tokensByHash(hashes: readonly string[]): Promise<Map<string, TokenRecord>> {
    const { textsOfJson } = this.#database.dialect;
    const [only = "", ...others] = hashes;
    const rows = others.length === 0
      ? await this.#tokenRows("WHERE t.token_hash = $1", [only])
      : await this.#tokenRows(`WHERE t.token_hash IN ${textsOfJson}`, [JSON.stringify(hashes)]);
    return new Map(rows.map((row) => {
      const hash = textOf(row.token_hash);
      return [hash, this.#records.of(hash, row)];
    }));
  }

  async #tokenRows(which: string, params: readonly Value[]): Promise<Row[]> {
    const query = queries.tokenQuery(await this.#limitColumns(), this.#database);
    return await this.#database.ask(`${query} ${which}`, params);
  }

  /** With tables of our own the schema is complete; without, someone may still have made this one. */
  async #limitColumns(): Promise<readonly string[]> {
    const { dialect, ownTables } = this.#database;
    if (ownTables) return LIMIT_COLUMNS;
    const table = "proxmox_mcp_token_limits";
    const present = await columnsOf(this.#database, { table, dialect });
    return LIMIT_COLUMNS.filter((column) => present.includes(column));
  }

  async #tokenWithId(id: number): Promise<TokenRecord> {
    const [token] = await this.findTokensById([id]);
    if (token === undefined) throw new AppError("not_found", `Cannot read token ${id}: it is gone`);
    return token;
  }
}

async function userNamed(tx: Queryable, username: string): Promise<UserRecord> {
  const rows: Row[] = await tx.all(`${queries.USER_QUERY} WHERE u.username = $1`, [username]);
  if (rows[0] !== undefined) return userOf(rows[0]);
  throw new AppError("not_found", `Cannot find user ${username}: create it with \`user create\``);
}

async function roleIdOf(
  tx: Queryable,
  { username, roleName }: { username: string; roleName: string },
): Promise<number> {
  const roles = (await tx.all(`${queries.ROLE_QUERY} ORDER BY name`)).map(roleOf);
  const role = roles.find(({ name }) => name === roleName);
  if (role !== undefined) return role.id;
  const names = roles.map(({ name }) => name).join(", ");
  const message = `Cannot create user ${username}: there is no role ${roleName}, only ${names}`;
  throw new AppError("not_found", message);
}
