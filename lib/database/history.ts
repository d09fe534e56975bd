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

/** Of one cluster; null where the database refuses tables of the program's own: nothing is kept there. */
export function historyOf(database: Database, cluster: string): History | null {
  return database.ownTables ? new DatabaseHistory(database, cluster) : null;
}

const TABLE = "proxmox_mcp_history";
const COLUMNS = "object, seen_from, seen_until, content";
const OF_ONE = "cluster = $1 AND object = $2";
const NEWEST = `SELECT ${COLUMNS} FROM ${TABLE} WHERE ${OF_ONE} ORDER BY seen_from DESC LIMIT 1`;
const STAYS = `UPDATE ${TABLE} SET seen_until = $4
  WHERE ${OF_ONE} AND seen_from = $3 AND seen_until < $4`;
const BECOMES = `INSERT INTO ${TABLE} (cluster, ${COLUMNS}) VALUES ($1, $2, $3, $3, $4)
  ON CONFLICT (cluster, object, seen_from) DO UPDATE SET content = excluded.content`;
const TRIM = `DELETE FROM ${TABLE} WHERE ${OF_ONE} AND seen_from <=
  (SELECT seen_from FROM ${TABLE} WHERE ${OF_ONE}
    ORDER BY seen_from DESC LIMIT 1 OFFSET ${MOST_STATES})`;
const BEFORE = `SELECT ${COLUMNS} FROM ${TABLE} WHERE ${OF_ONE} AND seen_from <= $3
  ORDER BY seen_from DESC LIMIT 1`;
const AFTER = `SELECT ${COLUMNS} FROM ${TABLE} WHERE ${OF_ONE} AND seen_from > $3
  ORDER BY seen_from LIMIT 1`;
const LIVING = `SELECT object FROM ${TABLE} AS row
  WHERE cluster = $1 AND content IS NOT NULL AND seen_from = (SELECT max(seen_from)
    FROM ${TABLE} AS other WHERE other.cluster = row.cluster AND other.object = row.object)`;
const SWEEP = `DELETE FROM ${TABLE} WHERE cluster = $1 AND seen_until < $2`;

class DatabaseHistory implements History {
  readonly #database: Database;
  readonly #cluster: string;

  constructor(database: Database, cluster: string) {
    this.#database = database;
    this.#cluster = cluster;
  }

  async keep(object: string, { at, content }: { at: Date; content: string | null }) {
    const own = [this.#cluster, object];
    await this.#database.transaction(async (tx) => {
      const newest = await one(tx, NEWEST, own);
      if (newest !== undefined && newest.content === content) {
        await tx.all(STAYS, [...own, newest.from.getTime(), at.getTime()]);
        return;
      }
      await tx.all(BECOMES, [...own, at.getTime(), content]);
      await tx.all(TRIM, own);
    });
  }

  async around(object: string, at: Date): Promise<{ state?: KeptState; next?: KeptState }> {
    const then = [this.#cluster, object, at.getTime()];
    const state = await one(this.#database, BEFORE, then);
    const next = await one(this.#database, AFTER, then);
    return { ...(state ? { state } : {}), ...(next ? { next } : {}) };
  }

  async living(): Promise<string[]> {
    return (await this.#database.all(LIVING, [this.#cluster])).map(({ object }) => textOf(object));
  }

  async changes({ since, until, objects, limit }: ChangesFilter): Promise<KeptChange[]> {
    const named = (objects ?? []).map((_, at) => `$${at + 5}`).join(", ");
    const rows = await this.#database.all(
      `SELECT row.object, row.seen_from, row.seen_until, row.content, was.object AS had,
          was.seen_from AS was_from, was.seen_until AS was_until, was.content AS was_content
        FROM ${TABLE} AS row LEFT JOIN ${TABLE} AS was ON was.cluster = row.cluster
          AND was.object = row.object
          AND was.seen_from = (SELECT max(seen_from) FROM ${TABLE} AS other
            WHERE other.cluster = row.cluster AND other.object = row.object
              AND other.seen_from < row.seen_from)
        WHERE row.seen_from >= $1 AND row.seen_from < $2 AND row.cluster = $4
          ${objects === undefined ? "" : `AND row.object IN (${named})`}
        ORDER BY row.seen_from DESC, row.object LIMIT $3`,
      [since.getTime(), until.getTime(), limit, this.#cluster, ...objects ?? []],
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
    await this.#database.write(SWEEP, [this.#cluster, before.getTime()]);
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
