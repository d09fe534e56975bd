import { AppError } from "../errors.ts";
import type { Database, Row } from "./database.ts";
import { textOf } from "./values.ts";

/**
 * How a rehearsal came out; empty while that is not known. One that was `aborted` tells nothing of the
 * backup.
 */
export type RehearsalResult = "" | "proved" | "started" | "failed" | "aborted";

/** A backup that is restored to a copy, tried, and destroyed again. */
export interface Rehearsal {
  readonly id: string;
  /** The guest that the backup is of. */
  readonly vmid: number;
  readonly type: "qemu" | "lxc";
  readonly volid: string;
  readonly archiveTime: Date | null;
  readonly node: string;
  readonly copyVmid: number;
  readonly storage: string;
  readonly begunBy: string;
  readonly tokenName: string;
  readonly begun: Date;
  /** Of the restore; empty until Proxmox has named it. */
  readonly upid: string;
  readonly state: "restoring" | "booting" | "destroying" | "ended";
  readonly result: RehearsalResult;
  readonly restoreMs: number | null;
  readonly bootMs: number | null;
  /** JSON of what the copy told; empty when nothing. */
  readonly answered: string;
  readonly error: string;
  /** When the copy was gone; null until then. */
  readonly ended: Date | null;
}

/** What the rehearsals of one guest's backups have shown. */
export interface LastRehearsal {
  readonly vmid: number;
  readonly result: "proved" | "started" | "failed";
  readonly provedAt: Date | null;
}

const COLUMNS =
  `id, vmid, type, volid, archive_time, node, copy_vmid, storage, begun_by, token_name,
  begun, upid, state, result, restore_ms, boot_ms, answered, error, ended`;
const INSERT = `INSERT INTO proxmox_mcp_rehearsal (${COLUMNS}, cluster)
  VALUES (${Array.from({ length: 20 }, (_, at) => `$${at + 1}`).join(", ")})`;
const UPDATE = `UPDATE proxmox_mcp_rehearsal SET upid = $2, state = $3, result = $4,
  restore_ms = $5, boot_ms = $6, answered = $7, error = $8, ended = $9 WHERE id = $1`;
const FIND = `SELECT ${COLUMNS} FROM proxmox_mcp_rehearsal WHERE cluster = $1 AND id = $2`;
const OPEN = `SELECT ${COLUMNS} FROM proxmox_mcp_rehearsal WHERE cluster = $1 AND ended IS NULL
  ORDER BY begun`;
const WITH_OPEN = "SELECT DISTINCT cluster FROM proxmox_mcp_rehearsal WHERE ended IS NULL";
const LIST = `SELECT ${COLUMNS} FROM proxmox_mcp_rehearsal WHERE cluster = $1
  ORDER BY begun DESC LIMIT $2`;
const OF_GUEST = `SELECT ${COLUMNS} FROM proxmox_mcp_rehearsal WHERE cluster = $1 AND vmid = $3
  ORDER BY begun DESC LIMIT $2`;
const LAST = `SELECT r.vmid, r.result, l.proved FROM proxmox_mcp_rehearsal r JOIN (
    SELECT vmid, MAX(begun) AS begun, MAX(CASE WHEN result = 'proved' THEN begun END) AS proved
    FROM proxmox_mcp_rehearsal WHERE cluster = $1 AND result NOT IN ('', 'aborted') GROUP BY vmid
  ) l ON l.vmid = r.vmid AND l.begun = r.begun
  WHERE r.cluster = $1 AND r.result NOT IN ('', 'aborted')`;

/** The rehearsals in one cluster, of all instances. A database that refuses tables of the program's own keeps none. */
export class Rehearsals {
  readonly #database: Database;

  readonly #cluster: string;

  constructor(database: Database, cluster: string) {
    this.#database = database;
    this.#cluster = cluster;
  }

  /**
   * Keeps one that is about to begin, durably.
   *
   * @throws AppError `conflict` where nothing can be kept: who dies over it could not clean up
   */
  async begin(rehearsal: Rehearsal): Promise<void> {
    if (!this.#database.ownTables) {
      throw new AppError(
        "conflict",
        "the database keeps no tables of this program (audit.database)",
      );
    }
    const { id, vmid, type, volid, archiveTime, node, copyVmid, storage } = rehearsal;
    const { begunBy, tokenName, begun } = rehearsal;
    const [, ...rest] = changing(rehearsal);
    await this.#database.transaction((tx) =>
      tx.all(INSERT, [
        ...[id, vmid, type, volid, archiveTime?.getTime() ?? null, node, copyVmid, storage],
        ...[begunBy, tokenName, begun.getTime()],
        ...[...rest, this.#cluster],
      ])
    );
  }

  /** Keeps what has become of it. */
  async keep(rehearsal: Rehearsal): Promise<void> {
    await this.#database.write(UPDATE, changing(rehearsal));
  }

  /** Those whose copy may be there still, the oldest first. */
  open(): Promise<Rehearsal[]> {
    return this.#read(OPEN);
  }

  async find(id: string): Promise<Rehearsal | undefined> {
    return (await this.#read(FIND, [id]))[0];
  }

  /** The newest first. */
  list({ vmid, limit }: { vmid?: number | undefined; limit: number }): Promise<Rehearsal[]> {
    return vmid === undefined ? this.#read(LIST, [limit]) : this.#read(OF_GUEST, [limit, vmid]);
  }

  /** For each guest whose backups were tried the newest result, and when one was last proved. */
  async last(): Promise<LastRehearsal[]> {
    if (!this.#database.ownTables) return [];
    return (await this.#database.all(LAST, [this.#cluster])).map((row) => ({
      vmid: Number(row.vmid),
      result: textOf(row.result) as LastRehearsal["result"],
      provedAt: timeOf(row.proved),
    }));
  }

  /** Reads by a statement whose first parameter is the cluster. */
  async #read(statement: string, params: (number | string)[] = []): Promise<Rehearsal[]> {
    if (!this.#database.ownTables) return [];
    return (await this.#database.all(statement, [this.#cluster, ...params])).map(rehearsalOf);
  }
}

/** The clusters in which copies may be there still: asked at once of all, for rarely there is one. */
export async function clustersRehearsing(database: Database): Promise<string[]> {
  if (!database.ownTables) return [];
  return (await database.all(WITH_OPEN, [])).map(({ cluster }) => textOf(cluster));
}

/** The parameters of what changes in a row, after its id. */
function changing(rehearsal: Rehearsal): (string | number | null)[] {
  const { id, upid, state, result, restoreMs, bootMs, answered, error, ended } = rehearsal;
  const end = ended?.getTime() ?? null;
  return [id, upid, state, result, restoreMs, bootMs, answered, error, end];
}

function rehearsalOf(row: Row): Rehearsal {
  return {
    id: textOf(row.id),
    vmid: Number(row.vmid),
    type: row.type === "lxc" ? "lxc" : "qemu",
    volid: textOf(row.volid),
    archiveTime: timeOf(row.archive_time),
    node: textOf(row.node),
    copyVmid: Number(row.copy_vmid),
    storage: textOf(row.storage),
    begunBy: textOf(row.begun_by),
    tokenName: textOf(row.token_name),
    begun: timeOf(row.begun) ?? new Date(0),
    upid: textOf(row.upid),
    state: textOf(row.state) as Rehearsal["state"],
    result: textOf(row.result) as RehearsalResult,
    restoreMs: numberOf(row.restore_ms),
    bootMs: numberOf(row.boot_ms),
    answered: textOf(row.answered),
    error: textOf(row.error),
    ended: timeOf(row.ended),
  };
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function timeOf(value: unknown): Date | null {
  const milliseconds = numberOf(value);
  return milliseconds === null ? null : new Date(milliseconds);
}
