const LIMITS = [
  { text: 4096, items: 200, depth: 16 },
  { text: 1024, items: 100, depth: 12 },
  { text: 256, items: 50, depth: 8 },
  { text: 128, items: 20, depth: 6 },
  { text: 64, items: 10, depth: 4 },
  { text: 32, items: 5, depth: 3 },
] as const;

type Limit = typeof LIMITS[number];

const encoder = new TextEncoder();

/** The length of `text` in UTF-8 bytes. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** `text` cut to at most `maxBytes` of UTF-8, whole characters only; says what was cut. */
export function boundText(text: string, maxBytes: number): string {
  const bytes = encoder.encode(text);
  if (bytes.length <= maxBytes) return text;
  const note = ` … (${bytes.length} bytes in all)`;
  const room = Math.max(0, maxBytes - byteLength(note));
  let cut = Math.min(room, bytes.length);
  // A byte of the form 10xxxxxx continues a character.
  while (cut > 0 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
  const kept = new TextDecoder().decode(bytes.subarray(0, cut));
  return room === 0 ? "" : kept + note;
}

/** Valid JSON of a plain value in at most `maxBytes` (64 or more); long parts are cut and say so. */
export function boundJson(value: unknown, maxBytes: number): string {
  const whole = JSON.stringify(value) ?? "null";
  if (byteLength(whole) <= maxBytes) return whole;
  for (const limit of LIMITS) {
    const json = JSON.stringify(shrink(value, limit));
    if (byteLength(json) <= maxBytes) return json;
  }
  return JSON.stringify({ cut: `${byteLength(whole)} bytes` });
}

function shrink(value: unknown, limit: Limit, depth = 0): unknown {
  if (typeof value === "string") return boundText(value, limit.text);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= limit.depth) return "…";
  if (Array.isArray(value)) {
    const kept = value.slice(0, limit.items).map((item) => shrink(item, limit, depth + 1));
    const left = value.length - kept.length;
    return left > 0 ? [...kept, `… ${left} more`] : kept;
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, limit.items).map(([key, item]) =>
    [boundText(key, limit.text), shrink(item, limit, depth + 1)] as const
  );
  if (entries.length > kept.length) kept.push(["…", `${entries.length - kept.length} more`]);
  return Object.fromEntries(kept);
}
