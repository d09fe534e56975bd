import { DatabaseSync, type StatementSync } from "node:sqlite";
import { AppError, toAppError } from "../errors.ts";
import type { Database, Dialect, Queryable, Row, Value } from "../database/database.ts";
import { textOfDate } from "./rows.ts";
import { SqlStore, type SqlStoreOptions } from "./sql_store.ts";
import { sqliteCodeOf, sqliteFailure, sqliteOpenFailure } from "../database/sqlite_failures.ts";
import type { Store } from "./store.ts";

/** How long a transaction waits for another one to end, and how long between two attempts. */
const LOCK_WAIT_MS = 5_000;
const LOCK_RETRY_MS = 5;
const BUSY = 5;

const DIALECT: Dialect = {
  name: "sqlite",
  columnsOf: "SELECT name FROM pragma_table_info($1)",
  idsOfJson: "(SELECT value FROM json_each($1))",
  forUpdate: "",
  auditTime: "time",
  tryLockSchema: null,
  notify: null,
  watchIntervalMs: 1_000,
};

/**
 * Opens the database file, creating it with mode 0600. Throws AppError `invalid` or `unavailable`, with
 * the path and the remedy, when it cannot be opened for writing. The schema is left as it is.
 */
export async function openSqliteStore(options: SqlStoreOptions & { path: string }): Promise<Store> {
  const { path } = options;
  if (path === "" || path.startsWith(":") || path.startsWith("file:")) {
    throw new AppError("invalid", `Cannot open database ${path}: name a file by its path`);
  }
  try {
    Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 }).close();
    return new SqlStore(await SqliteDatabase.open(path), options);
  } catch (error) {
    throw sqliteOpenFailure(error, path);
  }
}

/** One connection reads at any time; transactions take turns on another. */
class SqliteDatabase implements Database {
  readonly dialect = DIALECT;
  readonly listen = null;
  readonly #path: string;
  readonly #writer: Connection;
  readonly #reader: Connection;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(path: string, { writer, reader }: Record<"writer" | "reader", Connection>) {
    this.#path = path;
    this.#writer = writer;
    this.#reader = reader;
  }

  static async open(path: string): Promise<SqliteDatabase> {
    const writer = new Connection(path, { readOnly: false });
    try {
      await whenUnlocked(() => writer.makeDurable());
      return new SqliteDatabase(path, { writer, reader: new Connection(path, { readOnly: true }) });
    } catch (error) {
      writer.close();
      throw error;
    }
  }

  all(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return Promise.try(() => this.#reader.run(text, params));
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const done = this.#turn.then(() =>
      inTransaction(this.#writer, { begin: "BEGIN IMMEDIATE", work })
    );
    this.#turn = done.catch(() => {});
    return done;
  }

  /** On a connection of its own, since it may take long. */
  async snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const connection = new Connection(this.#path, { readOnly: true });
    try {
      return await inTransaction(connection, { begin: "BEGIN", work });
    } finally {
      connection.close();
    }
  }

  async close(): Promise<void> {
    await this.#turn;
    this.#reader.close();
    this.#writer.close();
  }
}

async function inTransaction<T>(
  connection: Connection,
  { begin, work }: { begin: string; work: (tx: Queryable) => Promise<T> },
): Promise<T> {
  await whenUnlocked(() => connection.run(begin));
  try {
    const all = (text: string, params?: readonly Value[]) =>
      Promise.try(() => connection.run(text, params));
    const result = await work({ all });
    connection.run("COMMIT");
    return result;
  } catch (error) {
    connection.rollBack();
    throw toAppError(error);
  }
}

/**
 * Tries again while another connection holds the lock, without holding up the event loop as SQLite's
 * own busy timeout would.
 */
async function whenUnlocked(attempt: () => void): Promise<void> {
  const deadline = performance.now() + LOCK_WAIT_MS;
  while (true) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
  }
}

function isBusy(error: unknown): boolean {
  const raw = error instanceof AppError ? (error.cause as Error).cause : error;
  return (sqliteCodeOf(raw) & 0xff) === BUSY;
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
      timeout: 0,
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
