import type { Database, Queryable, Row } from "./database.ts";
import { textOf } from "./values.ts";

/** How an object was for some time. */
export interface KeptState {
  readonly object: string;
  /** Null when there was no such object. */
  readonly content: string | null;
  /** When it was first and last seen like that. */
  readonly from: Date;
  readonly until: Date;
}

/** A state, and the one before it; undefined for the first that is kept. */
export interface KeptChange {
  readonly is: KeptState;
  readonly was: KeptState | undefined;
}

/** How the objects of a cluster were: their states, each kept once for as long as it lasted. */
export interface History {
  /** Keeps how an object is seen at a time; null: there is none of that name. */
  keep(object: string, seen: { at: Date; content: string | null }): Promise<void>;
  /** The state at a time, and the first one that was seen after it. */
  around(object: string, at: Date): Promise<{ state?: KeptState; next?: KeptState }>;
  /** The names of what there is by the last look. */
  living(): Promise<string[]>;
  /** Changes that were seen in a time, newest first. */
  changes(filter: ChangesFilter): Promise<KeptChange[]>;
  /** Removes what was seen last before this time. */
  sweep(before: Date): Promise<void>;
}

export interface ChangesFilter {
  readonly since: Date;
  /** Only before this time. */
  readonly until: Date;
  /** Only of these. */
  readonly objects?: readonly string[];
  readonly limit: number;
}

/** Of one object at most so many states are kept, the newest ones. */
const MOST_STATES = 500;

/** Null where the database refuses tables of the program's own: nothing is kept there. */
export function historyOf(database: Database): History | null {
  return database.ownTables ? new DatabaseHistory(database) : null;
}

const TABLE = "proxmox_mcp_history";
const COLUMNS = "object, seen_from, seen_until, content";
const NEWEST = `SELECT ${COLUMNS} FROM ${TABLE} WHERE object = $1 ORDER BY seen_from DESC LIMIT 1`;
const STAYS = `UPDATE ${TABLE} SET seen_until = $3
  WHERE object = $1 AND seen_from = $2 AND seen_until < $3`;
const BECOMES = `INSERT INTO ${TABLE} (${COLUMNS}) VALUES ($1, $2, $2, $3)
  ON CONFLICT (object, seen_from) DO UPDATE SET content = excluded.content`;
const TRIM = `DELETE FROM ${TABLE} WHERE object = $1 AND seen_from <=
  (SELECT seen_from FROM ${TABLE} WHERE object = $1
    ORDER BY seen_from DESC LIMIT 1 OFFSET ${MOST_STATES})`;
const BEFORE = `SELECT ${COLUMNS} FROM ${TABLE} WHERE object = $1 AND seen_from <= $2
  ORDER BY seen_from DESC LIMIT 1`;
const AFTER = `SELECT ${COLUMNS} FROM ${TABLE} WHERE object = $1 AND seen_from > $2
  ORDER BY seen_from LIMIT 1`;
const LIVING = `SELECT object FROM ${TABLE} AS row WHERE content IS NOT NULL AND seen_from =
  (SELECT max(seen_from) FROM ${TABLE} AS other WHERE other.object = row.object)`;
const SWEEP = `DELETE FROM ${TABLE} WHERE seen_until < $1`;

class DatabaseHistory implements History {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async keep(object: string, { at, content }: { at: Date; content: string | null }) {
    await this.#database.transaction(async (tx) => {
      const newest = await one(tx, NEWEST, [object]);
      if (newest !== undefined && newest.content === content) {
        await tx.all(STAYS, [object, newest.from.getTime(), at.getTime()]);
        return;
      }
      await tx.all(BECOMES, [object, at.getTime(), content]);
      await tx.all(TRIM, [object]);
    });
  }

  async around(object: string, at: Date): Promise<{ state?: KeptState; next?: KeptState }> {
    const state = await one(this.#database, BEFORE, [object, at.getTime()]);
    const next = await one(this.#database, AFTER, [object, at.getTime()]);
    return { ...(state ? { state } : {}), ...(next ? { next } : {}) };
  }

  async living(): Promise<string[]> {
    return (await this.#database.all(LIVING)).map(({ object }) => textOf(object));
  }

  async changes({ since, until, objects, limit }: ChangesFilter): Promise<KeptChange[]> {
    const named = (objects ?? []).map((_, at) => `$${at + 4}`).join(", ");
    const rows = await this.#database.all(
      `SELECT row.object, row.seen_from, row.seen_until, row.content, was.object AS had,
          was.seen_from AS was_from, was.seen_until AS was_until, was.content AS was_content
        FROM ${TABLE} AS row LEFT JOIN ${TABLE} AS was ON was.object = row.object
          AND was.seen_from = (SELECT max(seen_from) FROM ${TABLE} AS other
            WHERE other.object = row.object AND other.seen_from < row.seen_from)
        WHERE row.seen_from >= $1 AND row.seen_from < $2
          ${objects === undefined ? "" : `AND row.object IN (${named})`}
        ORDER BY row.seen_from DESC, row.object LIMIT $3`,
      [since.getTime(), until.getTime(), limit, ...objects ?? []],
    );
    return rows.map((row) => ({
      is: stateOf(row),
      was: row.had === null ? undefined : stateOf({
        object: row.object,
        seen_from: row.was_from,
        seen_until: row.was_until,
        content: row.was_content,
      }),
    }));
  }

  async sweep(before: Date): Promise<void> {
    await this.#database.write(SWEEP, [before.getTime()]);
  }
}

async function one(
  queryable: Queryable | Database,
  statement: string,
  params: readonly (string | number)[],
): Promise<KeptState | undefined> {
  const [row] = await queryable.all(statement, params);
  return row && stateOf(row);
}

function stateOf(row: Row): KeptState {
  return {
    object: textOf(row.object),
    content: row.content === null ? null : textOf(row.content),
    from: new Date(Number(row.seen_from)),
    until: new Date(Number(row.seen_until)),
  };
}
