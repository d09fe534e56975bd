import { AppError } from "../errors.ts";

/** One page of a list; `total` counts the whole list. */
export interface Page<T> {
  readonly items: T[];
  readonly total: number;
  readonly next_cursor?: string;
}

/**
 * Cuts one page out of rows in ascending order of their keys. The cursor is the key of the last row
 * given, so rows that come and go between two pages are neither repeated nor skipped.
 *
 * @throws AppError `invalid` for a cursor of another list
 */
export function paginate<T>(
  rows: readonly T[],
  key: (row: T) => string | number,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Page<T> {
  const sorted = rows.map((row) => ({ row, key: key(row) })).sort((a, b) => order(a.key, b.key));
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  const rest = after === undefined ? sorted : sorted.filter((entry) => order(entry.key, after) > 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((entry) => entry.row),
    total: rows.length,
    ...(rest.length > page.length && last ? { next_cursor: formatCursor(last.key) } : {}),
  };
}

function order(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function formatCursor(key: string | number): string {
  return typeof key === "number" ? `n${key}` : `s${encodeURIComponent(key)}`;
}

function parseCursor(cursor: string): string | number {
  try {
    if (/^n-?\d+(\.\d+)?$/.test(cursor)) return Number(cursor.slice(1));
    if (cursor.startsWith("s")) return decodeURIComponent(cursor.slice(1));
  } catch {
    // A broken escape is as foreign as any other text.
  }
  throw new AppError("invalid", "cursor is not one that this list gave");
}
