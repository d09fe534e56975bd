import { flag, type GuestConfig } from "../api/values.ts";
import type { GuestType } from "./directory.ts";
import { type Disk, disksOf, properties } from "./properties.ts";

/**
 * The disks and volumes that Proxmox leaves out of a guest's backups: a VM's disks with `backup=0`, a
 * container's mount points without `backup=1` (`PVE::LXC::Config`).
 */
export function leftOutOfBackups(config: GuestConfig, type: GuestType): Disk[] {
  return disksOf(config).filter(({ key, volid }) => {
    const { backup } = properties(config[key]);
    if (type === "qemu") return backup !== undefined && !flag(backup);
    return key !== "rootfs" && !(flag(backup) && isVolume(volid));
  });
}

/** False for a folder or a device of the node. */
export function isVolume(volid: string): boolean {
  return !volid.startsWith("/");
}

/** `mp0 (local-lvm:vm-200-disk-1), mp1 (/srv/data)`. */
export function diskList(disks: readonly Pick<Disk, "key" | "volid">[]): string {
  return disks.map(({ key, volid }) => `${key} (${volid})`).join(", ");
}
