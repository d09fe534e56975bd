import { AppError } from "../../errors.ts";
import { guestLabel, guestsIn } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import { readBackedUp } from "../storage/backed_up.ts";
import { backupType, newestGood, requireBackup } from "../storage/backups.ts";
import type { ToldOf } from "../storage/told.ts";
import { readVolumes, type Volume } from "../storage/volumes.ts";

/** A backup and the configuration that it holds. */
export type Archive = Awaited<ReturnType<typeof openArchive>>;

/** Which backup: the newest good one of the guest where none is named. */
export interface Wanted {
  readonly vmid: number;
  readonly volid?: string | undefined;
  readonly node?: string | undefined;
  /** What backup servers tell of the storages that are theirs. */
  readonly told?: ToldOf | undefined;
}

/**
 * The backup that is to be tried, read as far as it can be without restoring it.
 *
 * @throws AppError `not_found`, `conflict` for a backup of another guest or one whose verification failed
 */
export async function openArchive(pve: Pve, wanted: Wanted) {
  const backup = wanted.volid === undefined
    ? await newestBackup(pve, wanted)
    : await requireBackup(pve, { volid: wanted.volid, node: wanted.node });
  const { node, size_bytes: bytes = 0, time, verified, vmid, volid } = backup;
  const type = backupType(volid);
  if (type === undefined) throw new AppError("conflict", `${volid} tells no type of guest`);
  if (vmid !== wanted.vmid) {
    throw new AppError("conflict", `${volid} is a backup of guest ${vmid ?? "unknown"}`);
  }
  pve.check(
    `the backup is ${volid}${time === undefined ? "" : ` of ${time}`}`,
    verified !== "failed",
    `the verification of ${volid} has failed; take another one, ${pve.advice.backups}`,
  );
  const config = await readBackedUp(pve, { node, volid });
  return { volid, type, node, bytes, time: time === undefined ? null : new Date(time), config };
}

async function newestBackup(
  pve: Pve,
  { vmid, node, told = new Map() }: Wanted,
): Promise<Volume> {
  const filter = { content: "backup", vmid, node };
  const { volumes, warnings } = await readVolumes(pve, filter, { told });
  const newest = newestGood(volumes, guestsIn(await pve.resources({ fresh: false }))).get(vmid);
  if (newest) return newest;
  // Of a guest that there never was nobody needs to be told that it has no backup.
  const guest = await pve.find({ vmid });
  const missing = warnings.length > 0 ? `; ${warnings.join("; ")}` : "";
  throw new AppError("not_found", `${guestLabel(guest)} has no good backup${missing}`);
}
