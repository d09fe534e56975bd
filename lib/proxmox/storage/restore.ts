import { AppError } from "../../errors.ts";
import { requireState } from "../guest/checks.ts";
import { type Guest, guestLabel, type GuestType } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import { chooseStorage } from "./storage.ts";
import { backupType, findVolumeById, type Volume } from "./volumes.ts";
import { flag } from "../api/values.ts";

export interface RestoreInput {
  readonly volid: string;
  readonly vmid?: number | undefined;
  readonly node?: string | undefined;
  readonly storage?: string | undefined;
  readonly overwrite: boolean;
}

/** A backup, the guest that it makes, and where. */
export interface Restoration {
  readonly backup: Volume;
  readonly type: GuestType;
  readonly vmid: number;
  readonly node: string;
  /** True when the guest is there and will be replaced. */
  readonly replaces: boolean;
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

/** Requires that the backup can become that guest, and holds the guest's id until the call is over. */
export async function prepareRestore(pve: Pve, input: RestoreInput): Promise<Restoration> {
  const backup = await requireBackup(pve, { volid: input.volid, node: input.node });
  const type = backupType(input.volid);
  if (type === undefined) {
    throw new AppError("conflict", `the name of ${input.volid} tells no type of guest`);
  }
  pve.check(
    "the backup is verified or unverified",
    backup.verified !== "failed",
    `the verification of ${input.volid} has failed; take another one, ${pve.advice.backups}`,
  );
  const vmid = input.vmid ?? backup.vmid;
  if (vmid === undefined) {
    throw new AppError("conflict", `${input.volid} tells no vmid; give one`);
  }
  await pve.hold(vmid);
  const present = await findIfAny(pve, vmid);
  const node = present?.node ?? input.node ?? backup.node;
  if (node !== backup.node) await requireBackup(pve, { volid: input.volid, node });
  if (present) await requireReplaceable(pve, present, { ...input, type });
  else pve.assertGuest({ vmid, node, pool: undefined, tags: [] });
  if (input.storage !== undefined) {
    const content = type === "qemu" ? "images" : "rootdir";
    await chooseStorage(pve, node, { wanted: input.storage, content, sizeGib: 0 });
  }
  return { backup, type, vmid, node, replaces: present !== undefined };
}

async function requireReplaceable(
  pve: Pve,
  guest: Guest,
  { overwrite, node, type }: RestoreInput & { type: GuestType },
): Promise<void> {
  const label = guestLabel(guest);
  pve.check(
    "the vmid is free or may be overwritten",
    overwrite,
    `${label} exists; give another vmid, or overwrite to replace it and lose what it holds`,
  );
  pve.check("is of the backup's type", guest.type === type, `${label} is not of the backup's type`);
  pve.check(
    "stays on its node",
    node === undefined || node === guest.node,
    `${label} is on node ${guest.node} and can be replaced only there`,
  );
  await requireState(pve, guest, { from: ["stopped"] });
  const config = await pve.get(
    "/nodes/{node}/{type}/{vmid}/config",
    guest,
  );
  pve.check("is not protected", !flag(config.protection), `${label} is protected (protection: 1)`);
}

async function findIfAny(pve: Pve, vmid: number): Promise<Guest | undefined> {
  try {
    return await pve.find({ vmid });
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return undefined;
    throw error;
  }
}
