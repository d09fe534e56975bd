import { AppError } from "../../errors.ts";
import { flag, type Resource, text } from "../api/values.ts";
import type { Pve } from "../pve.ts";

/**
 * Where a job writes that names no storage: where each of its nodes can, a shared one before others, the
 * one with the most free space among equals. Tells which one it is.
 *
 * @param node the only one whose guests the job backs up
 * @throws AppError `conflict`
 */
export function chooseJobStorage(
  pve: Pve,
  resources: readonly Resource[],
  node: string | undefined,
): string {
  const nodes = resources.filter((row) => row.type === "node" && row.status === "online")
    .map((row) => row.node).filter((name) => node === undefined || name === node);
  const rows = resources.filter((row) =>
    row.type === "storage" && row.status === "available" &&
    text(row.content)?.split(",").includes("backup")
  );
  const [best] = Map.groupBy(rows, (row) => row.storage ?? "").entries()
    .filter(([, own]) => nodes.every((name) => own.some((row) => row.node === name)))
    .map(([storage, own]) => ({
      storage,
      shared: own.every((row) => flag(row.shared)),
      free: Math.min(...own.map((row) => (row.maxdisk ?? 0) - (row.disk ?? 0))),
    })).toArray()
    .sort((a, b) => Number(b.shared) - Number(a.shared) || b.free - a.free);
  if (best === undefined) {
    throw new AppError(
      "conflict",
      `no storage takes backups on every node; give one, or a node: ${pve.advice.storages}`,
    );
  }
  const why = best.shared ? "the shared one" : "the one on every node";
  pve.warn(`storage ${best.storage} was chosen: ${why} with the most free space`);
  return best.storage;
}
