import { die, refuse } from "./errors.ts";
import { type Drive, driveOf, drivesOf, printSize } from "./guests.ts";
import { printProperties, readProperties } from "./property_strings.ts";
import type { FakeGuest, FakeState, TaskLog } from "./state.ts";
import {
  allocate,
  findVolume,
  freeVolume,
  isBlock,
  pathOf,
  storageOfVolume,
  supports,
  usableStorage,
} from "./volumes.ts";
import type { World } from "./world.ts";

const newDisk = /^([^/:\s]+):(\d+(?:\.\d+)?)$/;

/** Sizes that firmware disks get whatever is asked for. */
const fixedSize: Record<string, number> = { efidisk: 4 * 2 ** 20, tpmstate: 4 * 2 ** 20 };

/** Whether a drive's text asks for a volume that does not exist yet. */
export function wantsVolume(text: string, first: string): string | undefined {
  const file = fileOf(text, first);
  return newDisk.exec(file)?.[1] ?? /^([^/:\s]+):cloudinit$/.exec(file)?.[1];
}

function fileOf(text: string, first: string): string {
  const values = readProperties(text, first);
  return values.file ?? values.volume ?? "";
}

/** Refuses, before any task starts, storages that are missing or hold other things. */
export function checkDrive(
  world: World,
  guest: Pick<FakeGuest, "type" | "node">,
  text: string,
): void {
  const first = guest.type === "qemu" ? "file" : "volume";
  const file = fileOf(text, first);
  if (file === "none" || file === "cdrom" || file === "") return;
  if (file.startsWith("/")) die(`only root can use arbitrary paths: '${file}'`);
  const storage = usableStorage(world.state, storageOfVolume(file), guest.node);
  const source = readProperties(text, first)["import-from"];
  if (source !== undefined) checkSource(world, guest, { file, source });
  if (wantsVolume(text, first)) supports(storage, guest.type === "qemu" ? "images" : "rootdir");
  if (/^[^:]+:iso\//.test(file) && readProperties(text, first).media !== "cdrom") {
    die(`unable to use volume ${file} - content type needs to be 'images'`);
  }
}

/** What is imported from: disks and what was put there for it, never ISO images (`check_storage_access`). */
function checkSource(
  world: World,
  { node }: Pick<FakeGuest, "node">,
  { file, source }: { file: string; source: string },
): void {
  if (!/^[^:]+:0$/.test(file)) {
    refuse({
      "import-from":
        "'import-from' requires special syntax - use <storage ID>:0,import-from=<source>",
    });
  }
  if (source.startsWith("/")) die("Only root can pass arbitrary filesystem paths.");
  usableStorage(world.state, storageOfVolume(source), node);
  const type = /^[^:]+:(iso|vztmpl|backup|snippets|import)\//.exec(source)?.[1] ?? "images";
  if (type === "images" || type === "import") return;
  refuse({
    "import-from": `${source} has wrong type '${type}' - needs to be 'images' or 'import'`,
  });
}

/** Makes the drive's text final: allocates new volumes, checks existing ones, fills in sizes. */
export function realizeDrive(
  world: World,
  guest: FakeGuest,
  key: string,
  text: string,
  log?: TaskLog,
): string {
  const first = guest.type === "qemu" ? "file" : "volume";
  const values = readProperties(text, first);
  if (values.volume !== undefined && first === "file") {
    values.file = values.volume;
    delete values.volume;
  }
  const file = values[first] ?? "";
  checkDrive(world, guest, text);
  if (file === "none" || file === "cdrom") return printProperties(values, first);
  const cloudinit = /^([^/:\s]+):cloudinit$/.exec(file)?.[1];
  if (cloudinit) {
    const volume = allocate(world, {
      storage: cloudinit,
      node: guest.node,
      vmid: guest.vmid,
      size: 4 * 2 ** 20,
      content: "images",
      name: "cloudinit",
      format: isBlock(usableStorage(world.state, cloudinit, guest.node)) ? "raw" : "qcow2",
    });
    return printProperties({ ...values, file: volume.volid, media: "cdrom", size: "4M" }, first);
  }
  const wanted = newDisk.exec(file);
  if (wanted) return create(world, guest, key, values, wanted[1] ?? "", Number(wanted[2]), log);
  const volume = findVolume(world.state, file, guest.node);
  if (!volume) die(`volume '${file}' does not exist`);
  forgetUnused(guest, file);
  return printProperties({ ...values, size: printSize(volume.size) }, first);
}

function create(
  world: World,
  guest: FakeGuest,
  key: string,
  values: Record<string, string>,
  storageId: string,
  gigabytes: number,
  log?: TaskLog,
): string {
  const { format, "import-from": source, ...rest } = values;
  const imported = source === undefined ? undefined : findVolume(world.state, source, guest.node);
  if (source !== undefined && !imported) die(`volume '${source}' does not exist`);
  const size = imported?.size ?? fixedSize[key.replace(/\d+$/, "")] ?? gigabytes * 2 ** 30;
  if (size <= 0) refuse({ [key]: "a new disk needs a size, or 'import-from'" });
  const volume = allocate(world, {
    storage: storageId,
    node: guest.node,
    vmid: guest.vmid,
    size,
    content: guest.type === "qemu" ? "images" : "rootdir",
    format,
  });
  const storage = usableStorage(world.state, storageId, guest.node);
  const first = guest.type === "qemu" ? "file" : "volume";
  const text = printProperties({ ...rest, [first]: volume.volid, size: printSize(size) }, first);
  if (isBlock(storage)) log?.line(`  Logical volume "${volume.volid.split(":")[1]}" created.`);
  else {log?.line(
      `Formatting '${
        pathOf(storage, volume.volid)
      }', fmt=${volume.format} size=${size} preallocation=off`,
    );}
  if (guest.type === "qemu") log?.line(`${key}: successfully created disk '${text}'`);
  return text;
}

/** A volume that is used again is no unused disk any more. */
function forgetUnused(guest: FakeGuest, volid: string): void {
  for (const key of Object.keys(guest.config)) {
    if (key.startsWith("unused") && driveOf(guest, key)?.volid === volid) delete guest.config[key];
  }
}

/** Takes a drive out of the configuration: the volume is kept as `unusedN`, or freed. */
export function detach(world: World, guest: FakeGuest, key: string, free: boolean): void {
  const drive = driveOf(guest, key);
  delete guest.config[key];
  if (!drive || drive.volid === "none" || drive.volid === "cdrom") return;
  const volume = findVolume(world.state, drive.volid, guest.node);
  if (!volume || volume.vmid !== guest.vmid) return;
  if (free || key.startsWith("unused") || drive.volid.includes("cloudinit")) {
    const held = guest.snapshots.some(({ config }) =>
      Object.keys(config).some((one) => driveOf({ ...guest, config }, one)?.volid === drive.volid)
    );
    if (held) die(`unable to delete '${drive.volid}' - volume is still in use (snapshot?)`);
    freeVolume(world.state, drive.volid, guest.node);
  } else {
    guest.config[freeKey(guest)] = drive.volid;
  }
}

/** Marks the guest as a template and renames its volumes. */
export function becomeTemplate(state: FakeState, guest: FakeGuest): void {
  guest.config.template = 1;
  for (const drive of drivesOf(guest)) {
    const volume = findVolume(state, drive.volid, guest.node);
    if (!volume || drive.cdrom || volume.vmid !== guest.vmid) continue;
    const renamed = drive.volid.replace(`vm-${guest.vmid}-`, `base-${guest.vmid}-`);
    guest.config[drive.key] = String(guest.config[drive.key]).replace(drive.volid, renamed);
    volume.volid = renamed;
  }
}

export function freeKey(guest: FakeGuest): string {
  let number = 0;
  while (guest.config[`unused${number}`] !== undefined) number++;
  return `unused${number}`;
}

/** A disk copied to another guest, storage or node; the text keeps its options. */
export function copyDrive(
  world: World,
  source: FakeGuest,
  drive: Drive,
  target: {
    vmid: number;
    node: string;
    storage?: string | undefined;
    format?: string | undefined;
    linked?: boolean;
  },
): string {
  const first = source.type === "qemu" ? "file" : "volume";
  const { file: _file, volume: _volume, size, ...rest } = drive.properties;
  if (drive.cdrom && !drive.volid.includes("cloudinit")) {
    return printProperties({ ...drive.properties, file: drive.volid }, "file");
  }
  const origin = findVolume(world.state, drive.volid, source.node) ??
    die(`volume '${drive.volid}' does not exist`);
  const storage = usableStorage(world.state, target.storage ?? origin.storage, target.node);
  supports(storage, source.type === "qemu" ? "images" : "rootdir");
  const keepFormat = isBlock(storage) ? "raw" : origin.format;
  const copy = allocate(world, {
    storage: storage.storage,
    node: target.node,
    vmid: target.vmid,
    size: origin.size,
    content: source.type === "qemu" ? "images" : "rootdir",
    format: target.format ?? keepFormat,
    parent: target.linked ? origin.volid : undefined,
    used: target.linked ? 0 : origin.used,
    ...(drive.volid.includes("cloudinit") ? { name: "cloudinit" } : {}),
  });
  return printProperties(
    { ...rest, [first]: copy.volid, size: size ?? printSize(origin.size) },
    first,
  );
}
