import { quote } from "../clip.ts";
import { canonicalTags, flag, tagList, text } from "../api/values.ts";

/**
 * Whether a setting holds a value already. Proxmox sends numbers as strings and booleans as 0/1, sorts
 * tags, and keeps no spaces at a description's end, or ends it with a newline; those are no changes.
 */
export function sameSetting(key: string, held: unknown, wanted: unknown): boolean {
  if (typeof wanted === "boolean") return held !== undefined && flag(held) === wanted;
  if (held === undefined || wanted === undefined) return held === wanted;
  return stored(key, held) === stored(key, wanted);
}

/** A setting's value for messages. */
export function showSetting(value: unknown): string {
  if (value === undefined) return "unset";
  return typeof value === "string" ? quote(value, 100) : JSON.stringify(value);
}

function stored(key: string, value: unknown): string {
  if (key === "tags") return canonicalTags(tagList(value)).join(";");
  if (key === "description") return (text(value) ?? "").trimEnd();
  return String(value);
}
