import { AppError } from "../errors.ts";

/** What a statement's parameters may be. Times are given as Date and kept in UTC. */
export type Value = string | number | boolean | null | Date;

/** A result row by column name, as the driver gives it; `values.ts` reads it. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement at a time, whose parameters are `$1`, `$2`, … and gives the rows it returns. */
export interface Queryable {
  all(text: string, params?: readonly Value[]): Promise<Row[]>;
}

/**
 * A connection to one database. Everything rejects with AppError: `DatabaseAway` when it cannot be
 * reached, `unavailable` when it cannot be written, `forbidden` for want of rights, `conflict` for a
 * duplicate, `invalid` for a value that does not fit, else `internal`.
 */
export interface Database {
  /** One statement that only reads. */
  all: Queryable["all"];
  /**
   * One statement that may go with others that are asked at the same moment. Its values may be as JSON has
   * them; it writes only what may be written twice when the connection is lost.
   */
  ask: Queryable["all"];
  readonly dialect: Dialect;
  /** False where the database refuses tables of this program's own: it runs on Django's alone. */
  readonly ownTables: boolean;
  /** Commits when the work resolves, durably; rolls back when it rejects. */
  transaction<T>(
    work: (tx: Queryable) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /** One statement that writes what is not `remembered`, durably. */
  write(
    text: string,
    params?: readonly Value[],
    options?: WriteOptions & { readonly along?: Along },
  ): Promise<Row[]>;
  /**
   * Another one as soon as anybody may have changed what is `remembered`; null where only asking again
   * tells. Throws as `all` rejects.
   */
  readonly mark: (() => string) | null;
  /**
   * From now on `mark` stays the same when others write none of these tables, which must be all that hold
   * what is `remembered`. Not there where nothing is kept in mind.
   */
  watch?(tables: readonly string[]): Promise<void>;
  /**
   * What waits to be written along with a statement that is run now. Null where whatever is written at one
   * moment shares a commit.
   */
  readonly takeAlong: (() => Load) | null;
  /** Only reads, and sees everything as it is at one moment. */
  snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * From now on tells of every message that `dialect.notify` sends, from any instance, and null when
   * some may have been missed. Null where the database passes nothing on.
   */
  readonly listen: ((channel: string, listener: (message: string | null) => void) => void) | null;
  /** Where others of this process write the same file, whoever collects what to write waits for it. */
  readonly turn?: Turn;
  close(): Promise<void>;
}

/** Resolves when it is one's turn, with what gives it on. */
export type Turn = () => Promise<() => void>;

export interface WriteOptions {
  /** How long it may wait for a commit that it can share, in milliseconds; not at all when not given. */
  readonly patienceMs?: number;
}

/** How what is written may be a part of another statement; it gives no rows then. */
export interface Along {
  /** The same for those that stand in a parameter as the text of a JSON array of `row`s; gives rows. */
  readonly statement: (parameter: string) => string;
  readonly row: { readonly key: string } & Readonly<Record<string, string | number | null>>;
}

/** What a statement takes along. */
export interface Load {
  readonly parts: readonly {
    readonly statement: Along["statement"];
    /** The text of a JSON array. */
    readonly rows: string;
  }[];
  /** Tells those who wait for it how it ended. */
  readonly settledBy: (writing: Promise<unknown>) => void;
}

export interface TransactionOptions extends WriteOptions {
  /** False when nothing is written that anybody keeps in mind while `Database.mark` stays the same. */
  readonly remembered?: boolean;
}

export interface DatabaseOptions {
  /** See `Database.ownTables`; true when not given. */
  readonly ownTables?: boolean;
  /** Set where others of this process may have opened the same file. */
  readonly turn?: Turn;
}

/** What differs between the databases, as pieces of SQL. */
export interface Dialect {
  readonly name: "sqlite" | "postgres";
  /** Statement giving the `name` of every column of the table `$1`, no rows when there is none. */
  readonly columnsOf: string;
  /** Set of the ids that stand in `$1` as the text of a JSON array. */
  readonly idsOfJson: string;
  /** The same of texts. */
  readonly textsOfJson: string;
  /**
   * Rows of a table that stand in a parameter as the text of a JSON array of objects, where a statement can
   * change one table and insert them into another; null where each is to be inserted by itself.
   */
  readonly rowsOfJson: ((table: string, parameter: string) => string) | null;
  /** Appended to a SELECT whose rows must not change until the transaction ends. */
  readonly forUpdate: string;
  /** A column of times as the text `YYYY-MM-DD HH:MM:SS.ffffff` in UTC. */
  readonly utcText: (column: string) => string;
  /** Gives `locked`: whether no other instance migrates until this transaction ends. */
  readonly tryLockSchema: string | null;
  /** Sends `$2` to every listener of the channel `$1` when the transaction commits. */
  readonly notify: string | null;
  /** How often to look again for what another process may have changed, in milliseconds. */
  readonly watchIntervalMs: number;
}

/** Resolves when the database answers. */
export async function ping(database: Database): Promise<void> {
  await database.all("SELECT 1 AS one");
}

/** The database cannot be reached at all; it may come back without anyone's doing. */
export class DatabaseAway extends AppError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("unavailable", message, options);
    this.name = "DatabaseAway";
  }
}

/** The database accepts connections or holds them, and says nothing: it is frozen, or the network is. */
export class DatabaseSilent extends DatabaseAway {
  constructor() {
    super("Cannot reach the database: it does not answer");
  }
}

/** A row that is referred to would be gone, or one that is to be referred to is not there. */
export class BrokenReference extends AppError {
  /** The table whose rows refer to it; null where the database does not say. */
  readonly table: string | null;

  constructor(table: string | null, options?: { cause?: unknown }) {
    super("invalid", "Cannot write the database: a value does not fit", options);
    this.name = "BrokenReference";
    this.table = table;
  }
}

/** What stands at the database's place is another one, or damaged: what is read here is read by nobody else. */
export class DatabaseReplaced extends AppError {}
