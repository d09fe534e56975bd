import { auditFields } from "./log_fields.ts";
import type { AuditRow } from "./row.ts";
import type { Log } from "../log/log.ts";

/** Where audit rows are kept; a Store is one. */
export interface AuditStore {
  checkAudit(): Promise<void>;
  appendAudit(row: AuditRow): Promise<void>;
}

/** Every tool call leaves one row in the database and one line in the log. */
export interface AuditTrail {
  /**
   * Asked before a call is run.
   *
   * @throws AppError `unavailable` when its row could not be kept: no call runs unaudited
   */
  admit(): Promise<void>;
  /** Keeps the row. The log line is written even when the database refuses. */
  write(row: AuditRow): Promise<void>;
}

/**
 * The audit trail over a store and the log.
 *
 * @param store null when the configuration switches the table off; the log lines remain
 */
export function createAuditTrail(store: AuditStore | null, log: Log): AuditTrail {
  return {
    admit: () => store?.checkAudit() ?? Promise.resolve(),
    write: async (row) => {
      log.audit(auditFields(row));
      await store?.appendAudit(row);
    },
  };
}
