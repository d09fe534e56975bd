import type { Images } from "../storage/storage.ts";

/** What a VM is made for. */
export const PRESETS = ["linux", "windows-11", "cloud-image"] as const;

export type PresetName = typeof PRESETS[number];

/** What is chosen where nothing is given. */
export interface Preset {
  readonly cpus: number;
  /** MiB. */
  readonly memory: number;
  /** GiB; absent where the disk comes with its size. */
  readonly disk_size?: number;
  readonly ostype: "l26" | "win11";
  /** Of the disk's property string. */
  readonly diskParts: Readonly<Record<string, string | number>>;
  /** Other settings, by Proxmox's keys. */
  readonly settings: Readonly<Record<string, string>>;
}

const CPU = { cpu: "x86-64-v2-AES" };
const DISK = { discard: "on", iothread: 1 };

/** What is made without a preset. */
const PLAIN: Preset = {
  cpus: 1,
  memory: 2048,
  disk_size: 10,
  ostype: "l26",
  diskParts: {},
  settings: {},
};

const BY_NAME: Readonly<Record<PresetName, Preset>> = {
  linux: { ...PLAIN, cpus: 2, disk_size: 32, diskParts: DISK, settings: CPU },
  "windows-11": {
    cpus: 4,
    memory: 8192,
    disk_size: 64,
    ostype: "win11",
    diskParts: DISK,
    settings: { ...CPU, bios: "ovmf", machine: "q35" },
  },
  "cloud-image": {
    cpus: 2,
    memory: 2048,
    ostype: "l26",
    diskParts: DISK,
    // Many cloud images show what they do on the serial console only.
    settings: { ...CPU, serial0: "socket", vga: "serial0" },
  },
};

export function presetOf(name: PresetName | undefined): Preset {
  return name === undefined ? PLAIN : BY_NAME[name];
}

/** What only some VMs have, made on the storage of the disk. */
export function firmwareDisks(
  name: PresetName | undefined,
  storage: string,
): Record<string, string> {
  if (name !== "windows-11") return {};
  return {
    efidisk0: `${storage}:1,efitype=4m,pre-enrolled-keys=1`,
    tpmstate0: `${storage}:1,version=v2.0`,
  };
}

/** Of ISO images those to install Windows 11 from, and the newest with VirtIO's drivers for it. */
export function windowsIsos(
  { volids }: Images,
): { windows: readonly string[]; virtio: string | undefined } {
  return {
    windows: volids.filter((volid) => /\/win(dows)?[-_ .]?11/i.test(volid)),
    virtio: volids.filter((volid) => /\/virtio-win/i.test(volid)).toSorted().at(-1),
  };
}
