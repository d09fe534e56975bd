/** A cell: the code that the caller sees or `ok`; `doubt` when told that the change may have been made. */
export interface Expected {
  readonly code: string;
  readonly doubt: boolean;
}

/**
 * Reads a table of `| fault | cell | … |` under a head that names the columns. A cell is `ok` or a code, with
 * `?` where the caller must be told that its change may have been made; `a, b` where the variants differ;
 * `-` where there is nothing to see.
 *
 * @param variant 0 or 1
 */
export function readTable(
  text: string,
  variant: number,
): { fault: string; cells: Map<string, Expected> }[] {
  const [head = [], ...rows] = text.trim().split("\n").filter((line) => !/^[|\s-]+$/.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  return rows.map(([fault = "", ...cells]) => ({
    fault,
    cells: new Map(
      cells.flatMap((cell, at) => {
        const parts = cell.split(", ");
        const own = parts[variant] ?? parts[0] ?? "-";
        const expected = { code: own.replace("?", ""), doubt: own.endsWith("?") };
        return own === "-" ? [] : [[head[at + 1] ?? "", expected] as const];
      }),
    ),
  }));
}
