import type { Queryable } from "./database.ts";
import type { SqliteConnection } from "./sqlite_connection.ts";

const NAME = "proxmox_mcp_changes";
const EVENTS = ["INSERT", "UPDATE", "DELETE"];

/** SQLite keeps this table for its own counting: it is there whatever becomes of the program's tables. */
const COUNTER = `sqlite_sequence WHERE name = '${NAME}'`;
const BEGIN = `INSERT INTO sqlite_sequence (name, seq)
  SELECT '${NAME}', 0 WHERE NOT EXISTS (SELECT 1 FROM ${COUNTER})`;
const READ = `SELECT schema_version, (SELECT seq FROM ${COUNTER}) AS changes
  FROM pragma_schema_version`;
const TRIGGERS = `SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '${NAME}_%'`;

/**
 * Counts the changes of some tables, whichever program makes them, by triggers in the file. Who makes a table
 * anew, as Django does to change its columns, leaves them out: then nothing can be told until they are made again.
 */
export class SqliteChanges {
  readonly #reader: SqliteConnection;
  readonly #triggers: readonly string[];
  /** The schema that was looked at last. */
  #schema: { readonly version: number; readonly isWatched: boolean } | undefined;

  private constructor(reader: SqliteConnection, triggers: readonly string[]) {
    this.#reader = reader;
    this.#triggers = triggers;
  }

  /** Makes in `tx` what is missing. */
  static async begin(
    tx: Queryable,
    { reader, tables }: { reader: SqliteConnection; tables: readonly string[] },
  ): Promise<SqliteChanges> {
    await tx.all(BEGIN);
    const there = new Set((await tx.all(TRIGGERS)).map(({ sql }) => sql));
    const triggers = tables.flatMap((table) => EVENTS.map((event) => triggerOf(table, event)));
    for (const { name, sql } of triggers.filter(({ sql }) => !there.has(sql))) {
      await tx.all(`DROP TRIGGER IF EXISTS ${name}`);
      await tx.all(sql);
    }
    return new SqliteChanges(reader, triggers.map(({ sql }) => sql));
  }

  /** Another one after each change that is committed; undefined where none can be told. */
  mark(): string | undefined {
    const [row] = this.#reader.run(READ);
    const version = Number(row?.schema_version);
    if (this.#schema?.version !== version) {
      const there = new Set(this.#reader.run(TRIGGERS).map(({ sql }) => sql));
      const isWatched = this.#triggers.every((sql) => there.has(sql));
      this.#schema = { version, isWatched };
    }
    const changes = row?.changes ?? null;
    return this.#schema.isWatched && changes !== null ? `${version}:${changes}` : undefined;
  }
}

function triggerOf(table: string, event: string): { name: string; sql: string } {
  const name = `${NAME}_${event.toLowerCase()}_${table}`;
  return {
    name,
    sql: `CREATE TRIGGER ${name} AFTER ${event} ON ${table}
      BEGIN UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = '${NAME}'; END`,
  };
}
