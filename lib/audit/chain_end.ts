import type { BeginningStatement } from "../database/beginning.ts";
import type { Database, Dialect, Load, Queryable, Row, Value } from "../database/database.ts";
import { IS_HALTED } from "../database/halts.ts";
import { AppError } from "../errors.ts";
import { AUDIT_COLUMNS, type AuditValues, hashOf, valuesOf } from "./chain.ts";
import type { TrailHead } from "./head.ts";
import type { AuditKey } from "./key.ts";
import type { AuditRow } from "./row.ts";
import type { TrailOptions } from "./trail_options.ts";

const COLUMNS = ["seq", "previous_hash", "hash", ...AUDIT_COLUMNS] as const;
const INSERT_INTO = `INSERT INTO proxmox_mcp_audit (${COLUMNS.join(", ")})`;
const INSERT = `${INSERT_INTO} VALUES (${COLUMNS.map((_, at) => `$${at + 1}`).join(", ")})`;
const HEAD = "SELECT seq, hash FROM proxmox_mcp_audit_head WHERE id = 1";
const MOVE_HEAD =
  "UPDATE proxmox_mcp_audit_head SET seq = $1, hash = $2, probes = probes + 1 WHERE id = 1";
const PROBE = "UPDATE proxmox_mcp_audit_head SET probes = probes + 1 WHERE id = 1 RETURNING seq";

/** On what terms a row goes into the table; see `Terms`. */
interface EntryTerms {
  readonly beginning?: BeginningStatement | undefined;
  readonly unlessHalted?: boolean;
}

/** What is to begin with the rows: nothing while a halt is in force. */
const BEGINNINGS = `(CASE WHEN ${IS_HALTED} THEN '[]' ELSE $6 END)`;

/** A row as it goes into the table, where its terms hold. */
export interface Entry extends EntryTerms {
  readonly time: Date;
  readonly values: AuditValues;
}

const NONE: ReadonlySet<Entry> = new Set();

/** The end of the chain, to which every instance on one database appends. */
export class ChainEnd {
  readonly #database: Database;
  readonly #key: AuditKey | null;
  readonly #rowsOfJson: Dialect["rowsOfJson"];
  readonly #onLoss: (message: string) => void;
  /** Where this instance appended last. */
  #left: TrailHead | undefined;
  /** The last row that it has made durable. */
  #durable = 0;

  constructor(database: Database, { key, onLoss }: Required<TrailOptions>) {
    this.#database = database;
    this.#key = key;
    this.#onLoss = onLoss;
    this.#rowsOfJson = database.dialect.rowsOfJson;
  }

  /** What a row will be in the table. */
  entryOf(row: AuditRow, terms: EntryTerms = {}): Entry {
    return { time: row.time, values: valuesOf(row, this.#key), ...terms };
  }

  /**
   * Appends durably; at once where nobody else has appended since this instance did. Gives those that are left
   * out since their terms do not hold.
   */
  async append(entries: readonly Entry[]): Promise<ReadonlySet<Entry>> {
    const head = this.#left;
    this.#left = undefined;
    const beginnings = entries.flatMap(({ beginning }) => beginning ?? []);
    if (head && this.#rowsOfJson && areApart(beginnings)) {
      const database: Queryable = { all: (...statement) => this.#database.write(...statement) };
      // What begins and what is kept of others that have begun would wait for one another.
      const load = beginnings.length === 0 ? this.#database.takeAlong?.() : undefined;
      const writing = this.#append(database, { head, entries, isAlone: true, load });
      load?.settledBy(writing);
      this.#keep(await writing);
      if (this.#left) return NONE;
    }
    // What the attempt has begun is begun again: it is this instance's own.
    const { end, left } = await this.#database.transaction(async (tx) => {
      const left = await withoutTerms(tx, entries);
      const kept = entries.filter((entry) => !left.has(entry));
      return { end: kept.length === 0 ? undefined : await this.appendIn(tx, kept), left };
    }, { remembered: false });
    this.#keep(end);
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
    const head = headOf(await tx.all(`${HEAD} ${this.#database.dialect.forUpdate}`));
    if (head.seq < this.#durable) {
      const rows = `rows ${head.seq + 1} to ${this.#durable}`;
      this.#onLoss(`Audit rows are lost: ${rows} were written and the database has them no more`);
      this.#durable = head.seq;
    }
    return head;
  }

  #keep(end: TrailHead | undefined): void {
    this.#left = end;
    this.#durable = end?.seq ?? this.#durable;
  }

  /** The new head; undefined when the chain does not end where it was thought to, or terms do not hold. */
  async #append(
    queryable: Queryable,
    { head, entries, isAlone = false, load }: {
      head: TrailHead;
      entries: readonly Entry[];
      /** True where no transaction has seen to the terms. */
      isAlone?: boolean;
      load?: Load | undefined;
    },
  ): Promise<TrailHead | undefined> {
    const { rows, end } = this.#linked(head, entries);
    if (this.#rowsOfJson === null) {
      for (const row of rows) await queryable.all(INSERT, COLUMNS.map((column) => row[column]));
      await queryable.all(MOVE_HEAD, [end.seq, end.hash]);
      return end;
    }
    const terms = isAlone ? entries : [];
    const beginnings = terms.flatMap(({ beginning }) => beginning ?? []);
    const [first] = beginnings;
    const statement = appendAt(this.#rowsOfJson("proxmox_mcp_audit", "$5"), {
      begin: first?.together(BEGINNINGS),
      unlessHalted: terms.some(({ unlessHalted }) => unlessHalted),
      along: load?.parts.map(({ statement }, at) => statement(`$${6 + at}`)) ?? [],
    });
    const values = [end.seq, end.hash, head.seq, head.hash, JSON.stringify(rows)];
    const begun = JSON.stringify(beginnings.map(({ row }) => row));
    if (first) values.push(begun, beginnings.length);
    for (const { rows } of load?.parts ?? []) values.push(rows);
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
 * Appends these rows at a head and gives them, none when it has moved, when not all that is to begin with them
 * has begun, or while a halt holds them up. What goes along is written whatever becomes of them, and before the
 * head is locked, as what begins is.
 */
function appendAt(
  rows: string,
  { along, begin, unlessHalted }: {
    along: readonly string[];
    begin: string | undefined;
    unlessHalted: boolean;
  },
): string {
  const begun = begin === undefined ? "" : `begun AS (${begin}),`;
  const all = begin === undefined ? "" : "AND (SELECT count(*) FROM begun) = $7::bigint";
  const halted = unlessHalted ? `AND NOT ${IS_HALTED}` : "";
  const load = along.map((statement, at) => `along${at} AS (${statement}),`).join("\n");
  const first = along.map((_, at) => `AND (SELECT count(*) FROM along${at}) >= 0`).join(" ");
  return `WITH ${begun} ${load} head AS (
      ${MOVE_HEAD} AND seq = $3 AND hash = $4 ${first} ${all} ${halted} RETURNING id)
    ${INSERT_INTO} SELECT ${COLUMNS.map((column) => `added.${column}`).join(", ")}
    FROM head, ${rows} AS added RETURNING seq`;
}

/** One statement begins nothing twice. */
function areApart(beginnings: readonly BeginningStatement[]): boolean {
  return new Set(beginnings.map(({ row }) => row.key)).size === beginnings.length;
}

/**
 * Those of these whose terms do not hold. Begins what is to begin with the others, in one order on all
 * instances: none waits for another in a circle.
 */
async function withoutTerms(tx: Queryable, entries: readonly Entry[]): Promise<ReadonlySet<Entry>> {
  const haltable = entries.filter(({ unlessHalted }) => unlessHalted);
  const isHalted = haltable.length > 0 && (await tx.all(`SELECT 1 WHERE ${IS_HALTED}`)).length > 0;
  const left = new Set(isHalted ? haltable : []);
  const keyOf = ({ beginning }: Entry) => beginning?.row.key ?? "";
  for (const entry of entries.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1)) {
    const { beginning } = entry;
    if (left.has(entry) || !beginning) continue;
    if ((await tx.all(beginning.text, beginning.params)).length === 0) left.add(entry);
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
