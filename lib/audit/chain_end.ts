import type { Database, Queryable, Row, Value } from "../database/database.ts";
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

/** A row as it goes into the table. */
export interface Entry {
  readonly time: Date;
  readonly values: AuditValues;
}

/** The end of the chain, to which every instance on one database appends. */
export class ChainEnd {
  readonly #database: Database;
  readonly #key: AuditKey | null;
  /** Appends at a head and gives the rows, none when it has moved; null where one statement cannot. */
  readonly #appendAt: string | null;
  /** Where this instance appended last. */
  #left: TrailHead | undefined;

  constructor(database: Database, key: AuditKey | null) {
    const { rowsOfJson } = database.dialect;
    this.#database = database;
    this.#key = key;
    this.#appendAt = rowsOfJson && `
      WITH head AS (${MOVE_HEAD} AND seq = $3 AND hash = $4 RETURNING id)
      ${INSERT_INTO} SELECT ${COLUMNS.map((column) => `added.${column}`).join(", ")}
      FROM head, ${rowsOfJson("proxmox_mcp_audit", "$5")} AS added RETURNING seq`;
  }

  /** What a row will be in the table. */
  entryOf(row: AuditRow): Entry {
    return { time: row.time, values: valuesOf(row, this.#key) };
  }

  /** Appends durably; at once where nobody else has appended since this instance did. */
  async append(entries: readonly Entry[]): Promise<void> {
    const head = this.#left;
    this.#left = undefined;
    const database: Queryable = { all: (...statement) => this.#database.write(...statement) };
    this.#left = head && this.#appendAt && await this.#append(database, { head, entries }) ||
      await this.#database.transaction((tx) => this.appendIn(tx, entries), { remembered: false });
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

  /** The new head; undefined when the chain does not end where it was thought to. */
  async #append(
    queryable: Queryable,
    { head, entries }: { head: TrailHead; entries: readonly Entry[] },
  ): Promise<TrailHead | undefined> {
    const { rows, end } = this.#linked(head, entries);
    if (this.#appendAt === null) {
      for (const row of rows) await queryable.all(INSERT, COLUMNS.map((column) => row[column]));
      await queryable.all(MOVE_HEAD, [end.seq, end.hash]);
      return end;
    }
    const values = [end.seq, end.hash, head.seq, head.hash, JSON.stringify(rows)];
    return (await queryable.all(this.#appendAt, values)).length > 0 ? end : undefined;
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

function headOf([head]: readonly Row[]): TrailHead {
  if (head !== undefined) return { seq: Number(head.seq), hash: String(head.hash) };
  throw headMissing();
}

function headMissing(): AppError {
  return new AppError("unavailable", "Cannot write the audit trail: its head is missing");
}
