import { typedHere } from "../command.ts";
import { AppError } from "../errors.ts";
import type { Database, Dialect, Queryable } from "./database.ts";
import { MIGRATIONS } from "./migrations/mod.ts";
import type { DjangoTable, Migration } from "./migrations/migration.ts";

/** The version that a schema has after these steps. */
export function versionAfter(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/** The schema that this program works with. */
export const SCHEMA_VERSION = versionAfter(MIGRATIONS);

/**
 * Throws AppError `conflict` when the schema is missing, older or newer than this program, naming both
 * versions, or when a table of Django's lacks a column.
 */
export async function checkSchema(database: Database): Promise<void> {
  const version = await readVersion(database, database.dialect);
  refuseNewer(version, SCHEMA_VERSION);
  if (database.ownTables && version < SCHEMA_VERSION) throw schemaTooOld(version);
  const adopted = MIGRATIONS.flatMap(({ changes }) => changes.map(({ adopts }) => adopts));
  for (const table of adopted.filter((table) => table !== undefined)) {
    requireColumns(table, await columnsOf(database, { ...table, dialect: database.dialect }));
  }
}

/** The version of the schema, 0 when there is none. */
export async function readVersion(queryable: Queryable, dialect: Dialect): Promise<number> {
  const columns = await columnsOf(queryable, { table: "proxmox_mcp_schema", dialect });
  if (columns.length === 0) return 0;
  const rows = await queryable.all("SELECT max(version) AS version FROM proxmox_mcp_schema");
  return Number(rows[0]?.version ?? 0);
}

/** Throws AppError `conflict` when the schema is newer than the program knows. */
export function refuseNewer(version: number, known: number): void {
  if (version <= known) return;
  throw new AppError(
    "conflict",
    `Cannot use the database: it has schema version ${version}, this program knows versions up to ` +
      `${known}; use a newer proxmox-mcp`,
  );
}

/** The names of a table's columns, none when there is no such table. */
export async function columnsOf(
  queryable: Queryable,
  { table, dialect }: { table: string; dialect: Dialect },
): Promise<string[]> {
  const rows = await queryable.all(dialect.columnsOf, [table]);
  return rows.map(({ name }) => String(name));
}

/** Throws AppError `conflict` naming the first column that the table lacks. */
export function requireColumns({ table, columns }: DjangoTable, present: readonly string[]): void {
  const missing = columns.find((column) => !present.includes(column));
  if (missing === undefined) return;
  const state = present.length === 0
    ? `it does not exist; run \`${typedHere("migrate")}\``
    : `it has no column ${missing}`;
  throw new AppError("conflict", `Cannot use the table ${table}: ${state}`);
}

/** The error for a schema that `migrate` must bring up to date; version 0 is none at all. */
export function schemaTooOld(version: number): AppError {
  const state = version === 0 ? "has no schema yet" : `has schema version ${version}`;
  return new AppError(
    "conflict",
    `Cannot use the database: it ${state}, this program needs version ${SCHEMA_VERSION}; ` +
      `run \`${typedHere("migrate")}\``,
  );
}
