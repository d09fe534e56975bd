import type { BeginningStatement } from "../database/beginning.ts";
import type { Database, Dialect, Queryable, Row, Value } from "../database/database.ts";
import { AppError } from "../errors.ts";
import { AUDIT_COLUMNS, type AuditValues, hashOf, valuesOf } from "./chain.ts";
import type { TrailHead } from "./head.ts";
import type { AuditKey } from "./key.ts";
import type { AuditRow } from "./row.ts";

const COLUMNS = ["seq", "previous_hash", "hash", ...AUDIT_COLUMNS] as const;
const INSERT_INTO = `INSERT INTO proxmox_mcp_audit (${COLUMNS.join(", ")})`;
const INSERT = `${INSERT_INTO} VALUES (${COLUMNS.map((_, at) => `$${at + 1}`).join(", ")})`;
const HEAD = "SELECT seq, hash FROM proxmox_mcp_audit_head WHERE id = 1";
const MOVE_HEAD =
  "UPDATE proxmox_mcp_audit_head SET seq = $1, hash = $2, probes = probes + 1 WHERE id = 1";
const PROBE = "UPDATE proxmox_mcp_audit_head SET probes = probes + 1 WHERE id = 1 RETURNING seq";

/** A row as it goes into the table, where what is to begin with it begins. */
export interface Entry {
  readonly time: Date;
  readonly values: AuditValues;
  readonly beginning?: BeginningStatement | undefined;
}

const NONE: ReadonlySet<Entry> = new Set();

/** The end of the chain, to which every instance on one database appends. */
export class ChainEnd {
  readonly #database: Database;
  readonly #key: AuditKey | null;
  readonly #rowsOfJson: Dialect["rowsOfJson"];
  /** Where this instance appended last. */
  #left: TrailHead | undefined;

  constructor(database: Database, key: AuditKey | null) {
    this.#database = database;
    this.#key = key;
    this.#rowsOfJson = database.dialect.rowsOfJson;
  }

  /** What a row will be in the table. */
  entryOf(row: AuditRow, beginning?: BeginningStatement): Entry {
    return { time: row.time, values: valuesOf(row, this.#key), beginning };
  }

  /**
   * Appends durably; at once where nobody else has appended since this instance did. Gives those that are left
   * out since what was to begin with them has been begun by another.
   */
  async append(entries: readonly Entry[]): Promise<ReadonlySet<Entry>> {
    const head = this.#left;
    this.#left = undefined;
    const beginnings = entries.flatMap(({ beginning }) => beginning ?? []);
    if (head && this.#rowsOfJson && areApart(beginnings)) {
      const database: Queryable = { all: (...statement) => this.#database.write(...statement) };
      this.#left = await this.#append(database, { head, entries, beginnings });
      if (this.#left) return NONE;
    }
    // What the attempt has begun is begun again: it is this instance's own.
    const { end, left } = await this.#database.transaction(async (tx) => {
      const left = await notBegun(tx, entries);
      const kept = entries.filter((entry) => !left.has(entry));
      return { end: kept.length === 0 ? undefined : await this.appendIn(tx, kept), left };
    }, { remembered: false });
    this.#left = end;
    return left;
  }

  /** The same as part of a transaction, which holds the head until it ends. Gives the new head. */
  async appendIn(tx: Queryable, entries: readonly Entry[]): Promise<TrailHead> {
    const head = await this.lock(tx);
    return await this.#append(tx, { head, entries }) ?? head;
  }

  /** Commits a change that is no row. */
  async probe(): Promise<void> {
    if ((await this.#database.write(PROBE)).length === 0) throw headMissing();
  }

  async head(): Promise<TrailHead> {
    return headOf(await this.#database.all(HEAD));
  }

  async lock(tx: Queryable): Promise<TrailHead> {
    return headOf(await tx.all(`${HEAD} ${this.#database.dialect.forUpdate}`));
  }

  /** The new head; undefined when the chain does not end where it was thought to, or something does not begin. */
  async #append(
    queryable: Queryable,
    { head, entries, beginnings = [] }: {
      head: TrailHead;
      entries: readonly Entry[];
      beginnings?: readonly BeginningStatement[];
    },
  ): Promise<TrailHead | undefined> {
    const { rows, end } = this.#linked(head, entries);
    if (this.#rowsOfJson === null) {
      for (const row of rows) await queryable.all(INSERT, COLUMNS.map((column) => row[column]));
      await queryable.all(MOVE_HEAD, [end.seq, end.hash]);
      return end;
    }
    const [first] = beginnings;
    const statement = appendAt(this.#rowsOfJson("proxmox_mcp_audit", "$5"), first?.together("$6"));
    const values = [end.seq, end.hash, head.seq, head.hash, JSON.stringify(rows)];
    const begun = JSON.stringify(beginnings.map(({ row }) => row));
    if (first) values.push(begun, beginnings.length);
    return (await queryable.all(statement, values)).length > 0 ? end : undefined;
  }

  #linked(head: TrailHead, entries: readonly Entry[]) {
    let end = head;
    const rows = entries.map(
      ({ time, values }): Readonly<Record<typeof COLUMNS[number], Value>> => {
        const hash = hashOf(end.hash, { values, key: this.#key });
        const row = { ...values, time, seq: end.seq + 1, previous_hash: end.hash, hash };
        end = row;
        return row;
      },
    );
    return { rows, end: { seq: end.seq, hash: end.hash } };
  }
}

/**
 * Appends these rows at a head and gives them, none when it has moved or when not all that is to begin with them
 * has begun.
 */
function appendAt(rows: string, begin: string | undefined): string {
  const begun = begin === undefined ? "" : `begun AS (${begin}),`;
  const all = begin === undefined ? "" : "AND (SELECT count(*) FROM begun) = $7::bigint";
  return `WITH ${begun} head AS (${MOVE_HEAD} AND seq = $3 AND hash = $4 ${all} RETURNING id)
    ${INSERT_INTO} SELECT ${COLUMNS.map((column) => `added.${column}`).join(", ")}
    FROM head, ${rows} AS added RETURNING seq`;
}

/** One statement begins nothing twice. */
function areApart(beginnings: readonly BeginningStatement[]): boolean {
  return new Set(beginnings.map(({ row }) => row.key)).size === beginnings.length;
}

/** Begins what is to begin with these, in one order on all instances: none waits for another in a circle. */
async function notBegun(tx: Queryable, entries: readonly Entry[]): Promise<ReadonlySet<Entry>> {
  const left = new Set<Entry>();
  const keyOf = ({ beginning }: Entry) => beginning?.row.key ?? "";
  for (const entry of entries.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1)) {
    const { beginning } = entry;
    if (beginning && (await tx.all(beginning.text, beginning.params)).length === 0) left.add(entry);
  }
  return left;
}

function headOf([head]: readonly Row[]): TrailHead {
  if (head !== undefined) return { seq: Number(head.seq), hash: String(head.hash) };
  throw headMissing();
}

function headMissing(): AppError {
  return new AppError("unavailable", "Cannot write the audit trail: its head is missing");
}
