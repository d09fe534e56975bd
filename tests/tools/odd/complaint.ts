import type { AnyTool } from "../../../lib/tool/tool.ts";
import type { ToolAnswer } from "../../site.ts";

/** What shows that a value was not what it was taken for. */
const INSIDE =
  /Internal error|\bNaN\b|\bundefined\b|\[object Object\]|Invalid Date|Infinity|Cannot read prop|is not a function/;

/** What is wrong with an answer, whatever was asked; undefined when nothing is. */
export function complaintOf(tool: AnyTool, { text, value }: ToolAnswer): string | undefined {
  const [inside] = INSIDE.exec(text) ?? [];
  if (inside !== undefined) return `it tells ${inside}: ${text.slice(0, 300)}`;
  if (value === undefined || value.dry_run !== undefined) return undefined;
  const { error } = tool.output.safeParse(value);
  return error && `it does not fit the tool's schema: ${error.message.slice(0, 300)}`;
}

/** Where an answer does not say what another one says; undefined when it does, and maybe more. */
export function lostIn(value: unknown, clean: unknown, at = ""): string | undefined {
  if (typeof clean !== "object" || clean === null) {
    return isSame(value, clean)
      ? undefined
      : `${at}: ${JSON.stringify(clean)} is ${JSON.stringify(value)}`;
  }
  const members = Object(value);
  return Object.entries(clean).map(([key, part]) => lostIn(members[key], part, `${at}.${key}`))
    .find((lost) => lost !== undefined);
}

const MARK = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Each call has an id of its own, which stands in what it writes. */
function unmarked(value: unknown): string {
  return String(value).replaceAll(MARK, "");
}

/** A setting is shown as it comes; a text may go on. */
function isSame(value: unknown, clean: unknown): boolean {
  const [told, wanted] = [unmarked(value), unmarked(clean)];
  if (told === wanted || typeof clean === "string" && told.startsWith(wanted)) return true;
  return (typeof value === "boolean" || value === "") && Number(value) === Number(clean);
}
