import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";
import { type Added, addHardware } from "../lib/proxmox/guest/hardware.ts";
import { type Guest, guestLabel, isVm } from "../lib/proxmox/guest/directory.ts";
import {
  BUSES,
  diskParts,
  freeKey,
  takenKeys,
  warnOfIothread,
} from "../lib/proxmox/guest/drives.ts";
import {
  disksOf,
  properties,
  sizeInBytes,
  withProperties,
} from "../lib/proxmox/guest/properties.ts";
import { chooseUsualStorage, newDisk } from "../lib/proxmox/storage/storage.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { hardwareOutput, undoHardware } from "../lib/tool/config_change.ts";
import { diskInput, guestInput, guestTaskResult, storageId, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const input = z.strictObject({
  ...guestInput,
  size_gib: z.int().min(1).max(65_536).optional(),
  unused: z.string().regex(/^unused\d+$/, "must be like unused0").optional()
    .describe("In place of size_gib: attach this one again"),
  storage: storageId.optional().describe("Default: as create_vm"),
  bus: z.enum(BUSES).optional().describe("VMs only; default scsi"),
  mount_point: z.string().max(255).regex(/^\/[^\s,]+$/, "must be like /srv/data").optional()
    .describe("Containers only: /srv/data"),
  ...diskInput,
  ...waiting,
});

type Input = z.output<typeof input>;

export default defineTool({
  name: "add_disk",
  title: "Add disk",
  description: "Adds a new disk to a VM, or a volume at a path to a container; chooses its place.",
  scope: "admin",
  toolsets: ["guests"],
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Config.Disk"]],
  conditionalPrivileges: [{
    privilege: ["/storage/{storage}", "Datastore.AllocateSpace"],
    when: "with size_gib",
    if: ({ size_gib }) => size_gib !== undefined,
  }],
  input,
  output: z.object({ ...guestTaskResult, ...hardwareOutput, storage: z.string().optional() }),
  action: ({ vmid }) => `add a disk to guest ${vmid}`,
  run: async (given, { pve }) => {
    if ((given.size_gib === undefined) === (given.unused === undefined)) {
      throw new AppError("invalid", "give size_gib, or unused for a disk that is there");
    }
    const guest = await pve.claim(given);
    await requireState(pve, guest);
    const { volume, storage, why } = await volumeFor(pve, guest, given);
    const added = isVm(guest)
      ? await addDisk(pve, guest, { volume, given })
      : await addVolume(pve, guest as Guest<"lxc">, { volume, given });
    if (added.unchanged) return added;
    return {
      ...added,
      ...compact({ storage, notes: why === undefined ? undefined : [why] }),
      ...undoHardware(guest, { ...added, holdsData: true }),
    };
  },
});

/** What the disk is made of, and where that is. */
interface VolumeChoice {
  /** As it stands in a property string: a volume's id, or what makes Proxmox allocate one. */
  readonly volume: string;
  readonly storage?: string;
  readonly why?: string | undefined;
}

async function volumeFor(pve: Pve, guest: Guest, given: Input): Promise<VolumeChoice> {
  const { unused, size_gib: sizeGib = 0 } = given;
  if (unused !== undefined) return { volume: await detachedVolume(pve, guest, unused) };
  const { chosen, why } = await chooseUsualStorage(pve, guest.node, {
    wanted: given.storage,
    content: isVm(guest) ? "images" : "rootdir",
    sizeGib,
  });
  const { storage } = chosen;
  const volume = isVm(guest) ? newDisk(chosen, sizeGib, given.format) : `${storage}:${sizeGib}`;
  return { volume, storage, why };
}

async function detachedVolume(pve: Pve, guest: Guest, key: string): Promise<string> {
  const config = await readConfig(pve, guest);
  const { "": bare, file, volume = file ?? bare } = properties(config[key]);
  if (volume !== undefined) return volume;
  const there = Object.keys(config).filter((each) => /^unused\d+$/.test(each)).join(", ") || "none";
  throw new AppError("not_found", `${guestLabel(guest)} has no disk ${key}; it has: ${there}`);
}

async function addDisk(
  pve: Pve,
  guest: Guest<"qemu">,
  { volume, given }: { volume: string; given: Input },
): Promise<Added> {
  if (given.mount_point !== undefined) {
    throw new AppError("invalid", "mount_point: a VM's disk is mounted from inside; leave it out");
  }
  const { bus = "scsi", wait, timeout_seconds } = given;
  const disk = withProperties(volume, diskParts(bus, given));
  const taken = await takenKeys(pve, guest);
  return await addHardware(pve, guest, (config) => {
    warnOfIothread(pve, config, { bus, iothread: given.iothread });
    const key = freeKey(bus, { taken, config });
    return { key, value: disk, inTask: { wait, timeout_seconds } };
  });
}

async function addVolume(
  pve: Pve,
  guest: Guest<"lxc">,
  { volume, given }: { volume: string; given: Input },
): Promise<Added> {
  const { bus, format, iothread, mount_point: mp, size_gib: sizeGib, ssd } = given;
  if (mp === undefined) throw new AppError("invalid", "mount_point: a container's disk needs one");
  if ((bus ?? format ?? iothread ?? ssd) !== undefined) {
    throw new AppError("invalid", "bus, format, iothread and ssd are for disks of VMs");
  }
  const config = await readConfig(pve, guest);
  const there = disksOf(config).find(({ key }) => properties(config[key]).mp === mp);
  if (there) {
    const { key, bytes, volid } = there;
    const same = sizeGib !== undefined && bytes === sizeInBytes(`${sizeGib}G`);
    pve.check("nothing is mounted there", same, `${key} (${volid}) is mounted at ${mp} already`);
    if (same) return { device: key, ...pve.unchanged(`${key} of that size is mounted at ${mp}`) };
  }
  const mountoptions = given.discard ? "discard" : undefined;
  const value = withProperties(volume, { mp, backup: given.backup ? 1 : 0, mountoptions });
  const taken = await takenKeys(pve, guest);
  return await addHardware(pve, guest, (config) => ({
    key: freeKey("mp", { taken, config }),
    value,
  }));
}
