/** Lines of columns as wide as what stands in them; numbers to the right. */
export function tableOf(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map((cell) => typeof cell === "number" ? shown(cell) : cell));
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, at) => at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))
      .join("  ").trimEnd();
  return texts.map(line).join("\n");
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** Bytes in MiB. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
