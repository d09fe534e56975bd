import { createHash } from "node:crypto";
import type { AuditRow, Outcome, StoredAuditRow } from "./row.ts";
import type { Row } from "../database/database.ts";
import { dateOf, textOf, textOfDate } from "../auth/rows.ts";
import type { Scope } from "../auth/scope.ts";

/** The hash that the very first row follows. */
export const GENESIS_HASH = "0".repeat(64);

/** The `tool` of a row that signs for removed ones. */
export const CHECKPOINT_TOOL = "audit_prune";

/** The columns that a hash covers, in the order in which it covers them; `time` is a UTC text. */
export const AUDIT_COLUMNS = [
  ...["time", "request_id", "username", "token_id", "token_name", "address", "door", "tool"],
  ...["scope", "arguments", "vmid", "outcome", "error", "upid", "duration_ms"],
] as const;

type Field = string | number | null;

/** A row's values in the order of `AUDIT_COLUMNS`, such that every database gives them back unchanged. */
export function fieldsOf(row: AuditRow): Field[] {
  return [
    textOfDate(row.time),
    keepable(row.requestId),
    keepable(row.user),
    integerOrNull(row.tokenId),
    keepable(row.tokenName),
    keepable(row.address),
    keepable(row.door),
    keepable(row.tool),
    row.scope,
    keepable(row.arguments),
    integerOrNull(row.vmid),
    row.outcome,
    keepable(row.error),
    keepable(row.upid),
    Number.isFinite(row.durationMs) ? Math.max(0, row.durationMs) : 0,
  ];
}

/** Lower-case hex SHA-256 over the hash of the row before and this row's values as a JSON array. */
export function hashOf(previousHash: string, fields: readonly Field[]): string {
  return createHash("sha256").update(JSON.stringify([previousHash, ...fields])).digest("hex");
}

/** Reads a row of the audit query. */
export function auditOf(row: Row): StoredAuditRow {
  return {
    seq: Number(row.seq),
    time: dateOf(row.time) ?? new Date(NaN),
    requestId: textOf(row.request_id),
    user: textOf(row.username),
    tokenId: row.token_id === null ? null : Number(row.token_id),
    tokenName: textOf(row.token_name),
    address: textOf(row.address),
    door: textOf(row.door),
    tool: textOf(row.tool),
    scope: row.scope === null ? null : textOf(row.scope) as Scope,
    arguments: textOf(row.arguments),
    vmid: row.vmid === null ? null : Number(row.vmid),
    outcome: textOf(row.outcome) as Outcome,
    error: textOf(row.error),
    upid: textOf(row.upid),
    durationMs: Number(row.duration_ms),
    previousHash: textOf(row.previous_hash),
    hash: textOf(row.hash),
  };
}

/** The hash that a stored row should carry. */
export function expectedHash(row: Row): string {
  return hashOf(textOf(row.previous_hash), AUDIT_COLUMNS.map((column) => row[column] as Field));
}

/** What a checkpoint signs for: every row up to `through`, whose hash was `hash`. */
export interface Checkpoint {
  readonly through: number;
  readonly hash: string;
}

/** Reads what a row signs for; null when it is no checkpoint. */
export function checkpointOf(row: Row): Checkpoint | null {
  if (row.tool !== CHECKPOINT_TOOL || row.door !== CHECKPOINT_DOOR) return null;
  try {
    const { through, hash } = JSON.parse(textOf(row.arguments));
    return typeof through === "number" && typeof hash === "string" ? { through, hash } : null;
  } catch {
    return null;
  }
}

/** The `door` of a checkpoint: no request comes through it. */
export const CHECKPOINT_DOOR = "checkpoint";

/** PostgreSQL keeps no NUL, and no UTF-8 holds a lone surrogate. */
function keepable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}

function integerOrNull(value: number | null): number | null {
  return value !== null && Number.isSafeInteger(value) ? value : null;
}
