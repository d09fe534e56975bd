import {
  formatVmidRanges,
  NO_LIMITS,
  parseVmidRanges,
  type TokenLimits,
  type VmidRange,
} from "../auth/limits.ts";
import { AppError } from "../errors.ts";

/** The kinds of reach that a person may lower, in the order in which they are asked. */
export const REACHES = ["pools", "tags", "vmids", "nodes"] as const;
export type Reach = typeof REACHES[number];

/** A pool may be in another (`dept/web`), and a tag may hold a plus. */
const NAME = /^[\w.+/-]{1,100}$/;
const MOST_NAMES = 50;

/** What a person has written, and what is wrong with it if it cannot be taken. */
export type Narrowed = { readonly limits: TokenLimits | null } | { readonly flaw: Reach };

/** A reach as it stands in its field; empty for no limit. */
export function reachText(limits: TokenLimits | null, reach: Reach): string {
  if (reach === "vmids") return limits?.vmids ? formatVmidRanges(limits.vmids) : "";
  return limits?.[reach]?.join(", ") ?? "";
}

/**
 * Lowers the reach that a person has to what the person writes. A field left empty, or as it was shown, lowers
 * nothing; what is not within the person's own reach is a flaw.
 */
export function narrow(
  own: TokenLimits | null,
  { fields, needsApproval }: {
    fields: Readonly<Record<Reach, string>>;
    needsApproval: boolean;
  },
): Narrowed {
  const base = own ?? NO_LIMITS;
  const limits: { -readonly [K in keyof TokenLimits]: TokenLimits[K] } = {
    ...base,
    needsApproval: base.needsApproval || needsApproval,
  };
  for (const reach of REACHES) {
    const text = fields[reach].trim();
    if (text === "" || text === reachText(own, reach)) continue;
    if (reach === "vmids") {
      const ranges = rangesIn(text);
      if (ranges === null || !coversAll(base.vmids, ranges)) return { flaw: reach };
      limits.vmids = ranges;
    } else {
      const names = namesIn(text);
      const held = base[reach];
      const same = (a: string, b: string) =>
        reach === "tags" ? a.toLowerCase() === b.toLowerCase() : a === b;
      if (names === null) return { flaw: reach };
      if (held && !names.every((name) => held.some((each) => same(each, name)))) {
        return { flaw: reach };
      }
      limits[reach] = names;
    }
  }
  const isLimited = own !== null || JSON.stringify(limits) !== JSON.stringify(NO_LIMITS);
  return { limits: isLimited ? limits : null };
}

function namesIn(text: string): string[] | null {
  const names = text.split(/[\s,]+/).filter((name) => name !== "");
  return names.length > 0 && names.length <= MOST_NAMES && names.every((name) => NAME.test(name))
    ? [...new Set(names)]
    : null;
}

function rangesIn(text: string): VmidRange[] | null {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== "");
  if (entries.length === 0 || entries.length > MOST_NAMES) return null;
  try {
    return parseVmidRanges(entries.join(","));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** Whether each range lies within one that is held, or within several that touch. */
function coversAll(held: readonly VmidRange[] | null, wanted: readonly VmidRange[]): boolean {
  if (held === null) return true;
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of held.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return wanted.every(({ from, to }) =>
    joined.some((range) => range.from <= from && to <= range.to)
  );
}
