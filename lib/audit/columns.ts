import type { Row } from "../database/database.ts";
import { dateOf, textOf, textOfDate } from "../database/values.ts";
import type { AuditRow, ConfirmationMark, Outcome, StoredAuditRow } from "./row.ts";

type Field = string | number | null;

/** How one thing that a row tells stands in its column, such that every database gives it back unchanged. */
interface FieldColumn<T, Name extends string = string> {
  readonly column: Name;
  readonly write: (value: T) => Field;
  readonly read: (stored: unknown) => T;
}

const FIELDS = {
  time: {
    column: "time",
    write: textOfDate,
    read: (stored: unknown) => dateOf(stored) ?? new Date(NaN),
  },
  requestId: text("request_id"),
  callId: text("call_id"),
  user: text("username"),
  tokenId: integer("token_id"),
  tokenName: text("token_name"),
  address: text("address"),
  door: text("door"),
  tool: text("tool"),
  cluster: text("cluster"),
  scope: {
    column: "scope",
    write: (scope: string | null) => scope,
    read: (stored: unknown) => stored === null ? null : textOf(stored),
  },
  arguments: text("arguments"),
  argumentsSha256: text("arguments_sha256"),
  vmid: integer("vmid"),
  vmids: {
    column: "vmids",
    write: (vmids: readonly number[]) => vmids.join(","),
    read: (stored: unknown) => textOf(stored).split(",").filter((vmid) => vmid !== "").map(Number),
  },
  confirmation: {
    column: "confirmation",
    write: (mark: ConfirmationMark) => mark,
    read: (stored: unknown) => textOf(stored) as ConfirmationMark,
  },
  confirmedBy: text("confirmed_by"),
  outcome: {
    column: "outcome",
    write: (outcome: Outcome) => outcome,
    read: (stored: unknown) => textOf(stored) as Outcome,
  },
  error: text("error"),
  upid: text("upid"),
  durationMs: {
    column: "duration_ms",
    write: (duration: number) => Number.isFinite(duration) ? Math.max(0, duration) : 0,
    read: Number,
  },
} as const satisfies { readonly [Key in keyof AuditRow]: FieldColumn<AuditRow[Key]> };

/** The names of the columns that hold what a row tells. */
export type FieldName = typeof FIELDS[keyof AuditRow]["column"];

/** The same, each with the type of its own key. */
const COLUMNS: { readonly [Key in keyof AuditRow]: FieldColumn<AuditRow[Key], FieldName> } = FIELDS;
const KEYS = Object.keys(COLUMNS) as (keyof AuditRow)[];

export const FIELD_COLUMNS: readonly FieldName[] = KEYS.map((key) => COLUMNS[key].column);

/** What a row tells by column, `time` as a UTC text. */
export function fieldsOf(row: AuditRow): Readonly<Record<FieldName, Field>> {
  const fields = KEYS.map((key) => [COLUMNS[key].column, written(row, key)]);
  return Object.fromEntries(fields);
}

/** Reads a row of the audit query. */
export function auditOf(row: Row): StoredAuditRow {
  const told = KEYS.map((key) => [key, COLUMNS[key].read(row[COLUMNS[key].column])]);
  return {
    seq: Number(row.seq),
    ...Object.fromEntries(told) as AuditRow,
    keyId: textOf(row.key_id),
    previousHash: textOf(row.previous_hash),
    hash: textOf(row.hash),
  };
}

function written<Key extends keyof AuditRow>(row: AuditRow, key: Key): Field {
  return COLUMNS[key].write(row[key]);
}

/** PostgreSQL keeps no NUL, and no UTF-8 holds a lone surrogate. */
function text<const Name extends string>(column: Name): FieldColumn<string, Name> {
  return {
    column,
    write: (value) => value.toWellFormed().replaceAll("\0", "\uFFFD"),
    read: textOf,
  };
}

function integer<const Name extends string>(column: Name): FieldColumn<number | null, Name> {
  return {
    column,
    write: (value) => value !== null && Number.isSafeInteger(value) ? value : null,
    read: (stored) => stored === null ? null : Number(stored),
  };
}
