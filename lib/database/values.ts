const TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|([+-]\d{2})(?::?(\d{2}))?)?$/;

/** Only what the database calls true is true. */
export function boolOf(value: unknown): boolean {
  return value === true || value === 1;
}

/** A null column reads as the empty text. */
export function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/**
 * Reads PostgreSQL's timestamps and the texts in which Django keeps them on SQLite, which are UTC
 * unless they name an offset. A text that is no time gives an invalid Date, which is never in the
 * future.
 */
export function dateOf(value: unknown): Date | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value;
  const match = TIMESTAMP.exec(String(value).trim());
  if (match === null) return new Date(NaN);
  const [, day, time, , hours, minutes = "00"] = match;
  return new Date(`${day}T${time}${hours === undefined ? "Z" : `${hours}:${minutes}`}`);
}

/** A time as Django keeps it on SQLite: `YYYY-MM-DD HH:MM:SS.ffffff`, UTC. */
export function textOfDate(date: Date): string {
  return date.toISOString().replace("T", " ").replace("Z", "000");
}
