import type { Queryable } from "../database/database.ts";
import type { TokenLimits } from "./limits.ts";
import type { SealedTokens } from "./proxmox_tokens.ts";
import type { Permission } from "./scope.ts";

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
  /** Of the user. */
  readonly proxmoxTokens: SealedTokens;
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

export interface NewUser {
  readonly username: string;
  readonly roleName: string | null;
  readonly isSuperuser: boolean;
  readonly createdAt: Date;
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

/** What a change of accounts works with. */
export interface AccountChange {
  readonly tx: Queryable;
  /** See `Dialect.forUpdate`. */
  readonly forUpdate: string;
  /** See `Database.ownTables`. */
  readonly ownTables: boolean;
  /** The columns of tokens' limits that there are; none where the database has no such table. */
  readonly limitColumns: readonly string[];
  /** Names tokens that are no longer good or no longer mean the same. */
  readonly concern: (tokenIds: readonly number[]) => void;
}

/**
 * Told the id of a token that was revoked, or null when revocations may have been missed (a lost
 * connection came back) and every token in use should be looked up again.
 */
export type RevocationListener = (tokenId: number | null) => void;
