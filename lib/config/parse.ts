import type * as z from "zod";
import { AppError, messageOf } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { ANY_NAME } from "./keys.ts";
import { type NameKey, refusal } from "./refusal.ts";
import { CONFIG_KEYS, type ConfigFile, configSchema } from "./schema.ts";
import { keyTwice } from "./twice.ts";

/** Parses the content of the config `name`; rejects with one line that names the key. */
export function parseConfig(
  raw: unknown,
  { name, named }: { readonly name: string; readonly named: NameKey },
): { readonly raw: Readonly<Record<string, unknown>>; readonly data: ConfigFile } {
  const result = configSchema.safeParse(raw, { reportInput: false, error: wrongType });
  if (result.success) return { raw: raw as Record<string, unknown>, data: result.data };
  const issues = result.error.issues;
  const unknown = issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown) throw new AppError("invalid", unknownKey(unknown, name));
  const issue = issues[0];
  throw refusal(named, (named) => {
    const problem = issue ? describe(issue, named) : "it is empty";
    return `Cannot use ${name}: ${problem}`;
  });
}

function unknownKey(issue: z.core.$ZodIssueUnrecognizedKeys, name: string): string {
  const section = issue.path.join(".");
  const key = issue.keys[0] ?? "";
  const path = section === "" ? key : `${section}.${key}`;
  const meant = nearestKey(section, key);
  return `Unknown key ${path} in ${name}` + (meant ? `: did you mean ${meant}?` : "");
}

/** A sibling that is near or begins so, else the same key where it belongs, else any near key. */
function nearestKey(section: string, key: string): string | null {
  const keys = keysSeenFrom(section);
  const prefix = section === "" ? "" : `${section}.`;
  const siblings = keys
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .filter((rest) => !rest.includes("."));
  const sibling = nearest(key, siblings) ??
    siblings.find((candidate) => candidate.startsWith(`${key}_`)) ?? null;
  if (sibling !== null) return prefix + sibling;
  const elsewhere = keys.find((path) => path.endsWith(`.${key}`));
  if (elsewhere !== undefined) return elsewhere;
  const last = nearest(key, keys.map((path) => path.split(".").at(-1) ?? path));
  return last === null ? null : keys.find((path) => path.split(".").at(-1) === last) ?? null;
}

/** The paths of all keys; those of named sections only with the names that stand in `section`. */
function keysSeenFrom(section: string): string[] {
  const names = section.split(".");
  const own = CONFIG_KEYS.map(({ path }) =>
    path.split(".").map((part, at) => part === ANY_NAME ? names[at] ?? part : part).join(".")
  );
  const inside = `${section}.`;
  const near = own.filter((path) => path.startsWith(inside));
  return [
    ...near,
    ...CONFIG_KEYS.map(({ path }) => path).filter((path) => !path.includes(ANY_NAME)),
  ];
}

/** What a value of another type is told, where its key says nothing of its own. */
function wrongType(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "invalid_key") return issue.issues[0]?.message;
  if (issue.code !== "invalid_type") return undefined;
  if (issue.input === undefined) return "is missing";
  const expected = issue.expected === "record" ? "object" : issue.expected;
  return `must be ${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;
}

/** The issue as a sentence about its key; values are never shown, for they may be secrets. */
function describe(issue: z.core.$ZodIssue, named: NameKey): string {
  const path = issue.path.reduce<string>(
    (left, part) => typeof part === "number" ? `${left}[${part}]` : joinKey(left, String(part)),
    "",
  );
  const key = path === "" ? "the file" : named(path) ?? path;
  return `${key} ${inSection(issue.message, path, named)}`;
}

/** The message about the key at `path`, in which `{name}` stands for the sibling of that name. */
export function inSection(message: string, path: string, named: NameKey = () => undefined): string {
  const section = path.replace(/\[\d+\]$/, "").split(".").slice(0, -1).join(".");
  return message.replace(/\{(\w+)\}/g, (_, name) => {
    const sibling = joinKey(section, name);
    return named(sibling) ?? sibling;
  });
}

function joinKey(left: string, key: string): string {
  return left === "" ? key : `${left}.${key}`;
}

/** The content of the config file `name`; rejects with where it is broken, or says a thing twice. */
export function parseJson(text: string, name: string): unknown {
  const json = text.replace(/^\uFEFF/, "");
  const content = parsed(json, name);
  const twice = keyTwice(json);
  if (twice === null) return content;
  const { path, line } = twice;
  throw new AppError(
    "invalid",
    `Cannot use ${name}: ${path} stands there twice, again at line ${line}: keep one of them`,
  );
}

function parsed(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const not = json.trim() === "" ? "it is empty" : json.includes("\0") ? "it is not UTF-8" : null;
    if (not !== null) throw new AppError("invalid", `Cannot read ${name}: ${not}`);
    const { line, column } = errorPosition(json, messageOf(error));
    // The engine's own message quotes the text around the error, which may be a secret.
    throw new AppError(
      "invalid",
      `Cannot read ${name}: not valid JSON at line ${line}, column ${column}` +
        ": look for a missing quote, a comma too many or a comment",
    );
  }
}

function errorPosition(text: string, message: string): { line: number; column: number } {
  const before = text.slice(0, positionIn(message) ?? firstBadPosition(text));
  const lines = before.split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

function positionIn(message: string): number | null {
  const found = message.match(/at position (\d+)/);
  return found ? Number(found[1]) : null;
}

/**
 * Some of the engine's messages name no position; then it is the length of the longest prefix whose
 * only fault is that it ends too early.
 */
function firstBadPosition(text: string): number {
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (onlyEndsEarly(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function onlyEndsEarly(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return true;
  } catch (error) {
    const message = messageOf(error);
    return /Unexpected end|Unterminated/.test(message) || positionIn(message) === prefix.length;
  }
}
