import { AppError, toAppError } from "../errors.ts";
import type { Database, DatabaseOptions, Dialect, Queryable, Row, Value } from "./database.ts";
import { SqliteConnection } from "./sqlite_connection.ts";
import { SqliteFile } from "./sqlite_file.ts";
import { sqliteCodeOf, sqliteOpenFailure } from "./sqlite_failures.ts";

/** How long a transaction waits for another one to end, and how long between two attempts. */
const LOCK_WAIT_MS = 5_000;
const LOCK_RETRY_MS = 5;
const BUSY = 5;

const DIALECT: Dialect = {
  name: "sqlite",
  columnsOf: "SELECT name FROM pragma_table_info($1)",
  idsOfJson: "(SELECT value FROM json_each($1))",
  forUpdate: "",
  utcText: (column) => column,
  tryLockSchema: null,
  notify: null,
  watchIntervalMs: 1_000,
};

/**
 * Opens the database file, creating it with mode 0600. Throws AppError `invalid` or `unavailable`, with
 * the path and the remedy, when it cannot be opened for writing. The schema is left as it is.
 */
export async function openSqlite(path: string, options: DatabaseOptions = {}): Promise<Database> {
  if (path === "" || path.startsWith(":") || path.startsWith("file:")) {
    throw new AppError("invalid", `Cannot open database ${path}: name a file by its path`);
  }
  try {
    Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 }).close();
    return await SqliteDatabase.open(path, options);
  } catch (error) {
    throw sqliteOpenFailure(error, path);
  }
}

/** One connection reads at any time; transactions take turns on another. */
class SqliteDatabase implements Database {
  readonly dialect = DIALECT;
  readonly listen = null;
  readonly ownTables: boolean;
  readonly #path: string;
  readonly #file: SqliteFile;
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection;
  #turn: Promise<unknown> = Promise.resolve();

  /** The writer has opened the file, which a reader alone could not create. */
  private constructor(
    writer: SqliteConnection,
    { path, file, ownTables }: { path: string; file: SqliteFile; ownTables: boolean },
  ) {
    this.ownTables = ownTables;
    this.#file = file;
    this.#path = path;
    this.#writer = writer;
    this.#reader = new SqliteConnection(path, { readOnly: true });
  }

  static async open(path: string, { ownTables = true }: DatabaseOptions): Promise<SqliteDatabase> {
    const file = new SqliteFile(path);
    const writer = new SqliteConnection(path, { readOnly: false });
    try {
      await whenUnlocked(() => writer.makeDurable());
      const database = new SqliteDatabase(writer, { path, file, ownTables });
      // The first who reads makes the log.
      database.#reader.run("SELECT count(*) FROM sqlite_schema");
      file.noteLog();
      file.assertSame();
      return database;
    } catch (error) {
      writer.close();
      throw error;
    }
  }

  all(text: string, params: readonly Value[] = []): Promise<Row[]> {
    return Promise.try(() => {
      this.#file.assertSame();
      return this.#reader.run(text, params);
    });
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const done = this.#turn.then(() => {
      this.#file.assertSame();
      const begin = "BEGIN IMMEDIATE";
      return inTransaction(this.#writer, {
        begin,
        work,
        beforeCommit: () => this.#file.assertSame(),
      });
    });
    this.#turn = done.catch(() => {});
    return done;
  }

  /** On a connection of its own, since it may take long. */
  async snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const connection = new SqliteConnection(this.#path, { readOnly: true });
    try {
      this.#file.assertSame();
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
  connection: SqliteConnection,
  { begin, work, beforeCommit }: {
    begin: string;
    work: (tx: Queryable) => Promise<T>;
    beforeCommit?: () => void;
  },
): Promise<T> {
  await whenUnlocked(() => connection.run(begin));
  try {
    const all = (text: string, params?: readonly Value[]) =>
      Promise.try(() => connection.run(text, params));
    const result = await work({ all });
    beforeCommit?.();
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
