import { visibleLine } from "../log/visible.ts";

/** Rows in columns as wide as their widest cell, two spaces apart, with a head in capitals. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [
    head.map((cell) => cell.toUpperCase()),
    ...rows.map((row) => row.map(visibleLine)),
  ];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => [...(line[column] ?? "")].length))
  );
  return lines.map((line) =>
    line.map((cell, column) => padEnd(cell, widths[column] ?? 0)).join("  ").trimEnd()
  ).join("\n");
}

/** `2026-07-28 12:03 UTC`; a dash for never. */
export function shortTime(time: Date | null): string {
  return time === null ? "-" : `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - [...text].length));
}
