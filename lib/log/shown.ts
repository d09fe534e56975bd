import { oneLine } from "../errors.ts";
import { redactText } from "./redact_text.ts";
import { hideArgument } from "./secret_commands.ts";
import { visible } from "./visible.ts";

/** `text` as a caller may see it: secrets hidden, characters that are not seen as escapes. */
export function shownText(text: string): string {
  return visible(redactText(text, { most: text.length }));
}

/** Like `shownText`, in one line. */
export function shownLine(text: string): string {
  return shownText(oneLine(text));
}

/** A copy of plain JSON with every text in it, keys and argument vectors too, as a caller may see it. */
export function shownJson(value: unknown): unknown {
  if (typeof value === "string") return shownText(value);
  if (Array.isArray(value)) {
    return value.map((member, index) => shownJson(hideArgument(value, index) ?? member));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [visible(key), shownJson(member)]),
  );
}
