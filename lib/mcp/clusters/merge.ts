import { listed } from "../../proxmox/clip.ts";
import { isRecord } from "../../record.ts";
import { comparing, formatCursor, type Order, type Place, PLACES } from "../../proxmox/list.ts";
import type { AnyTool } from "../../tool/tool.ts";
import type { Ran } from "../run_once.ts";
import { rowsIn } from "./coverage.ts";
import { mergedCursor } from "./cursor.ts";
import type { Row } from "../../proxmox/api/values.ts";

/** What one cluster has answered. */
export interface Part {
  readonly cluster: string;
  readonly value: Ran;
}

type Value = Record<string, unknown>;
/** What each of some clusters has answered, side by side. */
export function mergeEach(parts: readonly Part[], warnings: readonly string[]): Value {
  const clusters = parts.map(({ cluster, value }) => ({ cluster, ...value.finished.value }));
  return { clusters, ...(warnings.length > 0 ? { warnings } : {}) };
}

/** One page of the rows of several clusters, each led by its cluster, in the order of their places. */
export function mergeLists(
  parts: readonly Part[],
  { tool, clusters, limit, sort, warnings }: {
    readonly tool: AnyTool;
    /** All that were asked, in order. */
    readonly clusters: readonly string[];
    readonly limit: number;
    readonly sort: Order | undefined;
    /** What is missing. */
    readonly warnings: readonly string[];
  },
): Value {
  const name = rowsIn(tool);
  const compare = comparing(sort);
  const order = new Map(clusters.map((cluster, at) => [cluster, at]));
  const rows = parts.flatMap((part) => placedRows(part, name)).sort((a, b) =>
    compare(a.place, b.place) || (order.get(a.cluster) ?? 0) - (order.get(b.cluster) ?? 0)
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isMore = rows.length > page.length || parts.some(({ value }) => nextOf(value));
  const merged: Value = {};
  const said = [...warnings];
  for (const key of Object.keys(tool.output.shape)) {
    const given = parts.flatMap(({ cluster, value: { finished } }) =>
      finished.value[key] === undefined ? [] : [{ cluster, value: finished.value[key] }]
    );
    if (key === name) merged[key] = page.map(({ cluster, row }) => ({ cluster, ...row }));
    else if (key === "warnings") said.push(...given.flatMap(prefixed));
    else if (key !== "next_cursor" && given.length > 0) merge(merged, { key, given, said });
  }
  if (isMore && last) {
    merged.next_cursor = mergedCursor(last.cluster, formatCursor(last.place, sort));
  }
  if (said.length > 0) merged.warnings = said;
  return merged;
}

interface PlacedRow {
  readonly cluster: string;
  readonly place: Place;
  readonly row: Row;
}

function placedRows({ cluster, value: { output, finished } }: Part, name: string): PlacedRow[] {
  const places = output[PLACES] as readonly Place[] | undefined;
  const rows = finished.value[name] as readonly Row[];
  if (places?.length !== rows.length) throw new Error(`the rows of ${name} have no places`);
  return rows.flatMap((row, at) =>
    places[at] === undefined ? [] : [{ cluster, place: places[at], row }]
  );
}

function nextOf({ finished }: Ran): boolean {
  return finished.value.next_cursor !== undefined;
}

interface Given {
  readonly cluster: string;
  readonly value: unknown;
}

/**
 * What clusters tell besides their rows: numbers are added up, lists follow one another, moments are the
 * oldest, and what is the same is told once; of what differs a warning tells.
 */
function merge(
  merged: Value,
  { key, given, said }: { key: string; given: readonly Given[]; said: string[] },
): void {
  const values = given.map(({ value }) => value);
  const [first] = values;
  if (values.every((value) => typeof value === "number")) {
    merged[key] = values.reduce((sum, value) => sum + value, 0);
  } else if (values.every((value) => Array.isArray(value))) {
    merged[key] = ofAll(given);
  } else if (values.every(isRecord)) {
    const sums: Value = {};
    for (const value of values) {
      for (const [name, count] of Object.entries(value)) {
        sums[name] = Number(sums[name] ?? 0) + Number(count);
      }
    }
    merged[key] = sums;
  } else if (values.every((value) => value === first)) {
    merged[key] = first;
  } else if (values.every(isMoment)) {
    merged[key] = [...values].sort()[0];
  } else {
    said.push(`${key}: ${given.map(({ cluster, value }) => `${cluster} ${value}`).join(", ")}`);
  }
}

/** Of so many clusters at least a row that they all have is told once. */
const MANY = 10;

/** The rows of lists, each led by its cluster, or by several that have the same. */
function ofAll(given: readonly Given[]): unknown[] {
  const same = new Map<string, Set<string>>();
  const rows = given.flatMap(({ cluster, value }) =>
    (value as readonly unknown[]).map((row) => {
      if (!isRecord(row)) return { cluster, row };
      const key = JSON.stringify(row);
      const having = same.get(key) ?? new Set();
      same.set(key, having.add(cluster));
      return { cluster, row, having };
    })
  );
  const told = new Set<Set<string>>();
  return rows.flatMap(({ cluster, having, row }) => {
    if (having === undefined) return [row];
    if (having.size < MANY) return [{ cluster, ...row }];
    if (told.has(having)) return [];
    told.add(having);
    return [{ cluster: listed([...having], { most: 3 }), ...row }];
  });
}

function prefixed({ cluster, value }: Given): string[] {
  return Array.isArray(value) ? value.map((warning) => `${cluster}: ${warning}`) : [];
}

function isMoment(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
}
