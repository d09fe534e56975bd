import * as z from "zod";
import { AppError } from "../../errors.ts";
import { clip } from "../clip.ts";
import { type Guest, guestLabel } from "./directory.ts";
import type { Pve } from "../pve.ts";
import { compact, flag, text, time } from "../api/values.ts";

/** One snapshot in a list. */
export const snapshotRow = z.object({
  name: z.string(),
  time: z.string(),
  description: z.string(),
  parent: z.string(),
  with_memory: z.boolean(),
}).partial();

export interface Snapshots {
  /** Oldest first. */
  readonly snapshots: (z.output<typeof snapshotRow> & { name: string })[];
  /** The snapshot that the guest's present state comes from. */
  readonly current_parent?: string;
}

/** Reads a guest's snapshots; Proxmox's pseudo-entry `current` only tells where the guest stands. */
export async function readSnapshots(
  pve: Pve,
  guest: Pick<Guest, "node" | "type" | "vmid">,
): Promise<Snapshots> {
  const rows = await pve.list("/nodes/{node}/{type}/{vmid}/snapshot", guest);
  const current = rows.find((row) => row.name === "current");
  const snapshots = rows.filter((row) => row !== current).map((row) =>
    compact({
      name: String(row.name),
      time: time(row.snaptime),
      description: describe(row),
      parent: text(row.parent),
      with_memory: flag(row.vmstate) || undefined,
    })
  ).toSorted((a, b) => snapshotKey(a) < snapshotKey(b) ? -1 : 1);
  return { snapshots, ...compact({ current_parent: text(current?.parent) }) };
}

/** Orders snapshots by time, then name. */
export function snapshotKey(row: z.output<typeof snapshotRow>): string {
  return `${row.time ?? ""} ${row.name ?? ""}`;
}

function describe(row: Record<string, unknown>): string | undefined {
  const description = text(row.description)?.trim();
  return description ? clip(description) : undefined;
}

/**
 * The snapshot of this name. Proxmox accepts requests for missing ones and fails later.
 *
 * @throws AppError `not_found` naming the snapshots that are there
 */
export async function requireSnapshot(
  pve: Pve,
  guest: Guest,
  name: string,
): Promise<z.output<typeof snapshotRow>> {
  const { snapshots } = await readSnapshots(pve, guest);
  const found = snapshots.find((snapshot) => snapshot.name === name);
  if (found) return found;
  const names = snapshots.slice(-20).map((snapshot) => snapshot.name).join(", ") || "none";
  throw new AppError("not_found", `${guestLabel(guest)} has no snapshot ${name}; it has: ${names}`);
}
