import { compact, number, time } from "../api/values.ts";

const DAY = 86_400;
const MIN_POINTS = 10;
const MIN_DAYS = 3;
/** Beyond this a straight line says nothing. */
const MAX_DAYS = 3650;

/** A measurement: Unix seconds, and how much was used. */
export type Point = readonly [seconds: number, used: number];

/** Where use goes, by a straight line through what was measured. */
export interface Trend {
  readonly growth_bytes_per_day: number;
  /** RFC 3339; absent where it does not fill up within ten years. */
  readonly full_at?: string;
}

/** The measurements of one column in a round-robin database; what was not measured is left out. */
export function pointsOf(
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
): Point[] {
  return rows.flatMap((row): Point[] => {
    const time = number(row.time);
    const value = columns.map((column) => number(row[column])).find((each) => each !== undefined);
    return time === undefined || value === undefined ? [] : [[time, value]];
  });
}

/** Days between the first and the last measurement. */
export function daysOf(points: readonly Point[]): number {
  const times = points.map(([seconds]) => seconds);
  return times.length === 0 ? 0 : (Math.max(...times) - Math.min(...times)) / DAY;
}

/**
 * Least squares over the measurements; undefined where they are fewer than ten or younger than three days.
 *
 * @param total how much there is room for, in bytes; undefined where nobody knows when it is full
 */
export function trendOf(points: readonly Point[], total: number | undefined): Trend | undefined {
  if (points.length < MIN_POINTS || daysOf(points) < MIN_DAYS) return undefined;
  const meanTime = mean(points.map(([time]) => time));
  const meanUsed = mean(points.map(([, used]) => used));
  const spread = points.reduce((sum, [time]) => sum + (time - meanTime) ** 2, 0);
  const together = points.reduce(
    (sum, [time, used]) => sum + (time - meanTime) * (used - meanUsed),
    0,
  );
  const slope = together / spread;
  const growth = Math.round(slope * DAY);
  const last = Math.max(...points.map(([time]) => time));
  const now = meanUsed + slope * (last - meanTime);
  const seconds = ((total ?? Infinity) - now) / slope;
  if (growth <= 0 || seconds > MAX_DAYS * DAY) return { growth_bytes_per_day: growth };
  return compact({ growth_bytes_per_day: growth, full_at: time(last + Math.max(0, seconds)) });
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, each) => sum + each, 0) / values.length;
}
