/** One step of the schema. Steps are only ever appended; what one has done is never changed. */
export interface Migration {
  /** Counts from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  readonly changes: readonly Change[];
}

/** What a step does to the schema or to rows, in each database's words. */
export interface Change {
  /** For the error when a right is missing: `create the table auth_user`. */
  readonly action: string;
  /** What `migrate` prints, a line each: `created table auth_user`. */
  readonly done: readonly string[];
  /** Statements; `$1` in one that writes rows is the time of the run. */
  readonly sqlite: readonly string[];
  readonly postgres: readonly string[];
  /** Set for a table of Django's, which is kept as it is where it exists and has these columns. */
  readonly adopts?: DjangoTable;
}

/** The columns that the program reads and writes in a table of Django's. */
export interface DjangoTable {
  readonly table: string;
  readonly columns: readonly string[];
}

/** The change that makes a table, with its indexes and first rows. */
export function createTable(
  table: string,
  change: Pick<Change, "sqlite" | "postgres"> & {
    /** What `migrate` prints beside the table itself. */
    readonly also?: readonly string[];
    /** The columns that make it a table of Django's. */
    readonly django?: readonly string[];
  },
): Change {
  const { sqlite, postgres, also = [], django } = change;
  return {
    action: `create the table ${table}`,
    done: [`created table ${table}`, ...also],
    sqlite,
    postgres,
    ...(django === undefined ? {} : { adopts: { table, columns: django } }),
  };
}
