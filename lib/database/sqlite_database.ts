import { AppError, toAppError } from "../errors.ts";
import type {
  Database,
  DatabaseOptions,
  Dialect,
  Queryable,
  Row,
  TransactionOptions,
  Turn,
  Value,
  WriteOptions,
} from "./database.ts";
import { GroupCommit } from "./group_commit.ts";
import { SqliteChanges } from "./sqlite_changes.ts";
import { SqliteConnection } from "./sqlite_connection.ts";
import { SqliteFile } from "./sqlite_file.ts";
import { sqliteCodeOf, sqliteOpenFailure } from "./sqlite_failures.ts";

/** How long a transaction waits for another one to end, and how long between two attempts. */
const LOCK_WAIT_MS = 5_000;
const LOCK_RETRY_MS = 5;
const BUSY = 5;
const TRANSACTIONS_PER_COMMIT = 200;

const DIALECT: Dialect = {
  name: "sqlite",
  columnsOf: "SELECT name FROM pragma_table_info($1)",
  idsOfJson: "(SELECT value FROM json_each($1))",
  textsOfJson: "(SELECT value FROM json_each($1))",
  rowsOfJson: null,
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
    makeFile(path, { isShared: options.turn !== undefined });
    return await SqliteDatabase.open(path, options);
  } catch (error) {
    throw sqliteOpenFailure(error, path);
  }
}

/**
 * Makes the file, or sees that it may be written. The system takes every lock on a file from a process
 * that closes it once, so what others of this process have open is not touched.
 */
function makeFile(path: string, { isShared }: { isShared: boolean }): void {
  const how = isShared ? { createNew: true } : { read: true, create: true };
  try {
    Deno.openSync(path, { write: true, mode: 0o600, ...how }).close();
  } catch (error) {
    if (!isShared || !(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** One of those that share a commit. */
type Part = (tx: Queryable) => Promise<unknown>;

/** One connection reads at any time; transactions take turns on another, those of one moment in one commit. */
class SqliteDatabase implements Database {
  readonly dialect = DIALECT;
  readonly listen = null;
  readonly takeAlong = null;
  readonly ask: Queryable["all"] = (text, params) => this.all(text, params);
  readonly ownTables: boolean;
  readonly turn?: Turn;
  readonly #path: string;
  readonly #file: SqliteFile;
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection;
  readonly #commits: GroupCommit<Part, PromiseSettledResult<unknown>>;
  #ownChanges = 0;
  /** What others have committed, as far as it was looked at. */
  #others: { readonly version: unknown; readonly mark: string } | undefined;
  #changes: SqliteChanges | undefined;

  /** The writer has opened the file, which a reader alone could not create. */
  private constructor(
    writer: SqliteConnection,
    { path, file, ownTables = true, turn }: DatabaseOptions & { path: string; file: SqliteFile },
  ) {
    this.ownTables = ownTables;
    if (turn !== undefined) this.turn = turn;
    const max = TRANSACTIONS_PER_COMMIT;
    this.#commits = new GroupCommit((parts) => this.#commit(parts), { max, turn });
    this.#file = file;
    this.#path = path;
    this.#writer = writer;
    this.#reader = new SqliteConnection(path, { readOnly: true, onDamage: file.noteDamage });
  }

  static async open(path: string, options: DatabaseOptions): Promise<SqliteDatabase> {
    const file = new SqliteFile(path);
    const writer = new SqliteConnection(path, { readOnly: false, onDamage: file.noteDamage });
    try {
      await whenUnlocked(() => writer.makeDurable());
      const database = new SqliteDatabase(writer, { ...options, path, file });
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

  write(text: string, params: readonly Value[] = [], options: WriteOptions = {}): Promise<Row[]> {
    return this.transaction((tx) => tx.all(text, params), { ...options, remembered: false });
  }

  async transaction<T>(
    work: (tx: Queryable) => Promise<T>,
    { remembered = true, ...patience }: TransactionOptions = {},
  ): Promise<T> {
    const outcome = await this.#commits.submit(work, patience);
    if (remembered) this.#ownChanges++;
    if (outcome.status === "rejected") throw toAppError(outcome.reason);
    return outcome.value as T;
  }

  /** What other processes have committed shows only on the connection that writes here. */
  mark(): string {
    this.#file.assertSame();
    const [row] = this.#writer.run("PRAGMA data_version");
    const version = row?.data_version;
    if (this.#others === undefined || this.#others.version !== version) {
      this.#others = { version, mark: this.#changes?.mark() ?? `data ${version}` };
    }
    return `${this.#others.mark} ${this.#ownChanges}`;
  }

  async watch(tables: readonly string[]): Promise<void> {
    this.#changes = await this.transaction((tx) =>
      SqliteChanges.begin(tx, { reader: this.#reader, tables })
    );
    this.#others = undefined;
  }

  /** On a connection of its own, since it may take long. */
  async snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const { noteDamage: onDamage } = this.#file;
    const connection = new SqliteConnection(this.#path, { readOnly: true, onDamage });
    try {
      return await inTransaction(connection, {
        begin: "BEGIN",
        work,
        check: () => this.#file.assertSame(),
      });
    } finally {
      connection.close();
    }
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    this.#reader.close();
    this.#writer.close();
  }

  #commit(parts: readonly Part[]): Promise<PromiseSettledResult<unknown>[]> {
    return inTransaction(this.#writer, {
      begin: "BEGIN IMMEDIATE",
      work: async (tx) => {
        const [first, ...others] = parts;
        // One alone is undone with the whole.
        if (first && others.length === 0) return [{ status: "fulfilled", value: await first(tx) }];
        const outcomes: PromiseSettledResult<unknown>[] = [];
        for (const part of parts) outcomes.push(await undoable(tx, part));
        return outcomes;
      },
      check: () => this.#file.assertSame(),
    });
  }
}

/** Rejects only when the transaction as a whole is lost, as it is when the disk is full. */
async function undoable(tx: Queryable, part: Part): Promise<PromiseSettledResult<unknown>> {
  await tx.all("SAVEPOINT part");
  const [outcome] = await Promise.allSettled([Promise.try(part, tx)]);
  if (outcome.status === "rejected") {
    await tx.all("ROLLBACK TO part").catch(() => Promise.reject(outcome.reason));
  }
  await tx.all("RELEASE part");
  return outcome;
}

async function inTransaction<T>(
  connection: SqliteConnection,
  { begin, work, check }: {
    begin: string;
    work: (tx: Queryable) => Promise<T>;
    /** Throws when nothing must be written, or committed. */
    check: () => void;
  },
): Promise<T> {
  check();
  await whenUnlocked(() => connection.run(begin));
  try {
    const all = (text: string, params?: readonly Value[]) =>
      Promise.try(() => connection.run(text, params));
    const result = await work({ all });
    check();
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
