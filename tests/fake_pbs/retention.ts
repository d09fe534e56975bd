import type { Params } from "../fake_pve/validate.ts";
import type { FakeSnapshot } from "./state.ts";

const rules = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const;

/** How many to keep by each rule. */
export type Retention = Partial<Record<typeof rules[number], number>>;

export interface Marked {
  snapshot: FakeSnapshot;
  keep: boolean;
}

export function retentionOf(values: Readonly<Record<string, unknown>>): Retention {
  return Object.fromEntries(
    rules.filter((rule) => values[`keep-${rule}`] !== undefined)
      .map((rule) => [rule, Number(values[`keep-${rule}`])]),
  );
}

export function retentionIn({ values }: Params): Retention {
  return retentionOf(values);
}

export function describe(retention: Retention): string {
  return Object.entries(retention).map(([rule, count]) => `--keep-${rule} ${count}`).join(" ");
}

/** What a prune makes of a group, oldest first; without any rule all is kept. */
export function marked(snapshots: readonly FakeSnapshot[], retention: Retention): Marked[] {
  const newestFirst = [...snapshots].sort((a, b) => b.time - a.time);
  const marks = unfinished(newestFirst);
  for (const rule of rules) {
    const count = retention[rule];
    if (count !== undefined) select(newestFirst, { marks, count, period: periods[rule] });
  }
  const all = Object.keys(retention).length === 0;
  return newestFirst.reverse().map((snapshot) => ({
    snapshot,
    keep: snapshot.protected === true || all || marks.get(snapshot) === true,
  }));
}

type Marks = Map<FakeSnapshot, boolean>;

/** The newest is kept while nothing newer is finished. */
function unfinished(newestFirst: readonly FakeSnapshot[]): Marks {
  const marks: Marks = new Map();
  for (const [i, snapshot] of newestFirst.entries()) {
    if (!snapshot.files.length) marks.set(snapshot, i === 0);
  }
  return marks;
}

/** Keeps the newest of each period, and leaves out periods of which a former rule kept one. */
function select(
  newestFirst: readonly FakeSnapshot[],
  { marks, count, period }: { marks: Marks; count: number; period: (date: Date) => string },
): void {
  const idOf = ({ time }: FakeSnapshot) => period(new Date(time * 1000));
  const before = new Set(newestFirst.filter((one) => marks.get(one) && one.files.length).map(idOf));
  const included = new Set<string>();
  for (const snapshot of newestFirst) {
    if (marks.has(snapshot)) continue;
    const id = idOf(snapshot);
    if (snapshot.protected) {
      marks.set(snapshot, true);
      continue;
    }
    if (before.has(id)) continue;
    if (included.has(id)) marks.set(snapshot, false);
    else if (included.size >= count) break;
    else {
      included.add(id);
      marks.set(snapshot, true);
    }
  }
}

const text = (date: Date, length: number) => date.toISOString().slice(0, length);

const periods: Record<typeof rules[number], (date: Date) => string> = {
  last: (date) => date.toISOString(),
  hourly: (date) => text(date, 13),
  daily: (date) => text(date, 10),
  weekly: isoWeek,
  monthly: (date) => text(date, 7),
  yearly: (date) => text(date, 4),
};

/** The Thursday of a week tells the year that the week belongs to. */
function isoWeek(date: Date): string {
  const dayMs = 86_400_000;
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(date.getTime() + (3 - weekday) * dayMs);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}/${Math.floor((thursday.getTime() - first) / (7 * dayMs))}`;
}
