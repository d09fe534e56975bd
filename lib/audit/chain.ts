import { createHash } from "node:crypto";
import type { Row } from "../database/database.ts";
import { dateOf, textOf, textOfDate } from "../database/values.ts";
import type { AuditRow, Outcome, StoredAuditRow } from "./row.ts";

/** The hash that the very first row follows. */
export const GENESIS_HASH = "0".repeat(64);

type Field = string | number | null;

/** What each column holds of a row, such that every database gives it back unchanged. */
const VALUES = {
  time: (row) => textOfDate(row.time),
  request_id: (row) => keepable(row.requestId),
  username: (row) => keepable(row.user),
  token_id: (row) => integerOrNull(row.tokenId),
  token_name: (row) => keepable(row.tokenName),
  address: (row) => keepable(row.address),
  door: (row) => keepable(row.door),
  tool: (row) => keepable(row.tool),
  scope: (row) => row.scope,
  arguments: (row) => keepable(row.arguments),
  vmid: (row) => integerOrNull(row.vmid),
  outcome: (row) => row.outcome,
  error: (row) => keepable(row.error),
  upid: (row) => keepable(row.upid),
  duration_ms: (row) => Number.isFinite(row.durationMs) ? Math.max(0, row.durationMs) : 0,
} as const satisfies Record<string, (row: AuditRow) => Field>;

type Column = "format" | keyof typeof VALUES;

/** The columns of a row beside its place in the chain. */
export const AUDIT_COLUMNS: readonly Column[] = ["format", ...Object.keys(VALUES) as Column[]];

const FORMAT_1: readonly Column[] = [
  ...[
    "time",
    "request_id",
    "username",
    "token_id",
    "token_name",
    "address",
    "door",
    "tool",
  ] as const,
  ...["scope", "arguments", "vmid", "outcome", "error", "upid", "duration_ms"] as const,
];
const FORMAT_2: readonly Column[] = ["format", ...FORMAT_1];

/** The columns that a row's hash covers, in order, by the row's `format`. What stands here stays. */
const FORMATS: ReadonlyMap<unknown, readonly Column[]> = new Map([[1, FORMAT_1], [2, FORMAT_2]]);

/** What new rows are written in. */
const NEWEST = { format: 2, columns: FORMAT_2 };

export type AuditValues = Readonly<Record<Column, Field>>;

/** A new row's values by column, `time` as a UTC text. */
export function valuesOf(row: AuditRow): AuditValues {
  const values = Object.entries(VALUES).map(([column, valueOf]) => [column, valueOf(row)]);
  return { format: NEWEST.format, ...Object.fromEntries(values) };
}

/** The hash of a new row that follows the one with `previousHash`. */
export function hashOf(previousHash: string, values: AuditValues): string {
  return digest(previousHash, NEWEST.columns.map((column) => values[column]));
}

/** The hash that a stored row should carry; null when its format is not known. */
export function expectedHash(row: Row): string | null {
  const columns = FORMATS.get(row.format);
  if (columns === undefined) return null;
  return digest(textOf(row.previous_hash), columns.map((column) => row[column] as Field));
}

/** Lower-case hex SHA-256 over the hash of the row before and this row's values as a JSON array. */
function digest(previousHash: string, fields: readonly Field[]): string {
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
    scope: row.scope === null ? null : textOf(row.scope),
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

/** PostgreSQL keeps no NUL, and no UTF-8 holds a lone surrogate. */
function keepable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}

function integerOrNull(value: number | null): number | null {
  return value !== null && Number.isSafeInteger(value) ? value : null;
}
