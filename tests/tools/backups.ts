import assert from "node:assert/strict";
import type { FakeVolume } from "../fake_pve.ts";
import type { Site } from "../site.ts";

export const VM_BACKUP = "nfs1:backup/vzdump-qemu-100-test.vma.zst";
export const CONTAINER_BACKUP = "nfs1:backup/vzdump-lxc-200-test.tar.zst";

/** The newest backup of a guest, as the simulated cluster holds it. */
export function backupOf(site: Site, vmid: number): FakeVolume {
  const [newest] = site.fake.state.volumes
    .filter((volume) => volume.content === "backup" && volume.vmid === vmid)
    .sort((a, b) => b.ctime - a.ctime);
  assert.ok(newest, `there is no backup of ${vmid}`);
  return newest;
}

/** Gives the backups of 100 and 200 names that are known beforehand. */
export function nameBackups(site: Site): void {
  backupOf(site, 100).volid = VM_BACKUP;
  backupOf(site, 200).volid = CONTAINER_BACKUP;
}

/** For tools that are of use without backups, or whose declaration is about storages. */
export const LISTED_BACKUPS = {
  privileges: ["Datastore.AllocateSpace", "VM.Backup"],
  reason: "Proxmox lists a backup only to who may back its guest up",
};
