import { number, time } from "../proxmox/api/values.ts";

/** When a datastore will be full at its present pace: at a time, never, or nobody knows yet. */
export interface Filling {
  readonly full: "at" | "never" | "unknown";
  /** RFC 3339. */
  readonly full_at?: string;
}

/**
 * What `estimated-full-date` means: it is absent while there are too few points, 0 for one that does not
 * grow, and in the past for one that shrinks.
 */
export function fillingOf(estimate: unknown, now: Date): Filling {
  const seconds = number(estimate);
  if (seconds === undefined) return { full: "unknown" };
  const at = time(seconds);
  if (at === undefined || seconds * 1000 <= now.getTime()) return { full: "never" };
  return { full: "at", full_at: at };
}

const DAY_SECONDS = 86_400;
/** As many as the server itself wants before it tells when it will be full. */
const LEAST_POINTS = 7;

/**
 * Bytes a day by which it has grown, as a straight line through its history; undefined while there are too
 * few points.
 *
 * @param row of `/status/datastore-usage`: fractions used, null for gaps, so many seconds apart
 */
export function growthOf(
  row: { readonly history?: unknown; readonly "history-delta"?: unknown; readonly total?: unknown },
): number | undefined {
  const [step, total] = [number(row["history-delta"]), number(row.total)];
  if (!Array.isArray(row.history) || !step || !total) return undefined;
  const points = row.history.flatMap((used: unknown, at): [number, number][] =>
    typeof used === "number" ? [[at * step / DAY_SECONDS, used * total]] : []
  );
  if (points.length < LEAST_POINTS) return undefined;
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [meanDay, meanBytes] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [day]) => sum + (day - meanDay) ** 2, 0);
  const together = points.reduce(
    (sum, [day, bytes]) => sum + (day - meanDay) * (bytes - meanBytes),
    0,
  );
  return number(Math.round(together / spread));
}
