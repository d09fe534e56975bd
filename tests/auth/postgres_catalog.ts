import type { Row } from "../../lib/database/database.ts";

const DJANGO = "('auth_user', 'auth_user_roles', 'auth_application_tokens')";

const COLUMNS = `SELECT table_name || '.' || column_name AS name, data_type, is_nullable,
    character_maximum_length, column_default, is_identity, identity_generation, ordinal_position
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN ${DJANGO}
  ORDER BY table_name, ordinal_position`;

const CONSTRAINTS =
  `SELECT conname, conrelid::regclass::text AS on_table, condeferrable, condeferred,
    pg_get_constraintdef(oid) AS definition
  FROM pg_constraint WHERE conrelid::regclass::text IN ${DJANGO} ORDER BY conname`;

const INDEXES = `SELECT indexname, indexdef FROM pg_indexes
  WHERE schemaname = 'public' AND tablename IN ${DJANGO} ORDER BY indexname`;

/** Columns, constraints and indexes of Django's tables as the database describes them. */
export async function describeDjangoTables(run: (sql: string) => Promise<Row[]>): Promise<unknown> {
  const [columns, constraints, indexes] = [
    await run(COLUMNS),
    await run(CONSTRAINTS),
    await run(INDEXES),
  ];
  return JSON.parse(JSON.stringify({ columns, constraints, indexes }));
}

/** The names of this program's own tables. */
export async function ownTables(run: (sql: string) => Promise<Row[]>): Promise<string[]> {
  const rows = await run(
    "SELECT tablename FROM pg_tables WHERE tablename LIKE 'proxmox_mcp_%' ORDER BY tablename",
  );
  return rows.map((row) => String(row.tablename));
}
