import { AppError } from "../errors.ts";
import type {
  AuditFilter,
  AuditPrune,
  AuditPruneReport,
  AuditRow,
  AuditVerification,
  StoredAuditRow,
} from "./row.ts";
import {
  AUDIT_COLUMNS,
  auditOf,
  CHECKPOINT_DOOR,
  CHECKPOINT_TOOL,
  fieldsOf,
  hashOf,
} from "./chain.ts";
import { verifyChain } from "./verify.ts";
import type { Database, Queryable, Value } from "../database/database.ts";
import { GroupCommit } from "../database/group_commit.ts";

const ROWS_PER_COMMIT = 200;
const ROWS_PER_DELETE = 5_000;
const MOST_LISTED = 10_000;
const LISTED = 100;

/** Rows that one statement inserts: few sizes, so that few statements are prepared. */
const INSERT_SIZES = [50, 10, 1];

/** The last row's place and hash; whoever appends holds its lock until the commit. */
interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** A row as it goes into the table. */
interface Entry {
  readonly time: Date;
  readonly fields: ReturnType<typeof fieldsOf>;
}

/** The table `proxmox_mcp_audit`, whose rows each carry the hash of the one before. */
export class AuditTrail {
  readonly #database: Database;
  readonly #columns: string;
  readonly #commits: GroupCommit<Entry | null>;

  constructor(database: Database) {
    this.#database = database;
    this.#columns = ["seq", `${database.dialect.auditTime} AS time`, ...AUDIT_COLUMNS.slice(1)]
      .concat("previous_hash", "hash").join(", ");
    this.#commits = new GroupCommit((rows) => this.#write(rows), { most: ROWS_PER_COMMIT });
  }

  async append(row: AuditRow): Promise<void> {
    await this.#commits.submit(entryOf(row));
  }

  /** Commits a change that is no row, so that a full disk shows. */
  check(): Promise<void> {
    return this.#commits.submit(null);
  }

  async list(filter: AuditFilter): Promise<StoredAuditRow[]> {
    const conditions: [string, Value | undefined][] = [
      ["username =", filter.user],
      ["tool =", filter.tool],
      ["vmid =", filter.vmid],
      ["outcome =", filter.outcome],
      ["time >=", filter.since],
      ["time <", filter.until],
    ];
    const given = conditions.filter(([, value]) => value !== undefined);
    const where = given.map(([condition], at) => `${condition} $${at + 1}`).join(" AND ");
    const limit = Math.min(Math.max(Math.trunc(filter.limit ?? LISTED), 0), MOST_LISTED);
    const rows = await this.#database.all(
      `SELECT ${this.#columns} FROM proxmox_mcp_audit ${where === "" ? "" : `WHERE ${where}`}
        ORDER BY seq DESC LIMIT $${given.length + 1}`,
      [...given.map(([, value]) => value as Value), limit],
    );
    return rows.map(auditOf);
  }

  verify(): Promise<AuditVerification> {
    return this.#database.snapshot((tx) => verifyChain(tx, this.#columns));
  }

  /**
   * Throws AppError `conflict` when the trail does not verify: a checkpoint would cover up what
   * happened to it.
   */
  async prune(prune: AuditPrune): Promise<AuditPruneReport> {
    const [problem] = (await this.verify()).problems;
    if (problem !== undefined) {
      throw new AppError("conflict", `Cannot prune the audit trail: ${problem.message}`);
    }
    return await this.#database.transaction(async (tx) => {
      const head = await this.#lockHead(tx);
      const [kept] = await tx.all(
        "SELECT min(seq) AS seq FROM proxmox_mcp_audit WHERE time >= $1",
        [prune.before],
      );
      const through = kept?.seq === null ? head.seq : Number(kept?.seq) - 1;
      const [old] = await tx.all(
        "SELECT min(seq) AS first, count(*) AS rows FROM proxmox_mcp_audit WHERE seq <= $1",
        [through],
      );
      const removed = Number(old?.rows);
      if (removed === 0) return { removed, checkpoint: null };
      const first = Number(old?.first);
      const [last] = await tx.all("SELECT hash FROM proxmox_mcp_audit WHERE seq = $1", [through]);
      const signed = { before: prune.before, first, through, rows: removed, hash: last?.hash };
      await remove(tx, { first, through });
      const entries = [entryOf(checkpointRow(prune, signed))];
      const { seq } = await this.#append(tx, { head, entries });
      return { removed, checkpoint: seq };
    });
  }

  async #write(submitted: readonly (Entry | null)[]): Promise<void> {
    const entries = submitted.filter((entry) => entry !== null);
    await this.#database.transaction(async (tx) => {
      if (entries.length === 0) await probe(tx);
      else await this.#append(tx, { head: await this.#lockHead(tx), entries });
    });
  }

  async #lockHead(tx: Queryable): Promise<Head> {
    const { forUpdate } = this.#database.dialect;
    const [head] = await tx.all(
      `SELECT seq, hash FROM proxmox_mcp_audit_head WHERE id = 1 ${forUpdate}`,
    );
    if (head !== undefined) return { seq: Number(head.seq), hash: String(head.hash) };
    throw headMissing();
  }

  async #append(
    tx: Queryable,
    { head, entries }: { head: Head; entries: readonly Entry[] },
  ): Promise<Head> {
    let { seq, hash } = head;
    const rows = entries.map(({ time, fields }): Value[] => {
      const previous = hash;
      seq++;
      hash = hashOf(previous, fields);
      return [seq, previous, hash, time, ...fields.slice(1)];
    });
    await insert(tx, rows);
    await tx.all(
      "UPDATE proxmox_mcp_audit_head SET seq = $1, hash = $2, probes = probes + 1 WHERE id = 1",
      [seq, hash],
    );
    return { seq, hash };
  }
}

function entryOf(row: AuditRow): Entry {
  return { time: row.time, fields: fieldsOf(row) };
}

async function probe(tx: Queryable): Promise<void> {
  const query = "UPDATE proxmox_mcp_audit_head SET probes = probes + 1 WHERE id = 1 RETURNING seq";
  if ((await tx.all(query)).length === 0) throw headMissing();
}

function headMissing(): AppError {
  return new AppError("unavailable", "Cannot write the audit trail: its head is missing");
}

async function insert(tx: Queryable, rows: readonly Value[][]): Promise<void> {
  let at = 0;
  while (at < rows.length) {
    const size = INSERT_SIZES.find((known) => known <= rows.length - at) ?? 1;
    await tx.all(insertStatement(size), rows.slice(at, at + size).flat());
    at += size;
  }
}

function insertStatement(rows: number): string {
  const columns = ["seq", "previous_hash", "hash", ...AUDIT_COLUMNS];
  const tuples = Array.from({ length: rows }, (_, row) => {
    const numbers = columns.map((_, column) => `$${row * columns.length + column + 1}`);
    return `(${numbers.join(", ")})`;
  });
  return `INSERT INTO proxmox_mcp_audit (${columns.join(", ")}) VALUES ${tuples.join(", ")}`;
}

/** In pieces, so that no statement runs into its time limit. */
async function remove(
  tx: Queryable,
  { first, through }: { first: number; through: number },
): Promise<void> {
  for (let from = first; from <= through; from += ROWS_PER_DELETE) {
    const to = Math.min(from + ROWS_PER_DELETE - 1, through);
    await tx.all("DELETE FROM proxmox_mcp_audit WHERE seq BETWEEN $1 AND $2", [from, to]);
  }
}

function checkpointRow({ by, at }: AuditPrune, signed: Record<string, unknown>): AuditRow {
  return {
    time: at,
    requestId: "",
    user: by,
    tokenId: null,
    tokenName: "",
    address: "",
    door: CHECKPOINT_DOOR,
    tool: CHECKPOINT_TOOL,
    scope: null,
    arguments: JSON.stringify(signed),
    vmid: null,
    outcome: "ok",
    error: "",
    upid: "",
    durationMs: 0,
  };
}
