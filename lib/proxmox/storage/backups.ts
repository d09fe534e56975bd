import { AppError } from "../../errors.ts";
import { clip } from "../clip.ts";
import type { Guest, GuestType } from "../guest/directory.ts";
import type { RowOf } from "../api/types.ts";
import type { Pve } from "../pve.ts";
import { compact, flag, text, time } from "../api/values.ts";
import type { Backup } from "./told.ts";
import { findVolumeById, type Volume } from "./volumes.ts";

/** One backup job; what is not set is left out. */
export type Job = ReturnType<typeof jobOf>;

/** Reads the cluster's backup jobs. */
export async function readJobs(pve: Pve): Promise<Job[]> {
  return (await pve.list("/cluster/backup")).map(jobOf);
}

export function jobOf(row: RowOf<"/cluster/backup">) {
  const [notes, comment] = [text(row["notes-template"]), text(row.comment)];
  // Absent means enabled.
  const enabled = row.enabled === undefined || flag(row.enabled);
  return compact({
    id: String(row.id),
    enabled,
    schedule: text(row.schedule),
    // Proxmox reckons one for a job that is off too.
    next_run: enabled ? time(row["next-run"]) : undefined,
    guests: selectionOf(row),
    node: text(row.node),
    storage: text(row.storage),
    mode: text(row.mode),
    compress: text(row.compress),
    keep: retentionOf(row["prune-backups"]),
    notes_template: notes === undefined ? undefined : clip(notes, 200),
    comment: comment === undefined ? undefined : clip(comment, 200),
  });
}

/** The newest backup of each guest that is whole and did not fail its verification. */
export function newestGood(
  backups: readonly Backup[],
  guests: readonly Pick<Guest, "type" | "vmid">[],
): Map<number, Backup> {
  return newestOf(backups.filter(({ verified }) => verified !== "failed"), guests);
}

/**
 * The newest backup of each guest that is whole, however its verification ended. What may be of another
 * cluster's guest is nobody's.
 *
 * @param guests those that there are: a VM is not restored from what a container of its number left behind
 */
export function newestOf(
  backups: readonly Backup[],
  guests: readonly Pick<Guest, "type" | "vmid">[],
): Map<number, Backup> {
  const types = new Map(guests.map(({ type, vmid }) => [vmid, type]));
  const newest = new Map<number, Backup>();
  for (const backup of backups) {
    const { vmid, time: made = "" } = backup;
    if (vmid === undefined || isUnfinished(backup) || backup.may_be_of) continue;
    const type = backupType(backup.volid);
    if (type !== undefined && (types.get(vmid) ?? type) !== type) continue;
    if (made > (newest.get(vmid)?.time ?? "")) newest.set(vmid, backup);
  }
  return newest;
}

/** Of a backup server Proxmox VE lists one that is not whole with a size of one byte. */
function isUnfinished({ format = "", size_bytes, unfinished }: Backup): boolean {
  return unfinished === true || format.startsWith("pbs-") && size_bytes === 1;
}

/** Seconds since an RFC 3339 time. */
export function ageSeconds(now: Date, made: string): number {
  return Math.max(0, Math.round((now.getTime() - Date.parse(made)) / 1000));
}

/**
 * Finds a backup by its volume id.
 *
 * @throws AppError `not_found`, `conflict` for a volume of another kind
 */
export async function requireBackup(
  pve: Pve,
  given: { volid: string; node?: string | undefined },
): Promise<Volume> {
  const volume = await findVolumeById(pve, given);
  if (volume.content === "backup") return volume;
  throw new AppError("conflict", `${given.volid} is no backup but ${volume.content}`);
}

/** `qemu` or `lxc`, as a backup's name tells it; undefined for other volumes. */
export function backupType(volid: string): GuestType | undefined {
  if (/[:/]vzdump-qemu-|:backup\/vm\//.test(volid)) return "qemu";
  return /[:/]vzdump-(lxc|openvz)-|:backup\/ct\//.test(volid) ? "lxc" : undefined;
}

function selectionOf(row: Record<string, unknown>): string | undefined {
  const exclude = text(row.exclude);
  if (flag(row.all)) return exclude === undefined ? "all" : `all but ${exclude}`;
  const pool = text(row.pool);
  return pool === undefined ? text(row.vmid) : `pool ${pool}`;
}

/** `keep-daily=7,keep-weekly=4`, from an object or as text. */
export function retentionOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return text(value);
  return Object.entries(value).map(([key, count]) => `${key}=${count}`).join(",") || undefined;
}
