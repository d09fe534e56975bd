import type { Permission, Scope } from "./scope.ts";

/** A row of `auth_application_tokens` joined with its user and the user's role. Times are UTC. */
export interface TokenRecord {
  readonly id: number;
  readonly name: string;
  readonly permission: Permission;
  readonly expires: Date | null;
  readonly isActive: boolean;
  /** Comma-separated addresses and CIDR ranges; empty means any. */
  readonly allowedIps: string;
  readonly createdAt: Date;
  readonly lastUsed: Date | null;
  /** First eight characters of the hash: enough to tell rows apart, useless to an attacker. */
  readonly hashPrefix: string;
  readonly user: UserRecord;
}

export interface UserRecord {
  readonly id: number;
  readonly username: string;
  readonly isActive: boolean;
  readonly isSuperuser: boolean;
  readonly role: RoleRecord | null;
}

export interface RoleRecord {
  readonly id: number;
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly canWrite: boolean;
  readonly canAdmin: boolean;
  readonly description: string;
}

export interface NewToken {
  readonly username: string;
  readonly name: string;
  readonly tokenHash: string;
  readonly permission: Permission;
  readonly expires: Date | null;
  readonly allowedIps: string;
  readonly createdAt: Date;
}

export type Outcome = "ok" | "error" | "denied" | "invalid" | "cancelled";

/** One tool call as it is kept. Arguments are already redacted and bounded. */
export interface AuditRow {
  readonly time: Date;
  readonly requestId: string;
  readonly user: string;
  readonly tokenId: number | null;
  readonly tokenName: string;
  readonly address: string;
  readonly door: string;
  readonly tool: string;
  readonly scope: Scope | null;
  readonly arguments: string;
  readonly vmid: number | null;
  readonly outcome: Outcome;
  readonly error: string;
  readonly upid: string;
  readonly durationMs: number;
}

/** What a migration run did, for `migrate` to print. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  readonly applied: readonly string[];
}

/**
 * Accounts and the audit trail. Every method rejects with AppError `unavailable` when the database
 * cannot be reached or written, `not_found` and `conflict` for missing and duplicate rows.
 */
export interface Store {
  /** Creates or updates the schema, in one transaction per step. */
  migrate(): Promise<MigrationReport>;
  /** Rejects when the schema is missing, older or newer than this program, naming both versions. */
  checkSchema(): Promise<void>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** The token with this lower-case hex SHA-512, good or not; null when there is none. */
  findToken(tokenHash: string): Promise<TokenRecord | null>;
  /** Notes that a token was used. */
  touchToken(id: number, at: Date): Promise<void>;
  createToken(token: NewToken): Promise<TokenRecord>;
  listTokens(): Promise<TokenRecord[]>;
  /** Deactivates the token; its row stays. */
  revokeToken(id: number): Promise<TokenRecord>;
  createUser(
    user: { username: string; roleName: string | null; isSuperuser: boolean; createdAt: Date },
  ): Promise<UserRecord>;
  listUsers(): Promise<UserRecord[]>;
  listRoles(): Promise<RoleRecord[]>;
  /** Appends one row; resolves only when it is durable. */
  appendAudit(row: AuditRow): Promise<void>;
  close(): Promise<void>;
}
