import type { Schema } from "../../fake_pve/contract.ts";
import { type Bend, GONE, type Member } from "./bend.ts";

const UNKNOWN_MEMBERS: Readonly<Record<string, Bend>> = {
  "members that nobody knows": ({ value, schema }) =>
    isObject(value) && schema?.properties ? { ...value, "x-odd": { odd: [1] } } : value,
};

/** Spellings that mean the same: what is told may not change by them. */
export const SPELLINGS: Readonly<Record<string, Bend>> = {
  ...UNKNOWN_MEMBERS,
  "numbers and booleans as Perl happens to have them": ({ value, schema, chance }) => {
    if (schema?.type === "boolean" && value === 1) return oneOf(["1", true], chance);
    if (schema?.type === "boolean" && value === 0) return oneOf(["0", "", false], chance);
    if (typeof value === "number") return String(value);
    return typeof value === "string" && String(Number(value)) === value ? Number(value) : value;
  },
};

/** The same of a backup server, whose numbers and booleans are what they are. */
export const PBS_SPELLINGS: Readonly<Record<string, Bend>> = {
  ...UNKNOWN_MEMBERS,
  "null for what is not there": ({ value, schema }) =>
    isObject(value) ? { ...optionalOf(schema), ...value } : value,
  "nothing for what is null": ({ value }) => value === null ? GONE : value,
};

function optionalOf({ properties = {} }: Schema = {}): Record<string, null> {
  const names = Object.keys(properties).filter((name) => properties[name]?.optional);
  return Object.fromEntries(names.map((name) => [name, null]));
}

/** What the API allows, or has been seen to answer: less may be told by it, and nothing that is not so. */
export const LOSSES: Readonly<Record<string, Bend>> = {
  "some optional members left out": (member) => isOptional(member, 0.4) ? GONE : member.value,
  "all optional members left out": (member) => isOptional(member, 1) ? GONE : member.value,
  "some optional members null": (member) => isOptional(member, 0.4) ? null : member.value,
  "lists and objects empty": ({ value }) =>
    Array.isArray(value) ? [] : isObject(value) ? {} : value,
  "lists and objects null": ({ value }) => typeof value === "object" ? null : value,
  "kinds and states that are new": ({ name, schema, value, chance }) =>
    typeof value === "string" && (schema?.enum || KIND.test(name)) && chance() < 0.5
      ? oneOf(["novel-kind", "WARNINGS: 3", "unexpected status", "interrupted by signal"], chance)
      : value,
  "numbers that cannot be": ({ value, chance }) =>
    typeof value === "number" && chance() < 0.5
      ? oneOf([1e30, 2 ** 63, 1e308, -1, -1e15, 0.5, 0], chance)
      : value,
  "texts of every kind": ({ name, value }) =>
    typeof value === "string" && TEXT.test(name) ? STRANGE : value,
  "values of other types": ({ value, chance }) =>
    chance() < 0.3 ? oneOf(["n/a", "", { odd: 1 }, [7], 7, true], chance) : value,
};

const KIND = new RegExp(
  "^(content|exitstatus|format|hastate|health|last-run-state|level|lock|maintenance|mode|plugintype|qmpstatus|state|status|type)$",
);
const TEXT =
  /^(comment|description|Description|message|model|name|note|notes|pool|subject|t|tags|title|vendor)$/;
const STRANGE = `\u00dcn\u202e\u0000\n|x*[a](b)<i>${"\u{1f600}".repeat(200)}`;

function isOptional({ schema, chance }: Member, share: number): boolean {
  return Boolean(schema?.optional) && chance() < share;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function oneOf<T>(values: readonly T[], chance: () => number): T | undefined {
  return values[Math.floor(chance() * values.length)];
}
