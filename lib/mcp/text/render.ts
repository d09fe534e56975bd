import { isRecord } from "../../record.ts";
import { quoted } from "./quote.ts";
import { scalarText } from "./scalar.ts";

type Json = Readonly<Record<string, unknown>>;

/** What became of the guest is read first. */
const FIRST = "guest_status";

/**
 * An answer as text for people and models: a line for each member, lists of rows as tables with `|`
 * between the cells, sizes and times readable. Nothing of the value is left out, and no text in it can
 * pass for a line or cell of its own: what could is quoted as in JSON.
 *
 * @param verbatim members that are shown byte for byte, between fences that do not occur in them
 */
export function renderText(value: Json, verbatim: readonly string[] = []): string {
  const { [FIRST]: first, ...others } = withNamedCells(value);
  const led = first === undefined ? others : { [FIRST]: first, ...others };
  return Object.entries(led).flatMap(([name, member]) =>
    verbatim.includes(name) && typeof member === "string" && member !== ""
      ? fenced(name, member)
      : memberLines(name, member)
  ).join("\n");
}

/** An answer that names the columns of its rows once, with rows like those of any other. */
function withNamedCells(value: Json): Json {
  const { columns, rows, ...others } = value;
  if (!Array.isArray(columns) || !Array.isArray(rows) || rows.length === 0) return value;
  if (!columns.every((name) => typeof name === "string")) return value;
  if (!rows.every((row) => Array.isArray(row) && row.length === columns.length)) return value;
  const named = rows.map((row: unknown[]) =>
    Object.fromEntries(row.map((cell, at) => [columns[at], cell]))
  );
  return { ...others, rows: named };
}

function fenced(name: string, text: string): string[] {
  const runs = text.match(/`+/g) ?? [];
  // A file may hold more of them than a call takes arguments.
  const fence = "`".repeat(runs.reduce((most, run) => Math.max(most, run.length + 1), 3));
  const ended = text.endsWith("\n");
  return [
    `${name}${ended ? "" : " (no newline at its end)"}:`,
    fence,
    ended ? text.slice(0, -1) : text,
    fence,
  ];
}

function memberLines(name: string, value: unknown): string[] {
  const key = quoted(name, ":");
  const inline = inlineText(name, value);
  return inline === undefined ? [`${key}:`, ...blockLines(name, value)] : [`${key}: ${inline}`];
}

/** A value that takes no line of its own; undefined for one that does. */
function inlineText(name: string, value: unknown): string | undefined {
  if (!isComposite(value)) return quoted(scalarText(name, value));
  if (isEmpty(value)) return "none";
  return Array.isArray(value) && value.every(isWord) ? listText(name, value) : undefined;
}

function blockLines(name: string, value: unknown): string[] {
  if (!Array.isArray(value)) {
    const members = Object.entries(value as Json);
    return indented(members.flatMap(([key, member]) => memberLines(key, member)));
  }
  const columns = columnsOf(value);
  return columns === null
    ? value.flatMap((item) => itemLines(name, item))
    : tableLines(value, columns);
}

function itemLines(name: string, item: unknown): string[] {
  const inline = inlineText(name, item);
  if (inline !== undefined) return [`- ${inline}`];
  const lines = Array.isArray(item) ? indented(blockLines(name, item)) : blockLines(name, item);
  return lines.map((line, index) => index === 0 ? `-${line.slice(1)}` : line);
}

/** The columns of rows that make a table: at least two, with one value or a list of such in each cell. */
function columnsOf(rows: readonly unknown[]): string[] | null {
  const columns = new Set<string>();
  for (const row of rows) {
    if (!isRecord(row)) return null;
    for (const [name, cell] of Object.entries(row)) {
      columns.add(name);
      if (isComposite(cell) && !(Array.isArray(cell) && !cell.some(isComposite))) return null;
    }
  }
  return columns.size < 2 ? null : [...columns];
}

/** What is the same in all of so many rows is told once, above the table. */
const MANY_ROWS = 5;

function tableLines(rows: readonly Json[], columns: readonly string[]): string[] {
  const cells = rows.map((row) => columns.map((name) => cellText(name, row[name])));
  const same = columns.map((_, at) => cells.every((row) => row[at] === cells[0]?.[at]));
  const lifts = rows.length >= MANY_ROWS && same.filter((each) => !each).length > 1;
  const told = columns.flatMap((name, at) =>
    lifts && same[at] ? [`${quoted(name, "|=")}=${cells[0]?.[at]}`] : []
  );
  const line = (row: readonly string[]) => row.filter((_, at) => !lifts || !same[at]).join("|");
  return [
    ...told.length > 0 ? [`all rows: ${told.join("|")}`] : [],
    line(columns.map((name) => quoted(name, "|"))),
    ...cells.map(line),
  ];
}

function cellText(name: string, value: unknown): string {
  if (value === undefined) return "";
  if (!Array.isArray(value)) return quoted(scalarText(name, value), "|");
  return value.length === 0 ? "none" : listText(name, value, ",|");
}

function listText(name: string, values: readonly unknown[], separators = ","): string {
  return values.map((value) => quoted(scalarText(name, value), separators)).join(", ");
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** True for what reads well in a row of its like. */
function isWord(value: unknown): boolean {
  return typeof value === "string" ? /^[^\s,]+$/.test(value) : !isComposite(value);
}

function isComposite(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
