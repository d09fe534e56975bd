import type { AuditKey } from "./key.ts";

export interface TrailOptions {
  /** What rows are signed with; null when not given. */
  readonly key?: AuditKey | null;
  /** Told when rows that were durable are in the database no more, as after a failover to an older copy. */
  readonly onLoss?: (message: string) => void;
}
