const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
const DURATION = /^(\d{1,5})([mhd])$/;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A date (midnight UTC) or a time with its zone, as RFC 3339 writes them; undefined for anything else. */
export function readTime(text: string): Date | undefined {
  if (!TIME.test(text)) return undefined;
  const time = new Date(text);
  const day = new Date(text.slice(0, 10));
  // JavaScript reads 31 February as 3 March.
  const real = !Number.isNaN(time.getTime()) && !Number.isNaN(day.getTime()) &&
    day.toISOString().startsWith(text.slice(0, 10));
  return real ? time : undefined;
}

/** `90m`, `24h`, `7d` in milliseconds; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const [, count, unit = ""] = DURATION.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}

/** A time, or how long ago: `90m`, `24h`, `7d`. */
export function readMoment(text: string, now: Date): Date | undefined {
  const ago = readDuration(text);
  return ago === undefined ? readTime(text) : new Date(now.getTime() - ago);
}
