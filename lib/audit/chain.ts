import { createHash } from "node:crypto";
import type { Row } from "../database/database.ts";
import { textOf } from "../database/values.ts";
import { FIELD_COLUMNS, type FieldName, fieldsOf } from "./columns.ts";
import type { AuditRow } from "./row.ts";

/** The hash that the very first row follows. */
export const GENESIS_HASH = "0".repeat(64);

type Column = "format" | FieldName;

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

/** The columns of a row beside its place in the chain. */
export const AUDIT_COLUMNS: readonly Column[] = ["format", ...FIELD_COLUMNS];

/** A row's values by column. */
export type AuditValues = Readonly<Record<Column, string | number | null>>;

/** A new row's values, `time` as a UTC text. */
export function valuesOf(row: AuditRow): AuditValues {
  return { format: NEWEST.format, ...fieldsOf(row) };
}

/** The hash of a new row that follows the one with `previousHash`. */
export function hashOf(previousHash: string, values: AuditValues): string {
  return digest(previousHash, NEWEST.columns.map((column) => values[column]));
}

/** The hash that a stored row should carry; null when its format is not known. */
export function expectedHash(row: Row): string | null {
  const columns = FORMATS.get(row.format);
  if (columns === undefined) return null;
  return digest(textOf(row.previous_hash), columns.map((column) => row[column]));
}

/** Lower-case hex SHA-256 over the hash of the row before and this row's values as a JSON array. */
function digest(previousHash: string, values: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify([previousHash, ...values])).digest("hex");
}
