import { AppError } from "../errors.ts";
import { redactText } from "../log/redact.ts";

/** Under which a page tells the places of its rows, for who puts pages together. */
export const PLACES = Symbol("places");

/** One page of a list; `total` counts the whole list. */
export interface Page<T> {
  readonly items: T[];
  readonly total: number;
  readonly next_cursor?: string;
  readonly [PLACES]?: readonly Place[];
}

/** By which column rows are asked for; rows without a value in it come last either way. */
export interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** Which part of a list is asked for. */
export interface Paging {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly sort?: Order | undefined;
}

/** What tells a row from all others, and where it stands in the list's own order. */
type Key = string | number;

/** A row's place: its value in the column of the order, if there is one, and its key. */
export interface Place {
  readonly value: Key | undefined;
  readonly key: Key;
}

/** Texts are compared by their beginnings: a cursor must hold one. */
const COMPARED = 40;

/**
 * Cuts one page out of rows in ascending order of their keys, or in the order asked for and of their
 * keys where that makes no difference. The cursor is the place of the last row given, so rows that come
 * and go between two pages are neither repeated nor skipped.
 *
 * @throws AppError `invalid` for a cursor of another list or order
 */
export function paginate<T extends Key | object>(
  rows: readonly T[],
  key: (row: T) => Key,
  paging: Paging,
): Page<T> {
  return describePage(rows, { key, describe: (row) => row }, paging);
}

/** The same for rows that are shown as something else, which has the columns to sort by. */
export function describePage<T, Row>(
  rows: readonly T[],
  { key, describe }: { key: (row: T) => Key; describe: (row: T) => Row },
  { limit, cursor, sort }: Paging,
): Page<Row> {
  const entries = rows.map((row) => {
    if (sort === undefined) return { place: { value: undefined, key: key(row) }, row };
    const shown = describe(row);
    return { place: { value: valueOf(shown, sort.column), key: key(row) }, row, shown };
  });
  const compare = comparing(sort);
  const { tellsPlaces, from, after } = startOf(cursor, sort);
  const sorted = entries.sort((a, b) => compare(a.place, b.place));
  const rest = from === undefined
    ? sorted
    : sorted.filter(({ place }) => compare(place, from) > (after ? 0 : -1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ row, shown }) => shown ?? describe(row)),
    total: rows.length,
    ...(rest.length > page.length && last ? { next_cursor: formatCursor(last.place, sort) } : {}),
    ...(tellsPlaces ? { [PLACES]: page.map(({ place }) => place) } : {}),
  };
}

/**
 * The cursor of a page that is to be put together with others', and therefore tells the places of its rows:
 * of those after this place, or of those at it too, or of all.
 */
export function partCursor(
  cursor?: string,
  { after }: { after: boolean } = { after: true },
): string {
  return (after ? AFTER : AT) + (cursor ?? "");
}

const AFTER = ">";
const AT = "=";

/** Where a page begins. */
interface Start {
  readonly tellsPlaces: boolean;
  readonly from: Place | undefined;
  /** False when what stands at that place belongs to the page too. */
  readonly after: boolean;
}

function startOf(cursor: string | undefined, sort: Order | undefined): Start {
  const tellsPlaces = cursor?.startsWith(AFTER) || cursor?.startsWith(AT) || false;
  const given = tellsPlaces ? cursor?.slice(1) : cursor;
  return {
    tellsPlaces,
    from: given === undefined || tellsPlaces && given === "" ? undefined : parseCursor(given, sort),
    after: !cursor?.startsWith(AT),
  };
}

function valueOf(row: unknown, column: string): Key | undefined {
  const value: unknown = typeof row === "object" && row !== null && Reflect.get(row, column);
  switch (typeof value) {
    case "number":
      return value;
    case "string":
      // It goes into a cursor, where a secret would not be known as one.
      return redactText(value).slice(0, COMPARED).toWellFormed();
    case "boolean":
      return Number(value);
    default:
      return undefined;
  }
}

/** In which order rows with these places stand. */
export function comparing(sort: Order | undefined): (a: Place, b: Place) => number {
  if (sort === undefined) return (a, b) => order(a.key, b.key);
  const sign = sort.descending ? -1 : 1;
  return (a, b) => {
    if (a.value === undefined || b.value === undefined) {
      return Number(a.value === undefined) - Number(b.value === undefined) || order(a.key, b.key);
    }
    return sign * order(a.value, b.value) || order(a.key, b.key);
  };
}

/** Numbers come before texts. */
function order(a: Key, b: Key): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The cursor of what comes after a place: `n101`; of another order `-memory_used_bytes:n2147483648:n101`, without a value `lock::n101`. */
export function formatCursor({ value, key }: Place, sort: Order | undefined): string {
  if (sort === undefined) return formatKey(key);
  return [formatOrder(sort), value === undefined ? "" : formatKey(value), formatKey(key)].join(":");
}

function formatOrder({ column, descending }: Order): string {
  return (descending ? "-" : "") + column;
}

function formatKey(key: Key): string {
  return typeof key === "number" ? `n${key}` : `s${encodeURIComponent(key.toWellFormed())}`;
}

function parseCursor(cursor: string, sort: Order | undefined): Place {
  const parts = cursor.split(":");
  if (parts.length !== 1 && parts.length !== 3) throw foreignCursor();
  const [key = ""] = parts.slice(-1);
  const [of, value] = parts.length === 3 ? parts : [undefined, ""];
  if (of !== (sort && formatOrder(sort))) {
    const meant = of === undefined ? "without sort" : `with sort ${of.slice(0, 100)}`;
    throw new AppError("invalid", `cursor is of another order: give it ${meant}`);
  }
  return { value: value ? parseKey(value) : undefined, key: parseKey(key) };
}

function parseKey(text: string): Key {
  try {
    if (/^n-?\d+(\.\d+)?(e[+-]\d+)?$/.test(text)) return Number(text.slice(1));
    if (/^s[^/]*$/.test(text)) return decodeURIComponent(text.slice(1));
  } catch {
    // A broken escape is as foreign as any other text.
  }
  throw foreignCursor();
}

/** What is said of a cursor of another list. */
export function foreignCursor(): AppError {
  return new AppError("invalid", "cursor is not one that this list gave");
}
