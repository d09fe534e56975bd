import { number, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";

const RUNS = 60;
const HOUR = 3600;

/**
 * Seconds between two runs of a schedule, of which the longest of the next ones counts: `mon..fri 21:00`
 * gives three days. Undefined for one that runs once, or never.
 */
async function intervalOf(pve: Pve, schedule: string): Promise<number | undefined> {
  const rows = await pve.list("/cluster/jobs/schedule-analyze", {}, { schedule, iterations: RUNS });
  const runs = rows.map(({ timestamp }) => number(timestamp)).filter((run) => run !== undefined);
  const gaps = runs.slice(1).map((run, before) => run - (runs[before] ?? run));
  return gaps.length === 0 ? undefined : Math.max(...gaps);
}

/** How old a backup may be that was made in time: a run needs its time too, so that a quarter is to spare. */
export function allowedAge(interval: number): number {
  return interval + Math.min(12 * HOUR, Math.max(HOUR, interval / 4));
}

/** The intervals of schedules, each asked for once. */
export async function intervalsOf(
  pve: Pve,
  schedules: readonly (string | undefined)[],
): Promise<ReadonlyMap<string, number | undefined>> {
  const distinct = [...new Set(schedules.map(text).filter((one) => one !== undefined))];
  return new Map(
    await Promise.all(
      distinct.map(async (one) => [one, await intervalOf(pve, one)] as const),
    ),
  );
}
