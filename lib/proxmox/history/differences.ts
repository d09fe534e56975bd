import { REDACTED } from "../../log/redact.ts";
import { properties } from "../guest/properties.ts";
import { sameSetting } from "../guest/setting_values.ts";
import type { Content } from "./content.ts";

/** One setting, or one part of one, that is not the same; absent where it is not set. */
export interface Difference {
  readonly key: string;
  /** The part of a value that is made of named parts; `order` of a list. */
  readonly part?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Settings that are one text, whatever stands in it. */
const WHOLE = /^(?:description|name|hostname|tags|sshkeys|args|env|boot|lxc|hookscript)$/;
/** Named parts, of which the first may lack its name: `virtio=BC:24:11:00:00:01,bridge=vmbr0`. */
const IN_PARTS = /^[^,=]*(?:=[^,]*)?(?:,[\w.-]+=[^,]*)*$/;

/** What is not the same, by key and part. */
export function differencesOf(was: Content, is: Content): Difference[] {
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return keys.flatMap((key) => {
    const [from, to] = [was[key], is[key]];
    if (typeof from === "string" && typeof to === "string") return ofTexts(key, from, to);
    if (typeof from !== "string" && typeof to !== "string") {
      return ofLists(key, from ?? [], to ?? []);
    }
    return [differenceOf(key, { from: textOf(from), to: textOf(to) })];
  });
}

function ofTexts(key: string, from: string, to: string): Difference[] {
  if (sameSetting(key, from, to)) return [];
  if (WHOLE.test(key) || ![from, to].every(isInParts) || !`${from}${to}`.includes("=")) {
    return [differenceOf(key, { from, to })];
  }
  const [was, is] = [properties(from), properties(to)];
  const parts = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return parts.filter((part) => was[part] !== is[part]).map((part) => ({
    ...differenceOf(key, { from: was[part], to: is[part] }),
    part: part === "" ? "value" : part,
  }));
}

function isInParts(value: string): boolean {
  return IN_PARTS.test(value) && !value.includes(REDACTED);
}

function ofLists(key: string, from: readonly string[], to: readonly string[]): Difference[] {
  const gone = without(from, to).map((item) => differenceOf(key, { from: item }));
  const come = without(to, from).map((item) => differenceOf(key, { to: item }));
  if (gone.length > 0 || come.length > 0) return [...gone, ...come];
  if (from.every((item, at) => item === to[at])) return [];
  return [{ key, part: "order", from: from.join("; "), to: to.join("; ") }];
}

/** The items of one list that another has not, or has less often. */
function without(items: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return items.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function differenceOf(
  key: string,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): Difference {
  return { key, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined || typeof value === "string" ? value : value.join("; ");
}
