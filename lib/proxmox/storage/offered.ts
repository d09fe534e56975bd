import { flag, type Resource } from "../api/values.ts";
import { offlineNodes } from "../inventory.ts";

/** A storage as the nodes offer it: a shared one on several, any other on one. */
export interface OfferedStorage {
  readonly storage: string;
  /** Absent for a shared one. */
  readonly node?: string;
  /** What the nodes tell of it, those where it can be used first. */
  readonly rows: readonly [Resource, ...Resource[]];
  readonly available: boolean;
  /** Where it cannot be used though the node is there. */
  readonly awayOn: readonly string[];
}

/** The storages of a resource list, a shared one told once. Disabled ones are in no such list. */
export function offeredStorages(resources: readonly Resource[]): OfferedStorage[] {
  const offline = offlineNodes(resources);
  const groups = Map.groupBy(
    resources.filter(({ type }) => type === "storage"),
    ({ node, shared, storage }) => flag(shared) ? `${storage}` : `${storage} ${node}`,
  );
  return [...groups.values()].flatMap((group): OfferedStorage[] => {
    const isThere = ({ node = "", status }: Resource) =>
      status === "available" && !offline.has(node);
    const [first, ...others] = group.toSorted((a, b) => Number(isThere(b)) - Number(isThere(a)));
    if (first === undefined) return [];
    const { node, shared, storage = "" } = first;
    return [{
      storage,
      ...(flag(shared) || node === undefined ? {} : { node }),
      rows: [first, ...others],
      available: isThere(first),
      awayOn: group.filter((row) => !isThere(row) && !offline.has(row.node ?? ""))
        .map((row) => row.node ?? "").sort(),
    }];
  });
}

/** `storage nas`, `storage local on node pve1`. */
export function storagePlace({ node, storage }: Pick<OfferedStorage, "node" | "storage">): string {
  return node === undefined ? `storage ${storage}` : `storage ${storage} on node ${node}`;
}

/** The nodes that a storage is offered to; empty for one that is disabled or cannot be seen. */
export function nodesWith(storage: string, resources: readonly Resource[]): string[] {
  return resources.filter((row) => row.type === "storage" && row.storage === storage)
    .map((row) => row.node ?? "");
}
