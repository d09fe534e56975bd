import { AppError } from "../../errors.ts";
import { clip } from "../clip.ts";
import { forEachBounded } from "../fan_out.ts";

export const SEVERITIES = ["critical", "warning", "info"] as const;

/** Something that an administrator should look at. */
export interface Finding {
  readonly severity: typeof SEVERITIES[number];
  readonly what: string;
  /** Names one thing, so that no two findings of a kind share it. */
  readonly where: string;
  readonly since?: string | undefined;
  /** The tool that mends it, or that tells more. */
  readonly tool: string;
}

/** What could not be looked at, and why. */
export interface Unread {
  readonly part: string;
  readonly of: string;
  readonly reason: string;
}

/** One thing to look at: `storages` of `the cluster`, `snapshots` of `VM 101`. */
export interface Probe {
  readonly part: string;
  readonly of: string;
  /** May push to `unread` what it can only read in part. */
  read(unread: Unread[]): Promise<readonly Finding[]>;
}

const NAMED = 5;

/** Runs the probes, at most eight at a time; what fails is told, not left out. */
export async function runProbes(
  probes: readonly Probe[],
): Promise<{ findings: Finding[]; unread: Unread[] }> {
  const parts = await forEachBounded(probes, async (probe) => {
    const unread: Unread[] = [];
    try {
      return { findings: await probe.read(unread), unread };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      unread.push({ part: probe.part, of: probe.of, reason: clip(error.message, 300) });
      return { findings: [], unread };
    }
  });
  return {
    findings: parts.flatMap((part) => part.findings),
    unread: parts.flatMap((part) => part.unread),
  };
}

/** One line per part: who it could not be read of, and why. */
export function summarize(unread: readonly Unread[]): Unread[] {
  const parts = Map.groupBy(unread, (entry) => entry.part);
  return [...parts].map(([part, entries]) => ({
    part,
    of: first(entries.map((entry) => entry.of), ", "),
    reason: first(entries.map((entry) => entry.reason), "; "),
  }));
}

function first(texts: readonly string[], separator: string): string {
  const distinct = [...new Set(texts)];
  const more = distinct.length > NAMED ? ` and ${distinct.length - NAMED} more` : "";
  return distinct.slice(0, NAMED).join(separator) + more;
}
