import { foreignCursor, partCursor } from "../../proxmox/list.ts";

/** The cursor of what comes after a cluster's row: its cluster and its place. */
export function mergedCursor(cluster: string, place: string): string {
  return `${encodeURIComponent(cluster)}/${place}`;
}

/**
 * The cursor for each cluster's part of a merged page. Rows of the same place stand in the order of their
 * clusters: those after the cursor's own still have theirs to give.
 *
 * @throws AppError `invalid` for a cursor of another list, or of a cluster that is not there
 */
export function cursorsFor(
  given: unknown,
  clusters: readonly string[],
): ReadonlyMap<string, string> {
  if (typeof given !== "string") {
    return new Map(clusters.map((cluster) => [cluster, partCursor()]));
  }
  const [name = "", place, ...rest] = given.split("/");
  const last = clusters.findIndex((cluster) => encodeURIComponent(cluster) === name);
  if (place === undefined || rest.length > 0 || last < 0) {
    throw foreignCursor();
  }
  return new Map(
    clusters.map((cluster, at) => [cluster, partCursor(place, { after: at <= last })]),
  );
}
