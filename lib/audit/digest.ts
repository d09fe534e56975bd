import { createHash } from "node:crypto";

/** Text that is written as it is, or a value that is to be written. */
type Piece = string | readonly [unknown];

/**
 * Lower-case hex SHA-256 of a JSON value: of its text without white space, keys in the order of their UTF-16
 * units. It tells later whether arguments were these very ones, whatever of them was cut or redacted.
 */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** Without recursion: callers choose the depth. */
function canonicalJson(value: unknown): string {
  const left: Piece[] = [[value]];
  const written: string[] = [];
  for (let piece = left.pop(); piece !== undefined; piece = left.pop()) {
    if (typeof piece === "string") written.push(piece);
    else for (const part of piecesOf(piece[0]).toReversed()) left.push(part);
  }
  return written.join("");
}

function piecesOf(value: unknown): Piece[] {
  if (typeof value !== "object" || value === null) return [JSON.stringify(value) ?? "null"];
  if (Array.isArray(value)) {
    return ["[", ...value.flatMap((item, at): Piece[] => [at === 0 ? "" : ",", [item]]), "]"];
  }
  const entries = Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1);
  const members = entries.flatMap(([key, inner], at): Piece[] => [
    `${at === 0 ? "" : ","}${JSON.stringify(key)}:`,
    [inner],
  ]);
  return ["{", ...members, "}"];
}
