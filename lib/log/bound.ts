/** How much of a value may be kept. */
export interface Limit {
  /** Characters of one string. */
  readonly text: number;
  /** Members of one list or object. */
  readonly items: number;
  readonly depth: number;
}

const SMALLER: readonly Limit[] = [
  { text: 1024, items: 100, depth: 12 },
  { text: 256, items: 50, depth: 8 },
  { text: 128, items: 20, depth: 6 },
  { text: 64, items: 10, depth: 4 },
  { text: 32, items: 5, depth: 3 },
  { text: 16, items: 1, depth: 1 },
];

const encoder = new TextEncoder();

/** The length of `text` in UTF-8 bytes. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** What stands in the place of characters that were cut out of a text. */
export function cutNote(characters: number): string {
  return ` … (${characters} characters cut) … `;
}

/**
 * JSON in at most `maxBytes` (64 or more) of UTF-8: of the whole value where it fits, else of as much as
 * does. `shrink` gives the part of the value that is within a limit.
 */
export function fitJson(maxBytes: number, shrink: (limit: Limit) => unknown): string {
  // Each character and member takes a byte at least, so what is beyond this cannot fit.
  const first: Limit = { text: maxBytes, items: maxBytes, depth: 32 };
  for (const limit of [first, ...SMALLER]) {
    const json = JSON.stringify(shrink(limit)) ?? "null";
    if (byteLength(json) <= maxBytes) return json;
  }
  return JSON.stringify({ cut: true });
}
