import { AppError } from "../../errors.ts";

/** What becomes of the storages, or the bridges, of a guest in another cluster. */
export interface IdMap {
  /** @throws AppError `invalid` where the map says nothing of it */
  of(from: string): string;
  /** As Proxmox takes it, for these. */
  text(from: readonly string[]): string;
}

/**
 * Reads `ceph`, `local:ceph,nfs:backup` or both together; the name alone is for all that no pair is for.
 * Without a text everything keeps its name.
 *
 * @throws AppError `invalid`
 */
export function idMap(given: string | undefined, { what }: { what: string }): IdMap {
  const parts = (given ?? "").split(",").filter((part) => part !== "");
  const pairs = new Map(
    parts.filter((part) => part.includes(":")).map((part) => {
      const at = part.indexOf(":");
      return [part.slice(0, at), part.slice(at + 1)] as const;
    }),
  );
  const [rest, another] = parts.filter((part) => !part.includes(":"));
  if (another !== undefined) {
    throw new AppError("invalid", `to_${what}: ${rest} and ${another} are both for all`);
  }
  const of = (from: string) => {
    const to = pairs.get(from) ?? rest ?? (given === undefined ? from : undefined);
    if (to !== undefined) return to;
    throw new AppError("invalid", `to_${what} says nothing of ${what} ${from}; add ${from}:…`);
  };
  // Proxmox reads 1 as: all keep their names.
  const text = (from: readonly string[]) =>
    [...new Set(from)].map((each) => `${each}:${of(each)}`).join(",") || (rest ?? "1");
  return { of, text };
}
