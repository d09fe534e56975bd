import type { Log, LogFields } from "../log/log.ts";
import type { AuditQueue } from "./queue.ts";
import type { AuditRow } from "./row.ts";

/** Every tool call leaves one row in the database and one line in the log. */
export class AuditLog {
  readonly #queue: AuditQueue;
  readonly #log: Log;

  constructor({ queue, log }: { queue: AuditQueue; log: Log }) {
    this.#queue = queue;
    this.#log = log;
  }

  /**
   * Asked before a call is run.
   *
   * @throws AppError `unavailable` when its row could not be kept: no call runs unaudited
   */
  admit(): Promise<void> {
    return this.#queue.check();
  }

  /** Keeps the row. The log line is written even when the database refuses. */
  async write(row: AuditRow): Promise<void> {
    this.#log.audit(auditFields(row));
    await this.#queue.append(row);
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
    scope: row.scope,
    outcome: row.outcome,
    ...(row.vmid === null ? {} : { vmid: row.vmid }),
    ...(row.upid === "" ? {} : { upid: row.upid }),
    ...(row.error === "" ? {} : { error: row.error }),
    duration_ms: row.durationMs,
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
