import { POSTGRES_TABLES } from "./postgres_schema.ts";
import { SQLITE_TABLES } from "./sqlite_schema.ts";

/** One step of the schema. Steps are only ever appended; what one has done is never changed. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Created in this order where missing; those of Django are adopted where they exist. */
  readonly tables: readonly TableName[];
}

export type TableName = keyof typeof SQLITE_TABLES;

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "accounts",
    tables: ["proxmox_mcp_schema", "auth_user_roles", "auth_user", "auth_application_tokens"],
  },
  { version: 2, name: "audit trail", tables: ["proxmox_mcp_audit", "proxmox_mcp_audit_head"] },
  { version: 3, name: "token limits", tables: ["proxmox_mcp_token_limits"] },
  { version: 4, name: "shared rates", tables: ["proxmox_mcp_rates"] },
];

/** The schema that this program works with. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The columns that the program reads and writes in Django's tables. */
export const DJANGO_COLUMNS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  auth_user_roles: [
    ...["id", "name", "is_superuser", "can_write", "can_admin", "description"],
    ...["created_at", "updated_at"],
  ],
  auth_user: [
    ...["id", "password", "last_login", "is_superuser", "username", "first_name", "last_name"],
    ...["email", "is_staff", "is_active", "date_joined", "role_id"],
  ],
  auth_application_tokens: [
    ...["id", "user_id", "name", "token_hash", "permission", "expires", "created_at"],
    ...["last_used", "is_active", "allowed_ips"],
  ],
};

/** The statements that create a table with its indexes and constraints. */
export function statementsFor(table: TableName, dialect: "sqlite" | "postgres"): readonly string[] {
  return (dialect === "sqlite" ? SQLITE_TABLES : POSTGRES_TABLES)[table];
}

/** A role that a newly created roles table starts with. */
export interface RoleSeed {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly canWrite: boolean;
  readonly canAdmin: boolean;
  readonly description: string;
}

export const ROLE_SEEDS: readonly RoleSeed[] = [
  {
    name: "Administrator",
    isSuperuser: true,
    canWrite: true,
    canAdmin: true,
    description: "Creates and destroys",
  },
  {
    name: "Operator",
    isSuperuser: false,
    canWrite: true,
    canAdmin: false,
    description: "Changes what can be changed back",
  },
  {
    name: "Viewer",
    isSuperuser: false,
    canWrite: false,
    canAdmin: false,
    description: "Only reads",
  },
];
