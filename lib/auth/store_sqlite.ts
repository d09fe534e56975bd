import { DatabaseSync, type StatementSync } from "node:sqlite";
import { AppError } from "../errors.ts";
import type { Database, Dialect, Queryable, Row, Value } from "./database.ts";
import { textOfDate } from "./rows.ts";
import { SqlStore, type SqlStoreOptions } from "./sql_store.ts";
import { sqliteFailure, sqliteOpenFailure } from "./sqlite_failures.ts";
import type { Store } from "./store.ts";

/** How long a statement waits for another process, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

const DIALECT: Dialect = {
  name: "sqlite",
  columnsOf: "SELECT name FROM pragma_table_info($1)",
  idsOfJson: "(SELECT value FROM json_each($1))",
  forUpdate: "",
  auditTime: "time",
  lockSchema: null,
  notify: null,
  watchIntervalMs: 1_000,
};

/**
 * Opens the database file, creating it with mode 0600. Throws AppError `invalid` or `unavailable`, with
 * the path and the remedy, when it cannot be opened for writing. The schema is left as it is.
 */
// deno-lint-ignore require-await
export async function openSqliteStore(options: SqlStoreOptions & { path: string }): Promise<Store> {
  const { path } = options;
  if (path === "" || path.startsWith(":") || path.startsWith("file:")) {
    throw new AppError("invalid", `Cannot open database ${path}: name a file by its path`);
  }
  try {
    Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 }).close();
    return new SqlStore(new SqliteDatabase(path), options);
  } catch (error) {
    throw sqliteOpenFailure(error, path);
  }
}

/** One connection; transactions and single statements take turns on it. */
class SqliteDatabase implements Database {
  readonly dialect = DIALECT;
  readonly listen = null;
  readonly #path: string;
  readonly #connection: Connection;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
    this.#connection = new Connection(path, { readOnly: false });
    this.#connection.makeDurable();
  }

  all(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return this.#inTurn(() => this.#connection.run(text, params));
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#inTurn(() => inTransaction(this.#connection, { begin: "BEGIN IMMEDIATE", work }));
  }

  /** On a connection of its own, so that the one that writes is not held up. */
  async snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    let connection: Connection | null = null;
    try {
      connection = new Connection(this.#path, { readOnly: true });
      return await inTransaction(connection, { begin: "BEGIN", work });
    } catch (error) {
      throw sqliteFailure(error, this.#path);
    } finally {
      connection?.close();
    }
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#connection.close());
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}

async function inTransaction<T>(
  connection: Connection,
  { begin, work }: { begin: string; work: (tx: Queryable) => Promise<T> },
): Promise<T> {
  connection.run(begin);
  try {
    const all = (text: string, params?: readonly Value[]) =>
      Promise.try(() => connection.run(text, params));
    const result = await work({ all });
    connection.run("COMMIT");
    return result;
  } catch (error) {
    connection.rollBack();
    throw error;
  }
}

class Connection {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, { readOnly }: { readOnly: boolean }) {
    this.#path = path;
    this.#database = new DatabaseSync(path, {
      readOnly,
      enableForeignKeyConstraints: true,
      timeout: BUSY_TIMEOUT_MS,
    });
  }

  /** Every commit reaches the disk, readers never wait for a writer. */
  makeDurable(): void {
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  }

  run(text: string, params: readonly Value[] = []): Row[] {
    try {
      return this.#prepared(text).all(...params.map(encode)) as Row[];
    } catch (error) {
      throw sqliteFailure(error, this.#path);
    }
  }

  #prepared(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(text.replaceAll(/\$(\d+)/g, "?$1"));
    this.#statements.set(text, statement);
    return statement;
  }

  /** SQLite may have rolled back by itself, as it does when the disk is full. */
  rollBack(): void {
    try {
      this.run("ROLLBACK");
    } catch {
      return;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

function encode(value: Value): string | number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value instanceof Date ? textOfDate(value) : value;
}
