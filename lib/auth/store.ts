import type {
  AuditFilter,
  AuditPrune,
  AuditPruneReport,
  AuditRow,
  AuditVerification,
  StoredAuditRow,
} from "../audit/row.ts";
import type { TokenLimits } from "./limits.ts";
import type { Permission } from "./scope.ts";

export type {
  AuditFilter,
  AuditProblem,
  AuditPrune,
  AuditPruneReport,
  AuditRow,
  AuditVerification,
  Outcome,
  StoredAuditRow,
} from "../audit/row.ts";

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
  /** A narrower reach than the scope gives; null when there is none. */
  readonly limits: TokenLimits | null;
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
  readonly limits?: TokenLimits | null;
}

/** What a migration run did, for `migrate` to print. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  readonly applied: readonly string[];
}

/** Where all instances count how often something happened. */
export interface SharedCounters {
  /** Its columns are `key`, `points` and `expire` (Unix milliseconds). */
  readonly table: string;
  readonly client: {
    query(
      statement: { text: string; values: readonly (string | number | null)[] },
    ): Promise<{ rows: unknown[]; rowCount: number }>;
  };
}

/**
 * Told the id of a token that was revoked, or null when revocations may have been missed (a lost
 * connection came back) and every token in use should be looked up again.
 */
export type RevocationListener = (tokenId: number | null) => void;

/**
 * Accounts and the audit trail. Every method rejects with AppError `unavailable` when the database
 * cannot be reached or written (`DatabaseAway` when it cannot be reached at all), `forbidden` when the
 * database refuses for want of rights, `not_found` and `conflict` for missing and duplicate rows,
 * `invalid` for values that no row can hold.
 */
export interface Store {
  /** Null where only this process uses the database. */
  readonly sharedCounters: SharedCounters | null;
  /** How often whoever relies on a token should look it up again, in milliseconds. */
  readonly watchIntervalMs: number;
  /** Creates or updates the schema, in one transaction per step. */
  migrate(): Promise<MigrationReport>;
  /**
   * Rejects with `conflict` when the schema is missing, older or newer than this program, naming both
   * versions.
   */
  checkSchema(): Promise<void>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** The token with this lower-case hex SHA-512, good or not; null when there is none. */
  findToken(tokenHash: string): Promise<TokenRecord | null>;
  /** Those of these tokens that exist, good or not, in no order. */
  findTokensById(ids: readonly number[]): Promise<TokenRecord[]>;
  /** Notes that a token was used, unless that was noted less than a minute before. */
  touchToken(id: number, at: Date): Promise<void>;
  createToken(token: NewToken): Promise<TokenRecord>;
  listTokens(): Promise<TokenRecord[]>;
  /** Deactivates the token; its row stays. Revoking twice is no error. */
  revokeToken(id: number): Promise<TokenRecord>;
  /**
   * Tells of revocations on this instance at once, and of those elsewhere where the database passes
   * them on. The same one may be told twice. Returns the function that ends it.
   */
  onRevoked(listener: RevocationListener): () => void;
  /** The new user has no password that could be logged in with. */
  createUser(
    user: { username: string; roleName: string | null; isSuperuser: boolean; createdAt: Date },
  ): Promise<UserRecord>;
  listUsers(): Promise<UserRecord[]>;
  listRoles(): Promise<RoleRecord[]>;
  /** Appends one row; resolves only when it is durable. Rows appended together share a commit. */
  appendAudit(row: AuditRow): Promise<void>;
  /** Rejects when an audit row could not be written now, so that no call need run unaudited. */
  checkAudit(): Promise<void>;
  /** Newest first. */
  listAudit(filter?: AuditFilter): Promise<StoredAuditRow[]>;
  /** Reads the whole trail as it is at one moment and reports where its chain breaks. */
  verifyAudit(): Promise<AuditVerification>;
  /** Removes old rows and appends a row that signs for them, so that verification still passes. */
  pruneAudit(prune: AuditPrune): Promise<AuditPruneReport>;
  close(): Promise<void>;
}
