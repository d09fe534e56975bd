/** A table as text, its columns as wide as their words. */
export function drawn(table: readonly (readonly string[])[]): string {
  const widths = table[0]?.map((_, at) => Math.max(...table.map((line) => line[at]?.length ?? 0)));
  return table.map((line) => line.map((word, at) => word.padEnd(widths?.[at] ?? 0)).join("  "))
    .join("\n");
}
