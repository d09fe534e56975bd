import type * as z from "zod";
import { allNearest, begunBy, meantText, nearest } from "../nearest.ts";
import { clip } from "../proxmox/clip.ts";

/** Names of one issue that an error tells, and words of a list. */
const MAX_NAMES = 10;
const MAX_WORDS = 40;
const MAX_MEANT = 2;

type Issue = z.core.$ZodIssue;

/** What is wrong with a call's arguments, in plain words: one text for each thing. */
export function describeIssue(issue: Issue, { given, fields, about = () => undefined }: {
  given: unknown;
  /** The arguments that there are. */
  fields: readonly string[];
  /** What an argument is, in its own words: its unit, or what it may be. */
  about?: (field: string) => string | undefined;
}): string[] {
  const at = clip(issue.path.join("."), 100);
  if (issue.code === "unrecognized_keys") return unknownNames(issue.keys, { at, fields });
  const value = valueAt(given, issue.path);
  if (value === undefined && at !== "" && issue.code !== "custom") return [`${at} is missing`];
  const what = isMeasure(issue) ? about(at) : undefined;
  return [`${at || "arguments"}: ${clip(problemOf(issue, value))}${what ? ` (${what})` : ""}`];
}

/** Whether a number is out of bounds or a form does not fit, which an argument's own words explain. */
function isMeasure(issue: Issue): boolean {
  if (!LIBRARY_WORDS.test(issue.message)) return false;
  if (issue.code === "too_big" || issue.code === "too_small") {
    return issue.origin === "number" || issue.origin === "int";
  }
  return issue.code === "invalid_format" ||
    issue.code === "invalid_type" && /^(?:int|number)$/.test(issue.expected);
}

/** The value that an issue is about; undefined where there is none. */
export function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (at, key) => typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined,
    given,
  );
}

function unknownNames(
  keys: readonly string[],
  { at, fields }: { at: string; fields: readonly string[] },
): string[] {
  const told = keys.slice(0, MAX_NAMES).map((key) => {
    const near = namesMeant(key, fields).join(" or ");
    const name = `${at ? `${at}.` : ""}${clip(key, 100)}`;
    return `unknown argument ${name}${meantText(near)}`;
  });
  if (at !== "" || keys.every((key) => namesMeant(key, fields).length > 0)) return told;
  return [...told, `there are ${fields.slice(0, MAX_WORDS).join(", ") || "none"}`];
}

/** The arguments that a wrong name was probably meant to be; none where it could be many. */
function namesMeant(key: string, fields: readonly string[]): string[] {
  const near = allNearest(key, fields);
  const names = near.length > 0 ? near : begunBy(key, fields);
  return names.length > MAX_MEANT ? [] : names;
}

/** How the library's own words begin; any others are a tool's. */
const LIBRARY_WORDS = /^(?:Invalid|Too (?:big|small)|Unrecognized) ?/;

function problemOf(issue: Issue, value: unknown): string {
  if (!LIBRARY_WORDS.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_value":
      return oneOf(issue.values.map(String), value);
    case "invalid_type":
      if (issue.expected === "int" && typeof value === "number") return "must be a whole number";
      return `must be ${nameOf(issue.expected)}, not ${typeOf(value)}`;
    case "invalid_union":
      return ofUnion(issue, value);
    case "too_big":
      return `must ${bound(issue.origin, { side: "at most", limit: issue.maximum })}`;
    case "too_small":
      return `must ${bound(issue.origin, { side: "at least", limit: issue.minimum })}`;
    default:
      return UNFIT;
  }
}

function oneOf(words: readonly string[], value: unknown): string {
  const near = typeof value === "string" ? nearest(value, words) : null;
  const more = words.length > MAX_WORDS ? ", …" : "";
  const list = words.slice(0, MAX_WORDS).join(", ") + more;
  return `must be ${words.length === 1 ? "" : "one of "}${list}${meantText(near)}`;
}

const UNFIT = "has a form that does not fit";

/** The types that would do, or what is wrong in the only form that has the right one. */
function ofUnion(issue: Extract<Issue, { code: "invalid_union" }>, value: unknown): string {
  const firsts = issue.errors.flatMap(([first]) => first ?? []);
  const types = firsts.flatMap((first) =>
    first.code === "invalid_type" && first.path.length === 0 ? nameOf(first.expected) : []
  );
  if (types.length > 0 && types.length === firsts.length) {
    return `must be ${[...new Set(types)].join(" or ")}, not ${typeOf(value)}`;
  }
  const [meant] = firsts.filter(({ code, path }) => code !== "invalid_type" || path.length > 0);
  return meant === undefined ? UNFIT : problemOf(meant, valueAt(value, meant.path));
}

const NAMES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  null: "null",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a text",
};

function nameOf(expected: string): string {
  return NAMES[expected] ?? expected;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "boolean" ? String(value) : nameOf(typeof value);
}

function bound(
  origin: string,
  { side, limit }: { side: string; limit: number | bigint },
): string {
  const one = Number(limit) === 1;
  if (origin === "string") return `have ${side} ${limit} ${one ? "character" : "characters"}`;
  if (origin === "array") return `have ${side} ${limit} ${one ? "entry" : "entries"}`;
  return `be ${side} ${limit}`;
}
