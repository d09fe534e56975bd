import { copyDrive, freeKey } from "./drives.ts";
import { die, refuse } from "./errors.ts";
import {
  checkDigest,
  type Drive,
  driveOf,
  guestOf,
  type GuestType,
  isRunning,
  parseSize,
  printSize,
  unlocked,
  writable,
} from "./guests.ts";
import type { FakeGuest } from "./state.ts";
import { startTask } from "./tasks.ts";
import { findVolume, freeVolume, storageOfVolume, supports, usableStorage } from "./volumes.ts";
import { type Call, type Handlers, needs } from "./world.ts";

function diskOf(guest: FakeGuest, key: string): Drive {
  return driveOf(guest, key) ?? die(`disk '${key}' does not exist`);
}

function resize(type: GuestType, call: Call): string {
  const { state, params } = call;
  const guest = guestOf(call, type);
  const key = params.text("disk");
  writable(call, guest);
  checkDigest(call, guest);
  const drive = diskOf(guest, key);
  if (drive.cdrom) die("you can't resize a cdrom");
  const volume = findVolume(state, drive.volid, guest.node) ?? die(`disk '${key}' has no size`);
  needs(call, `/storage/${volume.storage}`, ["Datastore.AllocateSpace"]);
  const text = params.text("size");
  const size = text.startsWith("+") ? volume.size + parseSize(text.slice(1)) : parseSize(text);
  if (type === "lxc" && size < volume.size) die("unable to shrink disk size");
  return startTask(call, {
    type: "resize",
    id: guest.vmid,
    node: guest.node,
    guest,
    fileLock: true,
    work: (log) => {
      if (size < volume.size) die("shrinking disks is not supported");
      volume.size = size;
      const { size: _size, ...rest } = drive.properties;
      const tail = Object.keys({ ...rest, size: "" }).filter((one) => one !== "file").sort()
        .map((one) => `${one}=${one === "size" ? printSize(size) : rest[one]}`);
      guest.config[key] = [drive.volid, ...tail].join(",");
      log.line(`Image resized.`);
    },
  });
}

function move(type: GuestType, call: Call): string {
  const { world, state, params } = call;
  const guest = guestOf(call, type);
  const key = params.text(type === "qemu" ? "disk" : "volume");
  const storage = params.maybe("storage");
  if (storage === undefined) refuse({ storage: "property is missing and it is not optional" });
  unlocked(guest);
  checkDigest(call, guest);
  const drive = diskOf(guest, key);
  if (drive.cdrom) die("you can't move a cdrom");
  needs(call, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  supports(usableStorage(state, storage, guest.node), type === "qemu" ? "images" : "rootdir");
  const volume = findVolume(state, drive.volid, guest.node) ??
    die(`volume '${drive.volid}' does not exist`);
  const format = params.maybe("format") ?? volume.format;
  if (storage === storageOfVolume(drive.volid) && format === volume.format) {
    die("you can't move to the same storage with same format");
  }
  if (type === "lxc" && isRunning(guest)) die("cannot move volumes of a running container");
  if (guest.snapshots.length && params.flag("delete")) {
    die("you can't move a disk with snapshots and delete the source");
  }
  return startTask(call, {
    type: type === "qemu" ? "qmmove" : "move_volume",
    id: guest.vmid,
    node: guest.node,
    guest,
    configLock: "disk",
    work: (log) => {
      const text = copyDrive(world, guest, drive, {
        vmid: guest.vmid,
        node: guest.node,
        storage,
        format: params.maybe("format"),
      });
      guest.config[key] = text;
      log.line(`create full clone of drive ${key} (${drive.volid})`);
      if (params.flag("delete")) freeVolume(state, drive.volid, guest.node);
      else guest.config[freeKey(guest)] = drive.volid;
    },
  });
}

export const diskHandlers: Handlers = {
  "PUT /nodes/{node}/qemu/{vmid}/resize": (call) => resize("qemu", call),
  "PUT /nodes/{node}/lxc/{vmid}/resize": (call) => resize("lxc", call),
  "POST /nodes/{node}/qemu/{vmid}/move_disk": (call) => move("qemu", call),
  "POST /nodes/{node}/lxc/{vmid}/move_volume": (call) => move("lxc", call),
};
