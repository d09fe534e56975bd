import type { Row } from "../database/database.ts";
import { parseVmidRanges, type TokenLimits, type VmidRange } from "./limits.ts";
import type { Permission } from "./scope.ts";
import type { RoleRecord, TokenRecord, UserRecord } from "./store.ts";

const TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|([+-]\d{2})(?::?(\d{2}))?)?$/;

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

/** Only what the database calls true is true. */
export function boolOf(value: unknown): boolean {
  return value === true || value === 1;
}

/** A null column reads as the empty text. */
export function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/**
 * Reads PostgreSQL's timestamps and the texts in which Django keeps them on SQLite, which are UTC
 * unless they name an offset. A text that is no time gives an invalid Date, which is never in the
 * future.
 */
export function dateOf(value: unknown): Date | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value;
  const match = TIMESTAMP.exec(String(value).trim());
  if (match === null) return new Date(NaN);
  const [, day, time, , hours, minutes = "00"] = match;
  return new Date(`${day}T${time}${hours === undefined ? "Z" : `${hours}:${minutes}`}`);
}

/** A time as Django keeps it on SQLite: `YYYY-MM-DD HH:MM:SS.ffffff`, UTC. */
export function textOfDate(date: Date): string {
  return date.toISOString().replace("T", " ").replace("Z", "000");
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

function limitsOf(row: Row): TokenLimits | null {
  if (row.limits_token_id === null || row.limits_token_id === undefined) return null;
  return {
    pools: listOf(row.pools),
    tags: listOf(row.tags),
    vmids: vmidsOf(row.vmids),
    nodes: listOf(row.nodes),
    toolsAllow: listOf(row.tools_allow),
    toolsDeny: listOf(row.tools_deny) ?? [],
  };
}

/** Null means not limited; anything else limits, and an empty text to nothing. */
function listOf(value: unknown): string[] | null {
  if (value === null || value === undefined) return null;
  return String(value).split(",").map((item) => item.trim()).filter((item) => item !== "");
}

/** Entries that cannot be read reach no guest. */
function vmidsOf(value: unknown): VmidRange[] | null {
  const entries = listOf(value);
  if (entries === null) return null;
  return entries.flatMap((entry) => {
    try {
      return parseVmidRanges(entry);
    } catch {
      return [];
    }
  });
}
