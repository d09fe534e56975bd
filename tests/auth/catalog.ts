import type { Dialect, Row } from "../../lib/database/database.ts";

const QUERIES: Readonly<Record<Dialect["name"], readonly string[]>> = {
  sqlite: [
    `SELECT tables.name || '.' || columns.name AS name, columns.type, "notnull", dflt_value, pk
      FROM sqlite_master tables JOIN pragma_table_info(tables.name) columns
      WHERE tables.type = 'table' ORDER BY tables.name, columns.cid`,
    "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' ORDER BY name",
  ],
  postgres: [
    `SELECT table_name || '.' || column_name AS name, data_type, is_nullable,
      character_maximum_length, column_default, is_identity
      FROM information_schema.columns WHERE table_schema = 'public'
      ORDER BY table_name, ordinal_position`,
    `SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace ORDER BY conname`,
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
  ],
};

/** All columns, constraints and indexes as the database describes them. */
export async function describeSchema(
  run: (sql: string) => Promise<Row[]>,
  dialect: Dialect,
): Promise<unknown> {
  const parts = [];
  for (const query of QUERIES[dialect.name]) parts.push(await run(query));
  return JSON.parse(JSON.stringify(parts));
}
