/** Text as a word of a unit file: `%` begins a specifier, white space ends a word. */
export function word(text: string): string {
  const escaped = text.replaceAll("%", "%%");
  return /[\s"'\\]/.test(escaped) ? `"${escaped.replace(/["\\]/g, "\\$&")}"` : escaped;
}
