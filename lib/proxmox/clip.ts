import { oneLine } from "../errors.ts";
import { redactText } from "../log/redact.ts";

/** Text from elsewhere in bounded length; says so when something was cut off. */
export function clip(text: string, length = 500): string {
  if (text.length <= length) return text;
  // Half of a secret is no longer known as one, so it goes before the cut.
  const clean = redactText(text);
  return clean.length <= length ? clean : `${clean.slice(0, length)}… (cut)`;
}

/** Text from a guest or a log inside of a message: one line, in quotes, in bounded length. */
export function quote(text: string, length = 200): string {
  return JSON.stringify(clip(oneLine(text), length));
}

/** The first of many inside of a message, and how many more there are: `a, b and 3 more`. */
export function listed(
  items: readonly (string | number)[],
  { most = 20, separator = ", " }: { most?: number; separator?: string } = {},
): string {
  const more = items.length > most ? ` and ${items.length - most} more` : "";
  return items.slice(0, most).join(separator) + more;
}

/** The end of a task's log inside of a message, without the line that tells again how it ended. */
export function logEnd(lines: readonly string[], exitStatus: string): string {
  const log = lines.filter((line) => line !== "" && !line.endsWith(`TASK ERROR: ${exitStatus}`));
  return log.length === 0 ? "" : `; log: ${log.slice(-5).map((line) => quote(line)).join(" | ")}`;
}

/** A key that sorts newest first in an ascending list; `seconds` are Unix seconds. */
export function newestFirst(seconds: unknown): string {
  return String(9_999_999_999 - Math.round(Number(seconds) || 0)).padStart(10, "0");
}
