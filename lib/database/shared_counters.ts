import type { Database } from "./database.ts";
import { textOf } from "./values.ts";

/** Where all instances count how often something happened. */
export interface SharedCounters {
  /** Its columns are `key`, `points` and `expire` (Unix milliseconds). */
  readonly table: string;
  readonly client: {
    query(
      statement: { text: string; values: readonly (string | number | null)[] },
    ): Promise<{ rows: unknown[]; rowCount: number }>;
  };
  /**
   * Adds these points to the keys, of which each begins anew so many milliseconds after its first; gives what
   * each has come to.
   */
  add(points: ReadonlyMap<string, number>, span: Span): Promise<ReadonlyMap<string, Count>>;
}

interface Span {
  readonly ms: number;
  readonly now: Date;
}

/** What a key has come to. */
export interface Count {
  readonly points: number;
  /** Unix milliseconds. */
  readonly expire: number;
}

/** In the order of the keys, so that no two such statements wait for one another. */
const ADD = `INSERT INTO proxmox_mcp_rates AS rates (key, points, expire)
  SELECT key, points, expire
  FROM json_populate_recordset(NULL::proxmox_mcp_rates, $1::text::json) ORDER BY key
  ON CONFLICT (key) DO UPDATE SET
    points = CASE WHEN rates.expire <= $2 THEN 0 ELSE rates.points END + excluded.points,
    expire = CASE WHEN rates.expire <= $2 THEN excluded.expire ELSE rates.expire END
  RETURNING key, points, expire`;

/** Null where only this process uses the database, or where there is no table for it. */
export function sharedCountersOf(database: Database): SharedCounters | null {
  if (database.dialect.name === "sqlite" || !database.ownTables) return null;
  return {
    table: "proxmox_mcp_rates",
    client: {
      query: async ({ text, values }) => {
        const rows = await database.write(text, values);
        return { rows, rowCount: rows.length };
      },
    },
    add: async (points, { ms, now }) => {
      const expire = now.getTime() + ms;
      const added = [...points].map(([key, points]) => ({ key, points, expire }));
      const rows = await database.ask(ADD, [JSON.stringify(added), now.getTime()]);
      return new Map(rows.map(({ key, points, expire }) => {
        return [textOf(key), { points: Number(points), expire: Number(expire) }];
      }));
    },
  };
}
