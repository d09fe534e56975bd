import { AppError, messageOf } from "../errors.ts";
import type { Database, Queryable, Row } from "./database.ts";
import { GENESIS_HASH } from "../audit/chain.ts";
import {
  DJANGO_COLUMNS,
  type Migration,
  MIGRATIONS,
  ROLE_SEEDS,
  SCHEMA_VERSION,
  statementsFor,
  type TableName,
} from "./schema.ts";
import { boolOf } from "../auth/rows.ts";
import type { MigrationReport } from "../auth/store.ts";

const LOCK_ATTEMPTS = 600;
const LOCK_RETRY_MS = 100;

/**
 * Brings the schema up to this program's version, one transaction per step. Safe when several
 * instances do it at once. Throws AppError `conflict` when the schema is newer than this program or a
 * table that is to be adopted lacks a column, `forbidden` when the database refuses for want of rights.
 */
export async function migrate(database: Database, now: () => Date): Promise<MigrationReport> {
  const applied: string[] = [];
  let from: number | null = null;
  for (const migration of MIGRATIONS) {
    await database.transaction(async (tx) => {
      await lockSchema(database, tx);
      const version = await readVersion(database, tx);
      from ??= version;
      refuseNewer(version);
      if (version < migration.version) {
        applied.push(...await applyStep(database, { tx, migration, now }));
      }
    });
  }
  return { from: from ?? 0, to: SCHEMA_VERSION, applied };
}

/** The version of the schema, 0 when there is none. */
export async function readVersion(database: Database, queryable: Queryable): Promise<number> {
  const columns = await columnsOf(database, { queryable, table: "proxmox_mcp_schema" });
  if (columns.length === 0) return 0;
  const rows = await queryable.all("SELECT max(version) AS version FROM proxmox_mcp_schema");
  return Number(rows[0]?.version ?? 0);
}

/** Throws AppError `conflict` unless the version is this program's, naming both. */
export function requireVersion(version: number): void {
  refuseNewer(version);
  if (version === SCHEMA_VERSION) return;
  const state = version === 0 ? "has no schema yet" : `has schema version ${version}`;
  throw new AppError(
    "conflict",
    `Cannot use the database: it ${state}, this program needs version ${SCHEMA_VERSION}; ` +
      "run `proxmox-mcp migrate`",
  );
}

/** Throws AppError `conflict` naming the first column of Django's tables that is missing. */
export async function requireDjangoTables(database: Database): Promise<void> {
  for (const table of Object.keys(DJANGO_COLUMNS) as TableName[]) {
    const columns = await columnsOf(database, { queryable: database, table });
    requireColumns(table, columns);
  }
}

/** The names of a table's columns, none when there is no such table. */
export async function columnsOf(
  database: Database,
  { queryable, table }: { queryable: Queryable; table: TableName },
): Promise<string[]> {
  const rows = await queryable.all(database.dialect.columnsOf, [table]);
  return rows.map((row: Row) => String(row.name));
}

/** Asks again and again, since a statement that waits would run into its time limit. */
async function lockSchema(database: Database, tx: Queryable): Promise<void> {
  const { tryLockSchema } = database.dialect;
  if (tryLockSchema === null) return;
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
    const [row] = await tx.all(tryLockSchema);
    if (boolOf(row?.locked)) return;
    await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
  }
  throw new AppError("unavailable", "Cannot migrate: another instance has been at it for a minute");
}

function refuseNewer(version: number): void {
  if (version <= SCHEMA_VERSION) return;
  throw new AppError(
    "conflict",
    `Cannot use the database: it has schema version ${version}, this program knows versions up to ` +
      `${SCHEMA_VERSION}; use a newer proxmox-mcp`,
  );
}

async function applyStep(
  database: Database,
  { tx, migration, now }: { tx: Queryable; migration: Migration; now: () => Date },
): Promise<string[]> {
  const done: string[] = [];
  for (const table of migration.tables) {
    const columns = await columnsOf(database, { queryable: tx, table });
    if (columns.length > 0) {
      requireColumns(table, columns);
      done.push(`kept table ${table}`);
      continue;
    }
    await createTable(database, { tx, table });
    done.push(`created table ${table}`, ...await seed(tx, { table, at: now() }));
  }
  await tx.all("INSERT INTO proxmox_mcp_schema (version, name, applied_at) VALUES ($1, $2, $3)", [
    migration.version,
    migration.name,
    now(),
  ]);
  return done;
}

async function createTable(
  database: Database,
  { tx, table }: { tx: Queryable; table: TableName },
): Promise<void> {
  try {
    for (const statement of statementsFor(table, database.dialect.name)) await tx.all(statement);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "forbidden") throw error;
    throw new AppError(
      "forbidden",
      `Cannot create the table ${table}: ${messageOf(error.cause)}; grant the right, or set ` +
        "audit.database to false to run on Django's tables alone",
      { cause: error },
    );
  }
}

function requireColumns(table: TableName, columns: readonly string[]): void {
  const missing = (DJANGO_COLUMNS[table] ?? []).find((column) => !columns.includes(column));
  if (missing === undefined) return;
  const state = columns.length === 0 ? "it does not exist" : `it has no column ${missing}`;
  throw new AppError("conflict", `Cannot use the table ${table}: ${state}`);
}

async function seed(
  tx: Queryable,
  { table, at }: { table: TableName; at: Date },
): Promise<string[]> {
  if (table === "proxmox_mcp_audit_head") {
    await tx.all(
      "INSERT INTO proxmox_mcp_audit_head (id, seq, hash, probes) VALUES (1, 0, $1, 0)",
      [GENESIS_HASH],
    );
  }
  if (table !== "auth_user_roles") return [];
  for (const role of ROLE_SEEDS) {
    await tx.all(
      `INSERT INTO auth_user_roles
        (name, is_superuser, can_write, can_admin, description, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [role.name, role.isSuperuser, role.canWrite, role.canAdmin, role.description, at, at],
    );
  }
  return [`added the roles ${ROLE_SEEDS.map((role) => role.name).join(", ")}`];
}
