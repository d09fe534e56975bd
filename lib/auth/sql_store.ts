import { AppError } from "../errors.ts";
import { AuditTrail } from "../audit/trail.ts";
import type { Database, Queryable, Row } from "../database/database.ts";
import {
  columnsOf,
  migrate,
  readVersion,
  requireDjangoTables,
  requireVersion,
} from "../database/migrate.ts";
import { limitValues, requireToken, requireUsername, unusablePassword } from "./new_rows.ts";
import * as queries from "./queries.ts";
import { roleOf, tokenOf, userOf } from "./rows.ts";
import { SCHEMA_VERSION } from "../database/schema.ts";
import type {
  AuditFilter,
  AuditPrune,
  AuditPruneReport,
  AuditRow,
  AuditVerification,
  MigrationReport,
  NewToken,
  RevocationListener,
  RoleRecord,
  SharedCounters,
  Store,
  StoredAuditRow,
  TokenRecord,
  UserRecord,
} from "./store.ts";

/** `last_used` is written when it is this many milliseconds old. */
const TOUCH_AFTER_MS = 60_000;

export interface SqlStoreOptions {
  readonly now: () => Date;
  /**
   * False where the database refuses tables of our own: nothing is kept of calls but the log, and
   * tokens have no limits unless that table is there.
   */
  readonly auditDatabase?: boolean;
}

/** The Store on either database. */
export class SqlStore implements Store {
  readonly #database: Database;
  readonly #now: () => Date;
  readonly #trail: AuditTrail | null;
  #listening = false;
  readonly #listeners = new Set<RevocationListener>();

  constructor(database: Database, options: SqlStoreOptions) {
    this.#database = database;
    this.#now = options.now;
    this.#trail = options.auditDatabase === false ? null : new AuditTrail(database);
  }

  get sharedCounters(): SharedCounters | null {
    if (this.#database.dialect.name === "sqlite" || this.#trail === null) return null;
    const query: SharedCounters["client"]["query"] = async ({ text, values }) => {
      const rows = await this.#database.transaction((tx) => tx.all(text, values));
      return { rows, rowCount: rows.length };
    };
    return { table: "proxmox_mcp_rates", client: { query } };
  }

  get watchIntervalMs(): number {
    return this.#database.dialect.watchIntervalMs;
  }

  migrate(): Promise<MigrationReport> {
    return migrate(this.#database, this.#now);
  }

  async checkSchema(): Promise<void> {
    const version = await readVersion(this.#database, this.#database);
    if (this.#trail !== null || version > SCHEMA_VERSION) requireVersion(version);
    await requireDjangoTables(this.#database);
  }

  async ping(): Promise<void> {
    await this.#database.all("SELECT 1 AS one");
  }

  async findToken(tokenHash: string): Promise<TokenRecord | null> {
    const rows = await this.#database.all(`${await this.#tokenQuery()} WHERE t.token_hash = $1`, [
      tokenHash,
    ]);
    return rows[0] === undefined ? null : tokenOf(rows[0]);
  }

  async findTokensById(ids: readonly number[]): Promise<TokenRecord[]> {
    const condition = `WHERE t.id IN ${this.#database.dialect.idsOfJson}`;
    const query = `${await this.#tokenQuery()} ${condition}`;
    return (await this.#database.all(query, [JSON.stringify(ids)])).map(tokenOf);
  }

  async touchToken(id: number, at: Date): Promise<void> {
    const before = new Date(at.getTime() - TOUCH_AFTER_MS);
    await this.#database.transaction((tx) => tx.all(queries.TOUCH_TOKEN, [at, id, before]));
  }

  async createToken(token: NewToken): Promise<TokenRecord> {
    requireToken(token);
    const limits = token.limits ?? null;
    if (limits !== null && !await this.#hasLimits()) {
      throw new AppError("conflict", "Cannot limit a token: run `proxmox-mcp migrate` first");
    }
    const id = await this.#database.transaction(async (tx) => {
      const user = await userNamed(tx, token.username);
      const { name, tokenHash, permission, expires, createdAt, allowedIps } = token;
      const values = [user.id, name, tokenHash, permission, expires, createdAt, allowedIps];
      const inserted = await tx.all(queries.INSERT_TOKEN, values);
      const tokenId = Number(inserted[0]?.id);
      if (limits !== null) await tx.all(queries.INSERT_LIMITS, limitValues(tokenId, limits));
      return tokenId;
    });
    return await this.#tokenWithId(id);
  }

  async listTokens(): Promise<TokenRecord[]> {
    return (await this.#database.all(`${await this.#tokenQuery()} ORDER BY t.id`)).map(tokenOf);
  }

  async revokeToken(id: number): Promise<TokenRecord> {
    const known = Number.isSafeInteger(id) && await this.#database.transaction(async (tx) => {
      const revoked = await tx.all(queries.REVOKE_TOKEN, [id]);
      const { notify } = this.#database.dialect;
      if (revoked.length > 0 && notify !== null) await tx.all(notify, [String(id)]);
      return revoked.length > 0;
    });
    if (!known) throw new AppError("not_found", `Cannot revoke token ${id}: there is none`);
    this.#tell(id);
    return await this.#tokenWithId(id);
  }

  onRevoked(listener: RevocationListener): () => void {
    if (!this.#listening) {
      this.#listening = true;
      this.#database.listen?.((message) => this.#tell(message === null ? null : Number(message)));
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async createUser(
    user: { username: string; roleName: string | null; isSuperuser: boolean; createdAt: Date },
  ): Promise<UserRecord> {
    const { username, roleName, isSuperuser, createdAt } = user;
    requireUsername(username);
    return await this.#database.transaction(async (tx) => {
      const roleId = roleName === null ? null : await roleIdOf(tx, { username, roleName });
      const values = [unusablePassword(), isSuperuser, username, isSuperuser, createdAt, roleId];
      await tx.all(queries.INSERT_USER, values).catch((error) => {
        if (!(error instanceof AppError) || error.code !== "conflict") throw error;
        const message = `Cannot create user ${username}: the name is taken`;
        throw new AppError("conflict", message, { cause: error });
      });
      return await userNamed(tx, username);
    });
  }

  async listUsers(): Promise<UserRecord[]> {
    return (await this.#database.all(`${queries.USER_QUERY} ORDER BY u.username`)).map(userOf);
  }

  async listRoles(): Promise<RoleRecord[]> {
    return (await this.#database.all(`${queries.ROLE_QUERY} ORDER BY name`)).map(roleOf);
  }

  async appendAudit(row: AuditRow): Promise<void> {
    await this.#trail?.append(row);
  }

  async checkAudit(): Promise<void> {
    await this.#trail?.check();
  }

  async listAudit(filter: AuditFilter = {}): Promise<StoredAuditRow[]> {
    return await this.#requireTrail().list(filter);
  }

  async verifyAudit(): Promise<AuditVerification> {
    return await this.#requireTrail().verify();
  }

  async pruneAudit(prune: AuditPrune): Promise<AuditPruneReport> {
    return await this.#requireTrail().prune(prune);
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return this.#database.close();
  }

  #tell(tokenId: number | null): void {
    for (const listener of this.#listeners) listener(tokenId);
  }

  async #tokenQuery(): Promise<string> {
    return queries.tokenQuery({ limits: await this.#hasLimits() });
  }

  /** With its audit trail the schema is complete; without, someone may still have made the table. */
  async #hasLimits(): Promise<boolean> {
    if (this.#trail !== null) return true;
    const database = this.#database;
    const table = "proxmox_mcp_token_limits";
    return (await columnsOf(database, { queryable: database, table })).length > 0;
  }

  async #tokenWithId(id: number): Promise<TokenRecord> {
    const [token] = await this.findTokensById([id]);
    if (token === undefined) throw new AppError("not_found", `Cannot read token ${id}: it is gone`);
    return token;
  }

  #requireTrail(): AuditTrail {
    if (this.#trail !== null) return this.#trail;
    throw new AppError("invalid", "Cannot read the audit trail: audit.database is false");
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
