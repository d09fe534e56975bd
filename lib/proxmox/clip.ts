/** Text from elsewhere in bounded length; says so when something was cut off. */
export function clip(text: string, length = 500): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (cut)`;
}

/** A key that sorts newest first in an ascending list; `seconds` are Unix seconds. */
export function newestFirst(seconds: unknown): string {
  return String(9_999_999_999 - Math.round(Number(seconds) || 0)).padStart(10, "0");
}
