import type { Beginning } from "./beginning.ts";
import type { Database, Row, WriteOptions } from "./database.ts";
import { GroupCommit } from "./group_commit.ts";
import { textOf } from "./values.ts";

/** A change that was begun. */
export interface RunningChange {
  /** The call that began it. */
  readonly holder: string;
  /** Null until Proxmox has named the task. */
  readonly upid: string | null;
  /** What the one who began it tells others of it; empty until then. */
  readonly told: string;
}

/** Changes by a key that tells what is changed by whom: one of each is under way, on whichever instance. */
export interface RunningChanges {
  /** Begins it, unless another holder has and that has not expired. */
  beginning(key: string, begun: { holder: string; expires: Date }): Beginning;
  /** Keeps what it has become, soon. */
  keep(key: string, kept: RunningChange & { expires: Date }): Promise<void>;
  find(key: string): Promise<RunningChange | undefined>;
  /** Forgets it, when this holder began it; at once unless told that it need only be soon. */
  end(key: string, holder: string, options?: { soon: boolean }): Promise<void>;
  /** Removes what has expired. */
  sweep(): Promise<void>;
}

const MOST_IN_MEMORY = 10_000;
/** So long the row that tells how a call ended may be awaited, with which this is written. */
const SOON: WriteOptions = { patienceMs: 20 };
/** What has expired is as if it were not there. */
const ENDED = { upid: null, told: "", expires: new Date(0) };
const SOUGHT_AT_ONCE = 200;

/** In the database; of this process only where that refuses tables of the program's own. */
export function runningChangesOf(
  database: Database,
  { now }: { now: () => Date },
): RunningChanges {
  return database.ownTables ? new SharedChanges(database, now) : new OwnChanges(now);
}

const begin = (rows: string, now: string) =>
  `INSERT INTO proxmox_mcp_running (key, holder, expires) ${rows}
  ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, upid = NULL, told = NULL,
    expires = excluded.expires
  WHERE proxmox_mcp_running.expires <= ${now} OR proxmox_mcp_running.holder = excluded.holder
  RETURNING key`;
const BEGIN = begin("VALUES ($1, $2, $3)", "$4");
/** In the order of their keys, so that no two such statements wait for one another. */
const beginTogether = (parameter: string) =>
  begin(
    `SELECT key, holder, expires
    FROM json_populate_recordset(NULL::proxmox_mcp_running, ${parameter}::text::json) ORDER BY key`,
    `(SELECT min((each.value ->> 'now')::bigint) FROM json_array_elements(${parameter}::text::json) AS each)`,
  );
const KEEP = `UPDATE proxmox_mcp_running SET upid = $3, told = $4, expires = $5
  WHERE key = $1 AND holder = $2`;
const FIND = "SELECT key, holder, upid, told FROM proxmox_mcp_running WHERE expires > $2";
/** In the order of their keys, as they begin. */
const keepTogether = (parameter: string) =>
  `INSERT INTO proxmox_mcp_running
  SELECT key, holder, kept.upid, kept.told, kept.expires
  FROM json_populate_recordset(NULL::proxmox_mcp_running, ${parameter}::text::json) AS kept
    JOIN proxmox_mcp_running AS begun USING (key, holder) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET upid = excluded.upid, told = excluded.told,
    expires = excluded.expires
  WHERE proxmox_mcp_running.holder = excluded.holder RETURNING key`;
const END = "DELETE FROM proxmox_mcp_running WHERE key = $1 AND holder = $2";
const SWEEP = "DELETE FROM proxmox_mcp_running WHERE expires <= $1";

class SharedChanges implements RunningChanges {
  readonly #database: Database;
  readonly #now: () => Date;
  readonly #finds = new GroupCommit((keys: readonly string[]) => this.#findAll(keys), {
    max: SOUGHT_AT_ONCE,
  });

  constructor(database: Database, now: () => Date) {
    this.#database = database;
    this.#now = now;
  }

  beginning(key: string, { holder, expires }: { holder: string; expires: Date }): Beginning {
    const row = { key, holder, expires: expires.getTime(), now: this.#now().getTime() };
    const params = Object.values(row);
    return {
      alone: async () => (await this.#database.write(BEGIN, params)).length > 0,
      statement: { text: BEGIN, params, together: beginTogether, row },
    };
  }

  async keep(key: string, { holder, upid, told, expires }: RunningChange & { expires: Date }) {
    const row = { key, holder, upid, told, expires: expires.getTime() };
    const along = { statement: keepTogether, row };
    await this.#database.write(KEEP, Object.values(row), { ...SOON, along });
  }

  find(key: string): Promise<RunningChange | undefined> {
    return this.#finds.submit(key);
  }

  async end(key: string, holder: string, { soon = false } = {}): Promise<void> {
    if (soon) await this.keep(key, { ...ENDED, holder });
    else await this.#database.write(END, [key, holder]);
  }

  async sweep(): Promise<void> {
    await this.#database.write(SWEEP, [this.#now().getTime()]);
  }

  async #findAll(keys: readonly string[]): Promise<(RunningChange | undefined)[]> {
    const find = `${FIND} AND key IN ${this.#database.dialect.textsOfJson}`;
    const now = this.#now().getTime();
    const rows = await this.#database.ask(find, [JSON.stringify(keys), now]);
    const found = new Map(rows.map((row) => [textOf(row.key), changeOf(row)]));
    return keys.map((key) => found.get(key));
  }
}

function changeOf(row: Row): RunningChange {
  return {
    holder: textOf(row.holder),
    upid: row.upid === null ? null : textOf(row.upid),
    told: textOf(row.told),
  };
}

class OwnChanges implements RunningChanges {
  readonly #changes = new Map<string, RunningChange & { expires: Date }>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  beginning(key: string, begun: { holder: string; expires: Date }): Beginning {
    return { alone: () => Promise.resolve(this.#begin(key, begun)) };
  }

  keep(key: string, kept: RunningChange & { expires: Date }): Promise<void> {
    if (this.#changes.get(key)?.holder === kept.holder) this.#changes.set(key, kept);
    return Promise.resolve();
  }

  find(key: string): Promise<RunningChange | undefined> {
    return Promise.resolve(this.#alive(key));
  }

  end(key: string, holder: string): Promise<void> {
    if (this.#changes.get(key)?.holder === holder) this.#changes.delete(key);
    return Promise.resolve();
  }

  sweep(): Promise<void> {
    for (const key of this.#changes.keys()) {
      if (this.#alive(key) === undefined) this.#changes.delete(key);
    }
    return Promise.resolve();
  }

  #begin(key: string, { holder, expires }: { holder: string; expires: Date }): boolean {
    const other = this.#alive(key);
    if (other && other.holder !== holder) return false;
    this.#changes.set(key, { holder, upid: null, told: "", expires });
    const [oldest] = this.#changes.keys();
    if (this.#changes.size > MOST_IN_MEMORY && oldest !== undefined) this.#changes.delete(oldest);
    return true;
  }

  #alive(key: string): (RunningChange & { expires: Date }) | undefined {
    const change = this.#changes.get(key);
    return change && change.expires > this.#now() ? change : undefined;
  }
}
