import type { Row } from "../database/database.ts";
import { boolOf, dateOf, textOf } from "../database/values.ts";
import type { RoleRecord, TokenRecord, UserRecord } from "./accounts.ts";
import { limitsOf } from "./limit_columns.ts";
import { sealedTokensOf } from "./proxmox_tokens.ts";
import type { Permission } from "./scope.ts";

/** Reads a row of the token query. */
export function tokenOf(row: Row): TokenRecord {
  return {
    id: Number(row.id),
    name: textOf(row.name),
    permission: textOf(row.permission) as Permission,
    expires: dateOf(row.expires),
    isActive: boolOf(row.is_active),
    allowedIps: textOf(row.allowed_ips),
    createdAt: dateOf(row.created_at) ?? new Date(NaN),
    lastUsed: dateOf(row.last_used),
    hashPrefix: textOf(row.token_hash).slice(0, 8),
    limits: limitsOf(row),
    proxmoxTokens: sealedTokensOf(row),
    user: {
      id: Number(row.user_id),
      username: textOf(row.username),
      isActive: boolOf(row.user_is_active),
      isSuperuser: boolOf(row.user_is_superuser),
      role: joinedRoleOf(row),
    },
  };
}

/** Reads a row of the user query. */
export function userOf(row: Row): UserRecord {
  return {
    id: Number(row.id),
    username: textOf(row.username),
    isActive: boolOf(row.is_active),
    isSuperuser: boolOf(row.is_superuser),
    role: joinedRoleOf(row),
  };
}

/** Reads a row of the role query. */
export function roleOf(row: Row): RoleRecord {
  return {
    id: Number(row.id),
    name: textOf(row.name),
    isSuperuser: boolOf(row.is_superuser),
    canWrite: boolOf(row.can_write),
    canAdmin: boolOf(row.can_admin),
    description: textOf(row.description),
  };
}

function joinedRoleOf(row: Row): RoleRecord | null {
  if (row.role_id === null || row.role_id === undefined) return null;
  return {
    id: Number(row.role_id),
    name: textOf(row.role_name),
    isSuperuser: boolOf(row.role_is_superuser),
    canWrite: boolOf(row.role_can_write),
    canAdmin: boolOf(row.role_can_admin),
    description: textOf(row.role_description),
  };
}
