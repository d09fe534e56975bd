import type { Terms } from "../database/beginning.ts";
import type { Log, LogFields } from "../log/log.ts";
import type { AuditQueue } from "./queue.ts";
import type { AuditRow } from "./row.ts";

/** Every tool call leaves one row in the database and one line in the log. */
export class AuditLog {
  readonly #queue: AuditQueue;
  readonly #log: Log;
  readonly #written: () => Promise<void>;

  /** @param options.onlyLogged whether the database keeps no rows: then it is the line that is waited for */
  constructor(
    { queue, log, onlyLogged }: { queue: AuditQueue; log: Log; onlyLogged: boolean },
  ) {
    this.#queue = queue;
    this.#log = log;
    this.#written = onlyLogged ? () => log.written() : () => Promise.resolve();
  }

  /**
   * Asked before a call is run.
   *
   * @throws AppError `unavailable` while its row could not be kept: no call runs unaudited
   */
  admit(): Promise<void> {
    return this.#queue.admit();
  }

  /**
   * Makes durable what is about to be changed; false, and nothing is kept, where the terms do not hold.
   *
   * @throws AppError when that is not possible: then nothing may be changed
   */
  async announce(intent: AuditRow, terms?: Terms): Promise<boolean> {
    let begun = true;
    try {
      return begun = await this.#queue.commit(intent, terms);
    } finally {
      if (begun) await this.#tell(intent);
    }
  }

  /**
   * Keeps the row. The log line is written even when the database refuses.
   *
   * @param options.isOwed whether it tells what came of what was announced
   */
  async write(row: AuditRow, options: { isOwed?: boolean } = {}): Promise<void> {
    const told = this.#tell(row);
    await this.#queue.append(row, options);
    await told;
  }

  #tell(row: AuditRow): Promise<void> {
    this.#log.audit(auditFields(row));
    return this.#written();
  }
}

/** What the log line of a call holds. */
export function auditFields(row: AuditRow): LogFields {
  return {
    time: row.time.toISOString(),
    request_id: row.requestId,
    user: row.user,
    token_id: row.tokenId,
    token_name: row.tokenName,
    address: row.address,
    door: row.door,
    tool: row.tool,
    ...(row.cluster === "" ? {} : { cluster: row.cluster }),
    scope: row.scope,
    outcome: row.outcome,
    ...(row.callId === "" ? {} : { call_id: row.callId }),
    ...(row.vmid === null ? {} : { vmid: row.vmid }),
    ...(row.vmids.length === 0 ? {} : { vmids: row.vmids.join(",") }),
    ...(row.confirmation === "" ? {} : { confirmation: row.confirmation }),
    ...(row.confirmedBy === "" ? {} : { confirmed_by: row.confirmedBy }),
    ...(row.upid === "" ? {} : { upid: row.upid }),
    ...(row.error === "" ? {} : { error: row.error }),
    duration_ms: row.durationMs,
    ...(row.argumentsSha256 === "" ? {} : { arguments_sha256: row.argumentsSha256 }),
    arguments: parsed(row.arguments),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
