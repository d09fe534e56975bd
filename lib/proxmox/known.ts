import { AppError } from "../errors.ts";
import { begunBy, nearest } from "../nearest.ts";
import { type Resource, tagList } from "./api/values.ts";
import { listed } from "./clip.ts";

/**
 * Refuses the value of a filter that fits nothing because there is no such thing, and names what there is.
 *
 * @throws AppError `not_found`
 */
export function assertKnown(
  value: string | undefined,
  { what, known }: { what: string; known: Iterable<string> },
): void {
  const names = [...new Set(known)].sort();
  if (value === undefined || names.includes(value)) return;
  throw new AppError("not_found", `there is no ${what} ${value}${instead(value, names)}`);
}

/**
 * Why a list is empty though it was asked for with filters, as one warning or none.
 *
 * @param options.among what was looked through: `9 VMs`
 */
export function whyEmpty(
  rows: readonly unknown[],
  { filters, among }: { filters: Readonly<Record<string, unknown>>; among: string },
): string[] {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`).join(", ");
  return rows.length > 0 || given === "" ? [] : [`nothing fits ${given} among ${among}`];
}

/** What there is instead, for the end of a message: `, only a, b (did you mean b?)`. */
export function instead(value: string, names: readonly string[]): string {
  if (names.length === 0) return ", nor any other";
  const near = nearest(value, names) ?? begunBy(value, names)[0];
  const meant = near === undefined ? "" : ` (did you mean ${near}?)`;
  return `, only ${listed(names)}${meant}`;
}

/** The names of all nodes that resources tell of; whoever may not see nodes sees them by what is on them. */
export function nodesIn(resources: readonly Resource[]): string[] {
  return resources.map((row) => row.node).filter((node) => node !== undefined);
}

/** The names of all pools that resources tell of; an empty one shows only to who may see pools. */
export function poolsIn(resources: readonly Resource[]): string[] {
  return resources.map((row) => row.pool).filter((pool): pool is string =>
    typeof pool === "string" && pool !== ""
  );
}

/** The tags that guests have. */
export function tagsIn(resources: readonly Resource[]): string[] {
  return resources.flatMap((row) => tagList(row.tags));
}
