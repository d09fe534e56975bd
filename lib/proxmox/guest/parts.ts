import { AppError } from "../../errors.ts";
import { meantText, nearest } from "../../nearest.ts";
import { text } from "../api/values.ts";
import { type Guest, guestLabel } from "./directory.ts";
import { cdDrives, cloudInitDrive } from "./drives.ts";
import { properties } from "./properties.ts";

type Config = Readonly<Record<string, unknown>>;

/** A piece of a guest's hardware that can be removed. */
export interface Part {
  readonly key: string;
  readonly value: string;
  /** The volume of a disk, used or not; absent for all else, such as a folder or disk of the node. */
  readonly volid?: string;
}

const PART =
  /^(?:(?:net|ide|sata|scsi|virtio|virtiofs|efidisk|tpmstate|unused|hostpci|usb|serial|parallel|mp|dev)\d+|audio0|rng0)$/;
const DISK = /^(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)\d+$/;

/** The hardware of a configuration that can be removed. */
export function partsOf(config: Config): Part[] {
  const withoutData = [...cdDrives(config).map(({ key }) => key), cloudInitDrive(config)];
  return Object.keys(config).filter((key) => PART.test(key)).sort().map((key) => {
    const value = text(config[key]) ?? "";
    const { "": bare, file = bare, volume = file } = properties(value);
    const isDisk = DISK.test(key) && !withoutData.includes(key);
    const isVolume = isDisk && volume !== undefined && !volume.startsWith("/");
    return isVolume ? { key, value, volid: volume } : { key, value };
  });
}

/** True for a device of the node that is passed on as such: only root@pam may, and no API token. */
export function isNodeDevice(key: string, value: unknown): boolean {
  const { "": bare, host = bare } = properties(value);
  if (/^(?:dev|parallel)\d+$/.test(key)) return true;
  if (/^serial\d+$/.test(key)) return bare !== "socket";
  if (/^usb\d+$/.test(key)) return host !== undefined && host.toLowerCase() !== "spice";
  return /^hostpci\d+$/.test(key) && host !== undefined;
}

/**
 * The hardware of this key.
 *
 * @throws AppError `not_found` naming what is there
 */
export function findPart(guest: Guest, config: Config, key: string): Part {
  const parts = partsOf(config);
  const part = parts.find((each) => each.key === key);
  if (part) return part;
  const keys = parts.map((each) => each.key);
  const meant = meantText(nearest(key, keys));
  const reason = key === "rootfs" ? "cannot be without rootfs" : `has no ${key} to remove`;
  throw new AppError(
    key === "rootfs" ? "conflict" : "not_found",
    `${guestLabel(guest)} ${reason}; it has: ${keys.join(", ") || "none"}${meant}`,
  );
}
