import { AppError, messageOf } from "../errors.ts";
import type { Database, Queryable } from "./database.ts";
import { MIGRATIONS } from "./migrations/mod.ts";
import type { Change, Migration } from "./migrations/migration.ts";
import { columnsOf, readVersion, refuseNewer, requireColumns, versionAfter } from "./schema.ts";
import { boolOf } from "./values.ts";

const LOCK_ATTEMPTS = 600;
const LOCK_RETRY_MS = 100;

export interface MigrateOptions {
  readonly now: () => Date;
  /** In order; this program's own when not given. */
  readonly migrations?: readonly Migration[];
}

/** What a migration run did, for `migrate` to print. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  readonly applied: readonly string[];
}

/**
 * Brings the schema up to date, one transaction per step. Safe when several instances do it at once.
 * Throws AppError `conflict` when the schema is newer than the last step or a table that is to be
 * adopted lacks a column, `forbidden` when the database refuses for want of rights.
 */
export async function migrate(
  database: Database,
  { now, migrations = MIGRATIONS }: MigrateOptions,
): Promise<MigrationReport> {
  const to = versionAfter(migrations);
  const applied: string[] = [];
  let from: number | null = null;
  for (const migration of migrations) {
    await database.transaction(async (tx) => {
      await lockSchema(database, tx);
      const version = await readVersion(tx, database.dialect);
      from ??= version;
      refuseNewer(version, to);
      if (version < migration.version) {
        applied.push(...await apply(migration, { database, tx, at: now() }));
      }
    });
  }
  return { from: from ?? 0, to, applied };
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

interface Run {
  readonly database: Database;
  readonly tx: Queryable;
  readonly at: Date;
}

async function apply({ version, name, changes }: Migration, run: Run): Promise<string[]> {
  const done: string[] = [];
  for (const change of changes) done.push(...await make(change, run));
  await run.tx.all(
    "INSERT INTO proxmox_mcp_schema (version, name, applied_at) VALUES ($1, $2, $3)",
    [version, name, run.at],
  );
  return done;
}

async function make(change: Change, run: Run): Promise<readonly string[]> {
  const { adopts, action, done } = change;
  if (adopts !== undefined) {
    const { dialect } = run.database;
    const columns = await columnsOf(run.tx, { table: adopts.table, dialect });
    if (columns.length > 0) {
      requireColumns(adopts, columns);
      return [`kept table ${adopts.table}`];
    }
  }
  try {
    for (const statement of change[run.database.dialect.name]) {
      await run.tx.all(statement, statement.includes("$1") ? [run.at] : []);
    }
    return done;
  } catch (error) {
    throw isForbidden(error) ? forbidden(action, error) : error;
  }
}

function isForbidden(error: unknown): error is AppError {
  return error instanceof AppError && error.code === "forbidden";
}

function forbidden(action: string, error: AppError): AppError {
  return new AppError(
    "forbidden",
    `Cannot ${action}: ${
      messageOf(error.cause)
    }; grant the right, or set audit.database to false ` +
      "to run on Django's tables alone",
    { cause: error },
  );
}
