import { checkBridge } from "./config.ts";
import { checkDevice } from "./config_access.ts";
import { renewMacs } from "./nets.ts";
import { becomeTemplate } from "./drives.ts";
import { die } from "./errors.ts";
import { copyDriveText, drivesOf, type GuestType } from "./guests.ts";
import type { FakeGuest, FakeVolume, TaskLog } from "./state.ts";
import { allocate, findVolume, isBlock, storageOfVolume, usableStorage } from "./volumes.ts";
import { type Call, needs } from "./world.ts";

/** Refuses what is no backup of the right kind before a task starts. */
export function checkArchive(call: Call, archive: string, type: GuestType): FakeVolume {
  const node = call.params.text("node");
  usableStorage(call.state, storageOfVolume(archive), node);
  const volume = findVolume(call.state, archive, node);
  if (!volume) die(`volume '${archive}' does not exist`);
  if (volume.content !== "backup" || !volume.backup) {
    die(`unable to use volume ${archive} - content type needs to be 'backup'`);
  }
  if (volume.backup.type !== type) {
    die(
      `unable to restore: '${archive}' is a backup of a ${
        volume.backup.type === "qemu" ? "VM" : "container"
      }`,
    );
  }
  return volume;
}

/** Fills a new guest from a backup: its configuration, with disks allocated anew. */
export function restoreGuest(call: Call, guest: FakeGuest, archive: string, log: TaskLog): void {
  const { backup } = checkArchive(call, archive, guest.type);
  if (!backup) return;
  const { lock: _lock, template, ...config } = backup.config;
  guest.config = { ...config };
  guest.answersShutdown = backup.answersShutdown;
  guest.agent.osinfo = { ...backup.os };
  // An agent that told its system is installed, and answers once the copy runs.
  guest.agent.running = Object.keys(backup.os).length > 0;
  guest.agent.files.set("/etc/hostname", `${backup.config.name ?? backup.config.hostname}\n`);
  // Containers' volumes all go to one storage (`PVE::API2::LXC`, `create_vm`).
  const target = call.params.maybe("storage") ?? (guest.type === "lxc" ? "local" : undefined);
  const flaw = call.state.storages.get(storageOfVolume(archive))?.server?.flaw(archive);
  if (flaw !== undefined) die(flaw);
  log.line(`restore ${guest.type === "qemu" ? "vma" : "lxc"} archive: ${archive}`);
  const nets = Object.entries(guest.config).filter(([key]) => /^net\d+$/.test(key));
  const checkNets = () => nets.forEach(([, text]) => checkBridge(call, String(text)));
  if (guest.type === "lxc") {
    checkNets();
    if (!Number(guest.config.unprivileged ?? 0)) needs(call, "/", ["Sys.Modify"]);
  }
  const devices = Object.entries(guest.config).filter(([key]) =>
    /^(?:hostpci|rng|usb|virtiofs)\d+$/.test(key)
  );
  for (const drive of drivesOf(guest)) {
    if (drive.volid.startsWith("/")) {
      die(`restoring '${drive.key}' to bind mount is only possible for root`);
    }
    if (drive.cdrom && !drive.volid.includes("cloudinit")) continue;
    const storageId = target ?? storageOfVolume(drive.volid);
    const storage = usableStorage(call.state, storageId, guest.node);
    const format = drive.volid.endsWith(".qcow2") && !isBlock(storage) ? "qcow2" : "raw";
    const volume = allocate(call.world, {
      storage: storageId,
      node: guest.node,
      vmid: guest.vmid,
      size: drive.size,
      content: guest.type === "qemu" ? "images" : "rootdir",
      format,
    });
    guest.config[drive.key] = copyDriveText(guest.type, drive, volume.volid);
    log.line(`new volume ID is '${volume.volid}'`);
  }
  // Only now, when the disks are replaced (`check_restore_permissions`).
  if (guest.type === "qemu") checkNets();
  for (const [key, text] of devices) checkDevice(call, key, { text: String(text), verb: "set" });
  if (template) becomeTemplate(call.state, guest);
  if (call.params.flag("unique")) renewMacs(call.world, guest);
}
