import { AppError } from "../../errors.ts";
import { type Guest, guestLabel } from "./directory.ts";
import { type Disk, disksOf } from "./properties.ts";
import type { Pve } from "../pve.ts";
import type { GuestConfig } from "../api/values.ts";
import { readConfig } from "./config.ts";

/**
 * Reads a guest's configuration and the disk of this key in it; without a key, its only disk.
 *
 * @throws AppError `not_found` or `invalid`, naming the disks that are there
 */
export async function requireDisk(
  pve: Pve,
  guest: Guest,
  key: string | undefined,
): Promise<{ config: GuestConfig; disk: Disk }> {
  const config = await readConfig(pve, guest);
  const disks = disksOf(config);
  const fitting = disks.filter((candidate) => candidate.key === (key ?? candidate.key));
  const [disk, ...others] = fitting;
  if (disk && others.length === 0) return { config, disk };
  const keys = disks.map((candidate) => candidate.key).join(", ") || "none";
  if (key === undefined) {
    throw new AppError("invalid", `say which disk of ${guestLabel(guest)}; it has: ${keys}`);
  }
  throw new AppError("not_found", `${guestLabel(guest)} has no disk ${key}; it has: ${keys}`);
}
