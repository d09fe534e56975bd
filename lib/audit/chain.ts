import { createHash, createHmac } from "node:crypto";
import type { Row } from "../database/database.ts";
import { textOf } from "../database/values.ts";
import { FIELD_COLUMNS, type FieldName, fieldsOf } from "./columns.ts";
import type { AuditKey } from "./key.ts";
import type { AuditRow } from "./row.ts";

/** The hash that the very first row follows. */
export const GENESIS_HASH = "0".repeat(64);

type Column = "format" | "key_id" | FieldName;

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
const FORMAT_3: readonly Column[] = [
  ...FORMAT_2,
  ...["call_id", "arguments_sha256", "vmids", "confirmation", "confirmed_by", "key_id"] as const,
];

const FORMAT_4: readonly Column[] = [...FORMAT_3, "cluster"];

/** The columns that a row's hash covers, in order, by the row's `format`. What stands here stays. */
const FORMATS: ReadonlyMap<unknown, readonly Column[]> = new Map([
  [1, FORMAT_1],
  [2, FORMAT_2],
  [3, FORMAT_3],
  [4, FORMAT_4],
]);

/** The columns of a row beside its place in the chain. */
export const AUDIT_COLUMNS: readonly Column[] = ["format", "key_id", ...FIELD_COLUMNS];

/** A row's values by column. */
export type AuditValues = Readonly<Record<Column, string | number | null>>;

/** A new row's values, `time` as a UTC text; `key` is what its hash will be made with. */
export function valuesOf(row: AuditRow, key: AuditKey | null): AuditValues {
  // A row that names no cluster can be verified by versions that know of one only.
  return { format: row.cluster === "" ? 3 : 4, key_id: key?.id ?? "", ...fieldsOf(row) };
}

/** The hash of a new row that follows the one with `previousHash`. */
export function hashOf(
  previousHash: string,
  { values, key }: { values: AuditValues; key: AuditKey | null },
): string {
  const columns = FORMATS.get(values.format) ?? [];
  return digest(previousHash, { values: columns.map((column) => values[column]), key });
}

/** The key that a stored row was hashed with; empty for none. Rows of old formats name none. */
export function keyIdOf(row: Row): string {
  return FORMATS.get(row.format)?.includes("key_id") ? textOf(row.key_id) : "";
}

/** The hash that a stored row should carry; null when its format is not known, or its key not given. */
export function expectedHash(row: Row, key: AuditKey | null): string | null {
  const columns = FORMATS.get(row.format);
  const keyId = keyIdOf(row);
  if (columns === undefined || (keyId !== "" && keyId !== key?.id)) return null;
  // What no hash covers nobody has written.
  if (!columns.includes("cluster") && textOf(row.cluster) !== "") return "";
  const values = columns.map((column) => row[column]);
  return digest(textOf(row.previous_hash), { values, key: keyId === "" ? null : key });
}

/**
 * Lower-case hex SHA-256, or HMAC-SHA-256 by the key, over the hash of the row before and this row's values
 * as a JSON array.
 */
function digest(
  previousHash: string,
  { values, key }: { values: readonly unknown[]; key: AuditKey | null },
): string {
  const hash = key === null ? createHash("sha256") : createHmac("sha256", key.secret);
  return hash.update(JSON.stringify([previousHash, ...values])).digest("hex");
}
