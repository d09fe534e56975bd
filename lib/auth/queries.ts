import { LIMIT_COLUMNS } from "./limit_columns.ts";
import { sealedTokensColumn } from "./proxmox_tokens.ts";

const ROLE_COLUMNS = `u.role_id, r.name AS role_name, r.is_superuser AS role_is_superuser,
  r.can_write AS role_can_write, r.can_admin AS role_can_admin, r.description AS role_description`;

/** What `tokenQuery` reads. */
export const TOKEN_TABLES = [
  "auth_application_tokens",
  "auth_user",
  "auth_user_roles",
  "proxmox_mcp_token_limits",
  "proxmox_mcp_user_proxmox_token",
];

/**
 * Every token with its user and role, these columns of its limits (none where that table is not), and its
 * user's Proxmox tokens.
 *
 * @param options.ownTables see `Database.ownTables`
 */
export function tokenQuery(
  limitColumns: readonly string[],
  { ownTables }: { ownTables: boolean },
): string {
  const hasLimits = limitColumns.length > 0;
  const limits = hasLimits
    ? ["token_id AS limits_token_id", ...limitColumns].map((column) => `l.${column}`).join(", ")
    : "NULL AS limits_token_id";
  const join = hasLimits ? "LEFT JOIN proxmox_mcp_token_limits l ON l.token_id = t.id" : "";
  return `SELECT t.id, t.name, t.token_hash, t.permission, t.expires, t.is_active, t.allowed_ips,
    t.created_at, t.last_used, t.user_id, u.username, u.is_active AS user_is_active,
    u.is_superuser AS user_is_superuser, ${ROLE_COLUMNS}, ${limits}${
    ownTables ? `, ${sealedTokensColumn("t.user_id")}` : ""
  }
    FROM auth_application_tokens t
    JOIN auth_user u ON u.id = t.user_id
    LEFT JOIN auth_user_roles r ON r.id = u.role_id
    ${join}`;
}

export const USER_QUERY = `SELECT u.id, u.username, u.is_active, u.is_superuser, ${ROLE_COLUMNS}
  FROM auth_user u LEFT JOIN auth_user_roles r ON r.id = u.role_id`;

export const USER_WITH_PASSWORD = `SELECT u.id, u.username, u.is_active, u.is_superuser, u.password,
  ${ROLE_COLUMNS} FROM auth_user u LEFT JOIN auth_user_roles r ON r.id = u.role_id
  WHERE u.username = $1`;

export const ROLE_QUERY =
  "SELECT id, name, is_superuser, can_write, can_admin, description FROM auth_user_roles";

export const INSERT_TOKEN = `INSERT INTO auth_application_tokens
  (user_id, name, token_hash, permission, expires, created_at, last_used, is_active, allowed_ips)
  VALUES ($1, $2, $3, $4, $5, $6, NULL, TRUE, $7) RETURNING id`;

export const INSERT_LIMITS = `INSERT INTO proxmox_mcp_token_limits
  (token_id, ${LIMIT_COLUMNS.join(", ")})
  VALUES ($1, ${LIMIT_COLUMNS.map((_, at) => `$${at + 2}`).join(", ")})`;

export const INSERT_USER = `INSERT INTO auth_user
  (password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active,
    date_joined, role_id)
  VALUES ($1, NULL, $2, $3, '', '', '', $4, TRUE, $5, $6) RETURNING id`;

export const TOUCH_TOKEN = `UPDATE auth_application_tokens SET last_used = $1
  WHERE id = $2 AND (last_used IS NULL OR last_used <= $3)`;

export const REVOKE_TOKEN =
  "UPDATE auth_application_tokens SET is_active = FALSE WHERE id = $1 RETURNING id";
