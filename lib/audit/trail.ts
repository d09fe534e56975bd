import { setImmediate } from "node:timers";
import type { Terms } from "../database/beginning.ts";
import type { Database, Row, Value } from "../database/database.ts";
import { GroupCommit } from "../database/group_commit.ts";
import { AppError } from "../errors.ts";
import { AUDIT_COLUMNS } from "./chain.ts";
import { ChainEnd, type Entry } from "./chain_end.ts";
import { checkpointRow, keyRow } from "./checkpoint.ts";
import { auditOf } from "./columns.ts";
import type { TrailHead } from "./head.ts";
import type { AuditKey } from "./key.ts";
import type {
  AuditFilter,
  AuditPrune,
  AuditPruneReport,
  AuditRow,
  AuditVerification,
  StoredAuditRow,
} from "./row.ts";
import type { TrailOptions } from "./trail_options.ts";
import { verifyChain } from "./verify.ts";

const ROWS_PER_COMMIT = 200;
/** Takes some 200 ms, during which nobody else can write. */
const ROWS_PER_PRUNE = 10_000;
/** Whoever waits to write looks for its turn more often. */
const OTHERS_TURN_MS = 20;
/** One look takes some 50 ms, during which nobody else is answered where the database is a file. */
const ROWS_PER_LOOK = 20_000;
const MAX_LISTED = 10_000;
const LISTED = 100;

/** A call's outcome tells what its intent told: an intent is listed only where it stands alone. */
const LISTED_ROWS = `NOT (outcome = 'intent' AND EXISTS (SELECT 1 FROM proxmox_mcp_audit AS other
  WHERE other.call_id = proxmox_mcp_audit.call_id AND other.outcome <> 'intent'))`;
const CHANGES = `EXISTS (SELECT 1 FROM proxmox_mcp_audit AS intent
  WHERE intent.call_id = proxmox_mcp_audit.call_id AND intent.outcome = 'intent')`;
const OF_GUEST = "(vmid = $1 OR " +
  "',' || vmids || ',' LIKE '%,' || CAST(CAST($1 AS bigint) AS text) || ',%')";

/**
 * The table `proxmox_mcp_audit`, whose rows each carry the hash of the one before. Where the database
 * refuses tables of our own nothing is kept, and there is nothing to read.
 */
export class AuditTrail {
  readonly #database: Database;
  readonly #columns: string;
  readonly #key: AuditKey | null;
  readonly #end: ChainEnd;
  readonly #commits: GroupCommit<Entry | null, boolean>;

  constructor(database: Database, { key = null, onLoss = () => {} }: TrailOptions = {}) {
    const time = `${database.dialect.utcText("time")} AS time`;
    const columns = AUDIT_COLUMNS.map((column) => column === "time" ? time : column);
    this.#database = database;
    this.#key = key;
    this.#end = new ChainEnd(database, { key, onLoss });
    this.#columns = ["seq", ...columns, "previous_hash", "hash"].join(", ");
    const { turn } = database;
    this.#commits = new GroupCommit((rows) => this.#write(rows), { max: ROWS_PER_COMMIT, turn });
  }

  /**
   * Appends one row; resolves only when it is durable. Rows appended together share a commit. False, and no
   * row, where the terms do not hold.
   */
  async append(row: AuditRow, { beginning, halts }: Terms = {}): Promise<boolean> {
    const { ownTables } = this.#database;
    if (!ownTables && await halts?.find() !== undefined) return false;
    const statement = beginning?.statement;
    if (beginning !== undefined && statement === undefined && !await beginning.alone()) {
      return false;
    }
    if (!ownTables) return true;
    const terms = { beginning: statement, unlessHalted: halts !== undefined };
    return await this.#commits.submit(this.#end.entryOf(row, terms));
  }

  /**
   * Rejects when a row could not be written now, so that no call need run unaudited. Commits a change
   * that is no row, so that a full disk shows.
   */
  async check(): Promise<void> {
    if (this.#database.ownTables) await this.#commits.submit(null);
  }

  /** Newest first. Where few rows fit, others get their turn while the rest is looked through. */
  async list(filter: AuditFilter = {}): Promise<StoredAuditRow[]> {
    this.#requireTable();
    const { vmid, outcome, limit = LISTED } = filter;
    const conditions: [string, Value | undefined][] = [
      [OF_GUEST, vmid],
      ["username = $1", filter.user],
      ["tool = $1", filter.tool],
      ["outcome = $1", outcome],
      ["time >= $1", filter.since],
      ["time < $1", filter.until],
      ["seq < $1", filter.before],
    ];
    const given = conditions.filter(([, value]) => value !== undefined);
    const where = given.map(([condition], at) => condition.replaceAll("$1", `$${at + 1}`));
    const { clusters } = filter;
    if (clusters) {
      const names = clusters.map((_, at) => `$${given.length + at + 1}`).join(", ");
      where.push(clusters.length === 0 ? "1 = 0" : `cluster IN (${names})`);
    }
    if (outcome === undefined) where.push(LISTED_ROWS);
    if (filter.changes) where.push(CHANGES);
    const params = [...given.map(([, value]) => value as Value), ...clusters ?? []];
    const [from, to, most] = [1, 2, 3].map((at) => `$${params.length + at}`);
    const query = `SELECT ${this.#columns} FROM proxmox_mcp_audit
      WHERE ${[...where, `seq > ${from}`, `seq <= ${to}`].join(" AND ")}
      ORDER BY seq DESC LIMIT ${most}`;
    const wanted = Math.min(Math.max(Math.trunc(limit), 0), MAX_LISTED);
    const rows: Row[] = [];
    let end = await this.#lastOf(filter);
    while (end !== null && rows.length < wanted) {
      // The user's rows have an index.
      const begin = filter.user === undefined ? Math.max(end - ROWS_PER_LOOK, 0) : 0;
      const found = await this.#database.all(query, [...params, begin, end, wanted - rows.length]);
      rows.push(...found);
      await new Promise<void>((resolve) => setImmediate(resolve));
      end = rows.length < wanted ? await this.#lastOf({ ...filter, before: begin + 1 }) : null;
    }
    return rows.map(auditOf);
  }

  /** Below `before`, the place of the last row where one may stand that is as new as is asked; null if none is. */
  async #lastOf({ before, since }: AuditFilter): Promise<number | null> {
    if (before === undefined) return (await this.#end.head()).seq;
    const [row] = await this.#database.all(
      `SELECT 1 AS one FROM proxmox_mcp_audit
        WHERE seq < $1 ${since === undefined ? "" : "AND time >= $2"} LIMIT 1`,
      since === undefined ? [before] : [before, since],
    );
    return row === undefined ? null : before - 1;
  }

  /** The last row's place and hash, to be kept where nobody who writes the database can. */
  async head(): Promise<TrailHead> {
    this.#requireTable();
    return await this.#end.head();
  }

  /**
   * Reads the whole trail as it is at one moment and reports where its chain breaks, and whether it still
   * holds a head that was kept elsewhere.
   */
  async verify({ kept = null }: { kept?: TrailHead | null } = {}): Promise<AuditVerification> {
    this.#requireTable();
    const expected = { columns: this.#columns, key: this.#key, kept };
    return await this.#database.snapshot((tx) => verifyChain(tx, expected));
  }

  /** Appends a row that says from where on the key signs; what stands before is held by its hash. */
  async anchor({ by, at }: { by: string; at: Date }): Promise<void> {
    await this.append(keyRow({ by, at, keyId: this.#key?.id ?? "" }));
  }

  /**
   * Removes old rows, some at once so that nobody waits long for the database, and appends a row for each such
   * part that signs for it: verification passes wherever this ends. Throws AppError `conflict` when the trail
   * does not verify: a checkpoint would cover up what happened to it.
   *
   * @param options.pause what is waited for between the parts; 20 ms when not given
   */
  async prune(
    prune: AuditPrune,
    { rowsAtOnce = ROWS_PER_PRUNE, pause = othersTurn }: {
      rowsAtOnce?: number;
      pause?: () => Promise<unknown>;
    } = {},
  ): Promise<AuditPruneReport> {
    const [problem] = (await this.verify()).problems;
    if (problem !== undefined) {
      throw new AppError("conflict", `Cannot prune the audit trail: ${problem.message}`);
    }
    const [kept] = await this.#database.all(
      "SELECT min(seq) AS seq FROM proxmox_mcp_audit WHERE time >= $1",
      [prune.before],
    );
    const through = kept?.seq === null ? (await this.#end.head()).seq : Number(kept?.seq) - 1;
    let report: AuditPruneReport = { removed: 0, checkpoint: null };
    for (;;) {
      const part = await this.#prunePart(prune, { through, most: rowsAtOnce });
      if (part === null) return report;
      report = { removed: report.removed + part.removed, checkpoint: part.checkpoint };
      await pause();
    }
  }

  /** Null when no row up to there is left. */
  async #prunePart(
    prune: AuditPrune,
    { through: last, most }: { through: number; most: number },
  ): Promise<{ removed: number; checkpoint: number } | null> {
    return await this.#database.transaction(async (tx) => {
      await this.#end.lock(tx);
      const [oldest] = await tx.all("SELECT min(seq) AS seq FROM proxmox_mcp_audit", []);
      const first = Number(oldest?.seq);
      const through = Math.min(first + most - 1, last);
      if (first > through) return null;
      const [end] = await tx.all("SELECT hash FROM proxmox_mcp_audit WHERE seq = $1", [through]);
      const removed = await tx.all(
        "DELETE FROM proxmox_mcp_audit WHERE seq BETWEEN $1 AND $2 RETURNING seq",
        [first, through],
      );
      const signed = { first, through, rows: removed.length, hash: String(end?.hash) };
      const entries = [this.#end.entryOf(checkpointRow(prune, signed))];
      const { seq } = await this.#end.appendIn(tx, entries);
      return { removed: removed.length, checkpoint: seq };
    });
  }

  /** Tells of each whether it was appended. */
  async #write(submitted: readonly (Entry | null)[]): Promise<boolean[]> {
    const entries = submitted.filter((entry) => entry !== null);
    const left = await (entries.length === 0 ? this.#end.probe() : this.#end.append(entries));
    return submitted.map((entry) => entry === null || !left?.has(entry));
  }

  #requireTable(): void {
    if (this.#database.ownTables) return;
    throw new AppError("invalid", "Cannot read the audit trail: audit.database is false");
  }
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, OTHERS_TURN_MS));
}
