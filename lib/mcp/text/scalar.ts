const KIB = 1024;
const SIZES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const SPANS = [["d", 86_400], ["h", 3_600], ["m", 60], ["s", 1]] as const;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** What a name's ending says of its number: how that reads. */
const UNITS: readonly (readonly [ending: RegExp, read: (value: number) => string])[] = [
  [/(?:^|_)bytes$/, size],
  [/_bytes_per_second$/, (value) => `${size(value)}/s`],
  [/_mib$/, (value) => `${value} MiB`],
  [/_gib$/, (value) => `${value} GiB`],
  [/_seconds$/, span],
  [/_fraction$/, (value) => `${Math.round(value * 10_000) / 100}%`],
  [/_percent$/, (value) => `${value}%`],
];

/** A text, number, boolean or null as a person reads it, by what the ending of its name says of its unit. */
export function scalarText(name: string, value: unknown): string {
  if (typeof value === "number") {
    const [, read = String] = UNITS.find(([ending]) => ending.test(name)) ?? [];
    return read(value);
  }
  if (typeof value !== "string") return String(value);
  return TIME.test(value) ? value.replace("T", " ").replace(/(?::00)?(?:\.0+)?Z$/, "Z") : value;
}

/** `8.0 GiB`; below one KiB the bytes. */
function size(bytes: number): string {
  if (Math.abs(bytes) < KIB) return `${Math.round(bytes * 10) / 10} B`;
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1024.0 is one of the next unit.
  while (Math.abs(value) >= KIB - 0.05 && unit < SIZES.length - 1) {
    value /= KIB;
    unit++;
  }
  return `${value.toFixed(1)} ${SIZES[unit]}`;
}

/** `3d 4h`: the two largest units; what is shorter than a minute as it is. */
function span(seconds: number): string {
  if (Math.abs(seconds) < 60) return `${seconds}s`;
  let left = Math.round(Math.abs(seconds));
  const parts = SPANS.flatMap(([unit, length]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count > 0 ? [`${count}${unit}`] : [];
  });
  return (seconds < 0 ? "-" : "") + parts.slice(0, 2).join(" ");
}
