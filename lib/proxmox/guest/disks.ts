import { AppError } from "../../errors.ts";
import { type Guest, guestLabel } from "./directory.ts";
import { type Disk, disksOf } from "./properties.ts";
import type { Pve } from "../pve.ts";
import type { GuestConfig } from "../api/values.ts";
import { readConfig } from "./config.ts";

/**
 * Reads a guest's configuration and the disk of this key in it.
 *
 * @throws AppError `not_found` naming the disks that are there
 */
export async function requireDisk(
  pve: Pve,
  guest: Guest,
  key: string,
): Promise<{ config: GuestConfig; disk: Disk }> {
  const config = await readConfig(pve, guest);
  const disks = disksOf(config);
  const disk = disks.find((candidate) => candidate.key === key);
  if (disk) return { config, disk };
  const keys = disks.map((candidate) => candidate.key).join(", ") || "none";
  throw new AppError("not_found", `${guestLabel(guest)} has no disk ${key}; it has: ${keys}`);
}
