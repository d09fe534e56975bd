import type * as z from "zod";
import { AppError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { isRecord } from "../record.ts";
import type { AnyTool } from "../tool/tool.ts";
import { describeIssue, valueAt } from "./issues.ts";

/** Wrong arguments that an error names. */
const MAX_PROBLEMS = 10;
const DEADLINE_MS = 120_000;

/**
 * Reads a call's arguments by the tool's schema. A null where none may be is as good as nothing there.
 *
 * @throws AppError `invalid` naming what is wrong, and for a misspelt argument the one that was meant
 */
export function parseInput(tool: AnyTool, given: unknown): Record<string, unknown> {
  let meant: unknown = given ?? {};
  let parsed = tool.input.safeParse(meant);
  if (!parsed.success) {
    meant = withoutNulls(meant, parsed.error.issues);
    parsed = tool.input.safeParse(meant);
  }
  if (parsed.success) return parsed.data;
  const fields = Object.keys(tool.input.shape);
  const about = (field: string) => {
    const schema: z.ZodType | undefined = tool.input.shape[field];
    return schema?.description;
  };
  const issues: z.core.$ZodIssue[] = parsed.error.issues;
  const problems = issues.slice(0, MAX_PROBLEMS)
    .flatMap((issue) => describeIssue(issue, { given: meant, fields, about })).slice(
      0,
      MAX_PROBLEMS,
    );
  throw new AppError("invalid", `Invalid arguments for ${tool.name}: ${problems.join("; ")}`);
}

/** The arguments without those nulls that the schema refuses. */
function withoutNulls(given: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy = structuredClone(given);
  for (const { path } of issues) {
    const holder = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (isRecord(holder) && key !== undefined && Reflect.get(holder, key) === null) {
      Reflect.deleteProperty(holder, key);
    }
  }
  return copy;
}

/** The answer to a call of a tool that there is not; callers choose the name. */
export function unknownTool(name: string, names: readonly string[]): string {
  const shown = JSON.stringify(name.slice(0, 100));
  return `Unknown tool ${shown}${didYouMean(name, names, "; see tools/list")}`;
}

/** Milliseconds that a call with this input may last. */
export function deadlineOf(input: Record<string, unknown>): number {
  // Twice: a forced deletion waits for the stop, then for the deletion.
  const seconds = typeof input.timeout_seconds === "number" ? input.timeout_seconds : 0;
  return DEADLINE_MS + 2 * seconds * 1000;
}

/** The vmid that arguments name as a number, for the audit; they need not be valid. */
export function vmidOf(given: unknown): number | null {
  const vmid = typeof given === "object" && given !== null && "vmid" in given ? given.vmid : null;
  // An object may have a `toString` that is no function.
  if (typeof vmid !== "number" && typeof vmid !== "string") return null;
  return /^\d{3,9}$/.test(String(vmid)) ? Number(vmid) : null;
}
