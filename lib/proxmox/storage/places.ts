import { AppError } from "../../errors.ts";
import type { Advice } from "../advice.ts";
import { flag, type Resource, text } from "../api/values.ts";
import { offlineNodes } from "../inventory.ts";
import { assertKnown, instead, nodesIn } from "../known.ts";
import type { Pve } from "../pve.ts";

/** A node where a storage's content can be read. */
export interface Place {
  readonly storage: string;
  readonly node: string;
}

export interface VolumeFilter {
  readonly storage?: string | undefined;
  readonly node?: string | undefined;
  readonly content?: string | undefined;
  readonly vmid?: number | undefined;
  /** The kind that the caller looks for among all that are read. */
  readonly sought?: string;
}

/**
 * Where to read: a shared storage once, any other on each of its nodes.
 *
 * @throws AppError `not_found` when the storage that was asked for is nowhere
 */
export function placesOf(
  resources: readonly Resource[],
  { storage, node, content }: VolumeFilter,
  advice: Advice,
): { places: Place[]; warnings: string[] } {
  const offline = offlineNodes(resources);
  const rows = storagesFor(resources, { storage, node, content });
  if (rows.length === 0) {
    assertKnown(node, { what: "node", known: nodesIn(resources) });
    if (storage !== undefined) throw noStorage(storage, { resources, node, content, advice });
  }
  const groups = Map.groupBy(
    rows,
    (row) => flag(row.shared) ? `${row.storage}` : `${row.storage} ${row.node}`,
  );
  const places: Place[] = [];
  const warnings: string[] = [];
  for (const group of groups.values()) {
    const up = group.find((row) => row.status === "available" && !offline.has(row.node ?? ""));
    const [{ storage: id = "", node: on = "" } = {}] = [up ?? group[0]];
    if (up) places.push({ storage: id, node: on });
    else warnings.push(`storage ${id} on node ${on} is not available: its content is unknown`);
  }
  return { places, warnings };
}

function storagesFor(
  resources: readonly Resource[],
  { storage, node, content }: VolumeFilter,
): Resource[] {
  return resources.filter((row) =>
    row.type === "storage" && (storage === undefined || row.storage === storage) &&
    (node === undefined || row.node === node) &&
    (content === undefined || (text(row.content)?.split(",").includes(content) ?? true))
  );
}

function noStorage(
  storage: string,
  { resources, node, content, advice }: VolumeFilter & {
    resources: readonly Resource[];
    advice: Advice;
  },
): AppError {
  const rows = storagesFor(resources, { node, content });
  const where = node === undefined ? "" : ` on node ${node}`;
  const kind = content === undefined ? "" : ` for ${content}`;
  const others = instead(storage, [...new Set(rows.map((row) => row.storage ?? ""))].sort());
  return new AppError(
    "not_found",
    `there is no storage ${storage}${kind}${where} within reach${others}; ${advice.storages}`,
  );
}

/**
 * A node where this storage can be used.
 *
 * @throws AppError `not_found` or `unavailable`
 */
export async function firstPlace(pve: Pve, filter: VolumeFilter): Promise<Place> {
  const { places: [place], warnings } = placesOf(await pve.resources(), filter, pve.advice);
  if (place) return place;
  throw new AppError("unavailable", warnings.join("; "));
}
