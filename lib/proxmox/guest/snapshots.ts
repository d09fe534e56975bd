import { AppError } from "../../errors.ts";
import { clip } from "../clip.ts";
import { type Guest, guestLabel } from "./directory.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import { compact, flag, type Row, text, time } from "../api/values.ts";

/** One snapshot; what is not known is left out. */
export interface Snapshot {
  readonly name: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly description?: string;
  readonly parent?: string;
  readonly with_memory?: boolean;
  /** How far it came that was begun and not ended: `prepare` or `delete`. */
  readonly incomplete?: string;
}

interface Snapshots {
  /** Oldest first. */
  readonly snapshots: Snapshot[];
  /** The snapshot that the guest's present state comes from. */
  readonly current_parent?: string;
}

/** Reads a guest's snapshots; Proxmox's pseudo-entry `current` only tells where the guest stands. */
export async function readSnapshots(
  pve: Reader,
  guest: Pick<Guest, "node" | "type" | "vmid">,
): Promise<Snapshots> {
  // What Proxmox's description of it leaves out: `snapstate`.
  const rows: Row[] = await pve.list("/nodes/{node}/{type}/{vmid}/snapshot", guest);
  const current = rows.find((row) => row.name === "current");
  const snapshots = rows.filter((row) => row !== current).map((row) =>
    compact({
      name: String(row.name),
      time: time(row.snaptime),
      description: describe(row),
      parent: text(row.parent),
      with_memory: flag(row.vmstate) || undefined,
      incomplete: text(row.snapstate),
    })
  ).toSorted((a, b) => snapshotKey(a) < snapshotKey(b) ? -1 : 1);
  return { snapshots, ...compact({ current_parent: text(current?.parent) }) };
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
): Promise<Snapshot> {
  const { snapshots } = await readSnapshots(pve, guest);
  const found = snapshots.find((snapshot) => snapshot.name === name);
  if (found) return found;
  const names = snapshots.slice(-20).map((snapshot) => snapshot.name).join(", ") || "none";
  throw new AppError("not_found", `${guestLabel(guest)} has no snapshot ${name}; it has: ${names}`);
}

/** Orders snapshots by time, then name. */
export function snapshotKey(row: Snapshot): string {
  return `${row.time ?? ""} ${row.name}`;
}

function describe(row: Record<string, unknown>): string | undefined {
  const description = text(row.description)?.trim();
  return description ? clip(description) : undefined;
}

/**
 * Takes a snapshot before a change and returns its name.
 *
 * @throws AppError `conflict` where the guest's storage cannot take snapshots
 */
export async function snapshotFirst(pve: Pve, guest: Guest): Promise<string> {
  const { node, type, vmid } = guest;
  const { hasFeature } = await pve.get("/nodes/{node}/{type}/{vmid}/feature", guest, {
    feature: "snapshot",
  });
  pve.check(
    "its storage can take snapshots",
    flag(hasFeature),
    `${guestLabel(guest)} cannot be snapshotted where its disks are; leave snapshot_first out`,
  );
  const stamp = pve.now().toISOString().replace(/[-:]|\..*$/g, "");
  const snapname = `before_${stamp}`;
  const upid = await pve.step(() =>
    pve.post("/nodes/{node}/{type}/{vmid}/snapshot", { node, type, vmid }, {
      snapname,
      description: "Taken before a change of the configuration (snapshot_first)",
    })
  );
  await pve.finished(upid);
  return snapname;
}
