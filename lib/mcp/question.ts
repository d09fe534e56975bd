import { digestOf } from "../audit/digest.ts";
import { isSecretKey, REDACTED } from "../log/redact.ts";
import { visibleLine } from "../log/visible.ts";

const MAX_LINE = 4_000;

/**
 * What a person is asked: what would be done, what it is about, and every argument; secrets alone are
 * left out, and what is too long is cut in its middle, with the digest of the whole.
 */
export function questionText(
  { action, lines, given }: { action: string; lines: readonly string[]; given: unknown },
): string {
  const hidden = (key: string, value: unknown) => isSecretKey(key) ? REDACTED : value;
  const json = JSON.stringify(given ?? {}, hidden);
  const whole = json.length <= MAX_LINE ? "" : ` (SHA-256 ${digestOf(given)})`;
  return [
    ...[`Really ${action}?`, ...lines].map(cutInMiddle),
    `arguments: ${cutInMiddle(json)}${whole}`,
  ].map(visibleLine).join("\n");
}

/** The beginning and the end of a text: neither hides what stands at the other. */
function cutInMiddle(text: string): string {
  const left = text.length - MAX_LINE;
  if (left <= 0) return text;
  const half = MAX_LINE / 2;
  return `${text.slice(0, half)} … (${left} characters left out) … ${text.slice(-half)}`;
}
