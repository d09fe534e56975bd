import { BareStatus } from "./errors.ts";
import type { Raw } from "./validate.ts";

const largestPost = 512 * 1024;

/** Query strings and form bodies: `;` separates, `+` is a space, a second unencoded `=` cuts the value off. */
export function decodeForm(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const pair of text.split(/[&;]/)) {
    if (pair === "") continue;
    const [key = "", value = ""] = pair.split("=").map(decode);
    values[key] = values[key] === undefined ? value : `${values[key]}\0${value}`;
  }
  return values;
}

function decode(text: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced.replace(
      /%([0-9a-fA-F]{2})/g,
      (_, code: string) => String.fromCharCode(parseInt(code, 16)),
    );
  }
}

/** What Proxmox makes of a request's body; refuses bodies where none belongs, and too large ones. */
export function decodeBody(method: string, type: string | undefined, bytes: Uint8Array): Raw {
  if (!bytes.length) return {};
  if (method !== "POST" && method !== "PUT") {
    const text = `Unexpected content for method '${method}'`;
    throw new BareStatus(501, text, text);
  }
  if (bytes.length > largestPost) {
    throw new BareStatus(501, "for data too large", "for data too large");
  }
  const text = new TextDecoder().decode(bytes);
  const kind = type?.split(";")[0]?.trim().toLowerCase();
  if (kind === undefined || kind === "application/x-www-form-urlencoded") return decodeForm(text);
  if (kind !== "application/json") {
    throw new BareStatus(506, `upload 'Content-Type '${type}' not implemented`);
  }
  return parseJson(text);
}

function parseJson(text: string): Raw {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Raw;
    throw new BareStatus(500, "Not a HASH reference", "Not a HASH reference");
  } catch (error) {
    if (error instanceof BareStatus) throw error;
    const reason =
      `malformed JSON string, neither tag, array, object, number, string or atom, at character offset ${text.length} ` +
      `(before "(end of string)") at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 934.`;
    throw new BareStatus(500, reason, `${reason}\n`);
  }
}

/** What a test sees of a body: parsed when it can be, the text otherwise. */
export function bodyForRecord(type: string | undefined, bytes: Uint8Array): unknown {
  if (!bytes.length) return undefined;
  const text = new TextDecoder().decode(bytes);
  if (!type?.includes("json")) {
    return type === undefined || type.includes("form") ? decodeForm(text) : text;
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
