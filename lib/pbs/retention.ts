import { AppError } from "../errors.ts";
import { text } from "../proxmox/api/values.ts";
import type { PbsReader } from "./reader.ts";
import type { Snapshot } from "./snapshots.ts";
import { NODE } from "./tasks.ts";

export const RULES = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;

type Rule = typeof RULES[number];

/** How many backups of a group each rule keeps. */
export type Retention = Readonly<Partial<Record<Rule, number>>>;

/** What keeps a backup; undefined for one that goes. */
export type KeptBy = `keep-${Rule}` | "protected" | "unfinished" | undefined;

/** `keep-daily=7` as parameters of a prune. */
export function retentionParams(
  retention: Retention,
): { readonly [key in `keep-${Rule}`]?: number } {
  return Object.fromEntries(
    Object.entries(retention).map(([rule, count]) => [`keep-${rule}`, count]),
  );
}

/** The same, as a prune job has it. */
export function retentionOf(row: Readonly<Record<string, unknown>>): Retention {
  const given = RULES.filter((rule) => typeof row[`keep-${rule}`] === "number");
  return Object.fromEntries(given.map((rule) => [rule, Number(row[`keep-${rule}`])]));
}

export function retentionText(retention: Retention): string {
  return Object.entries(retentionParams(retention)).map(([key, count]) => `${key}=${count}`).join(
    ", ",
  );
}

/** The timezone by which a server tells its days apart; undefined where it says none that is known. */
export async function timezoneOf(reader: PbsReader): Promise<string | undefined> {
  try {
    const timezone = text((await reader.get("/nodes/{node}/time", { node: NODE })).timezone);
    partsIn(timezone ?? "UTC");
    return timezone;
  } catch (error) {
    if (error instanceof AppError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * What keeps each backup of one group, by the server's own algorithm (`pbs-datastore/src/prune.rs`): a rule
 * keeps the newest of each of its periods, and skips periods of which an earlier rule kept one.
 *
 * @param options.timezone in which days begin; UTC when not given
 */
export function whatKeeps(
  snapshots: readonly Snapshot[],
  { retention, timezone = "UTC" }: { retention: Retention; timezone?: string | undefined },
): ReadonlyMap<Snapshot, KeptBy> {
  const newestFirst = [...snapshots].sort((a, b) => b.seconds - a.seconds);
  const marks = new Map<Snapshot, KeptBy>();
  // One that is being made is the newest, and broken ones before it go.
  for (const [at, one] of newestFirst.entries()) {
    if (one.size_bytes === undefined) marks.set(one, at === 0 ? "unfinished" : undefined);
  }
  const parts = partsIn(timezone);
  for (const rule of RULES) {
    const count = retention[rule];
    if (count === undefined) continue;
    const period = (one: Snapshot) => PERIODS[rule](parts(one.seconds), one.seconds);
    const before = new Set(
      newestFirst.filter((one) => marks.get(one)?.startsWith("keep-")).map(period),
    );
    const included = new Set<string>();
    for (const one of newestFirst) {
      if (marks.has(one)) continue;
      if (one.protected) {
        marks.set(one, "protected");
        continue;
      }
      const id = period(one);
      if (before.has(id)) continue;
      if (included.has(id)) {
        marks.set(one, undefined);
      } else if (included.size >= count) break;
      else {
        included.add(id);
        marks.set(one, `keep-${rule}`);
      }
    }
  }
  return new Map(newestFirst.map((one) => [one, one.protected ? "protected" : marks.get(one)]));
}

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
}

const PERIODS: Readonly<Record<Rule, (parts: Parts, seconds: number) => string>> = {
  last: (_, seconds) => String(seconds),
  hourly: ({ year, month, day, hour }) => [year, month, day, hour].join("/"),
  daily: ({ year, month, day }) => [year, month, day].join("/"),
  weekly: isoWeek,
  monthly: ({ year, month }) => [year, month].join("/"),
  yearly: ({ year }) => String(year),
};

const DAY_MS = 86_400_000;

/** The Thursday of a week tells the year that the week belongs to. */
function isoWeek({ year, month, day }: Parts): string {
  const date = new Date(Date.UTC(year, month - 1, day));
  const thursday = new Date(date.getTime() + (3 - (date.getUTCDay() + 6) % 7) * DAY_MS);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}/${Math.floor((thursday.getTime() - first) / (7 * DAY_MS))}`;
}

function partsIn(timeZone: string): (seconds: number) => Parts {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
  });
  return (seconds) => {
    const told = new Map(
      format.formatToParts(seconds * 1000).map((
        { type, value },
      ) => [type as string, Number(value)]),
    );
    const part = (name: string) => told.get(name) ?? 0;
    return { year: part("year"), month: part("month"), day: part("day"), hour: part("hour") };
  };
}
