import type { Reader } from "../kept_reader.ts";
import { number } from "../api/values.ts";
import type { Guest } from "./directory.ts";

/** A setting as it is, and as it will be at the guest's next start. */
export interface Setting {
  /** Absent while it is not set. */
  readonly value?: unknown;
  /** Absent where it will not be set. */
  readonly next?: unknown;
  /** True when the next start changes it. */
  readonly waits: boolean;
}

/** A guest's settings by their keys, without the digest. */
export type Settings = ReadonlyMap<string, Setting>;

/** Reads what a guest's configuration is, and what of it waits for the next start. */
export async function readSettings(
  pve: Reader,
  guest: Pick<Guest, "node" | "type" | "vmid">,
): Promise<Settings> {
  const rows = await pve.list("/nodes/{node}/{type}/{vmid}/pending", guest);
  return new Map(
    rows.filter((row) => row.key !== "digest").map((row) => {
      const removed = (number(row.delete) ?? 0) > 0;
      const next = removed ? undefined : row.pending ?? row.value;
      const waits = removed || row.pending !== undefined;
      return [String(row.key), { value: row.value, next, waits }];
    }),
  );
}

/** The keys of what waits for the next start. */
export function waitingKeys(settings: Settings): string[] {
  return [...settings].filter(([, { waits }]) => waits).map(([key]) => key);
}
