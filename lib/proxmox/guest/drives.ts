import { AppError } from "../../errors.ts";
import { text } from "../api/values.ts";
import type { Pve } from "../pve.ts";
import type { Guest } from "./directory.ts";
import { readSettings } from "./pending.ts";
import { disksOf, properties, switchedPart } from "./properties.ts";

type Config = Readonly<Record<string, unknown>>;

/** Where a VM's disks can be put. */
export const BUSES = ["scsi", "virtio", "sata", "ide"] as const;

export type Bus = typeof BUSES[number];

/** How many of a kind a guest can have. */
const MOST = { scsi: 31, virtio: 16, sata: 6, ide: 4, mp: 256, net: 32 } as const;

/** Slots that CD and cloud-init drives are usually put into. */
const CD_SLOTS = ["ide2", "ide0", "ide1", "ide3", "sata5", "scsi30"] as const;

/** The keys of a guest's configuration that are in use now or will be at its next start. */
export async function takenKeys(pve: Pve, guest: Guest): Promise<ReadonlySet<string>> {
  return new Set((await readSettings(pve, guest)).keys());
}

/**
 * The first free key of a kind; of the IDE ones last that where CDs usually are.
 *
 * @param options.taken keys in use, by `takenKeys`
 * @param options.config the configuration that is about to be changed
 * @throws AppError `conflict` when all are in use
 */
export function freeKey<K extends keyof typeof MOST>(
  kind: K,
  { taken, config }: { taken: ReadonlySet<string>; config: Config },
): `${K}${number}` {
  const numbers = kind === "ide" ? [0, 1, 3, 2] : Array.from({ length: MOST[kind] }, (_, n) => n);
  const isFree = (key: string) => !taken.has(key) && config[key] === undefined;
  const free = numbers.find((number) => isFree(`${kind}${number}`));
  if (free !== undefined) return `${kind}${free}`;
  throw new AppError("conflict", `all ${MOST[kind]} ${kind} are in use`);
}

/** A slot where a CD or cloud-init drive can be put. */
export function freeCdSlot(taken: ReadonlySet<string>): typeof CD_SLOTS[number] {
  const free = CD_SLOTS.find((slot) => !taken.has(slot));
  if (free !== undefined) return free;
  throw new AppError("conflict", `all of ${CD_SLOTS.join(", ")} are in use`);
}

/** How a disk of a VM is used. */
export interface DiskOptions {
  readonly ssd?: boolean | undefined;
  readonly discard?: boolean | undefined;
  readonly iothread?: boolean | undefined;
  readonly backup: boolean;
}

/**
 * The parts of a disk's property string for these options.
 *
 * @throws AppError `invalid` for what the bus does not have
 */
export function diskParts(
  bus: Bus,
  { ssd, discard, iothread, backup }: DiskOptions,
): Record<string, string | number | null | undefined> {
  if (ssd && bus === "virtio") throw new AppError("invalid", "ssd: a virtio disk cannot have it");
  if (iothread && (bus === "sata" || bus === "ide")) {
    throw new AppError("invalid", "iothread: only scsi and virtio disks can have it");
  }
  return {
    ssd: switchedPart(ssd),
    discard: discard ? "on" : undefined,
    iothread: switchedPart(iothread),
    backup: backup ? undefined : 0,
  };
}

/** Tells of an I/O thread that Proxmox ignores, with a word in the node's log only. */
export function warnOfIothread(
  pve: Pve,
  { scsihw }: Config,
  { bus, iothread }: { bus: Bus; iothread?: boolean | undefined },
): void {
  const controller = text(scsihw) ?? "lsi";
  if (!iothread || bus !== "scsi" || controller === "virtio-scsi-single") return;
  pve.warn(
    `iothread has no effect with scsihw ${controller}: it takes virtio-scsi-single, or bus virtio`,
  );
}

/** Where a VM can have a disk or a CD. */
const DRIVE = /^(?:ide|sata|scsi|virtio)\d+$/;

/** A drive for CDs. */
export interface CdDrive {
  readonly key: string;
  /** Absent while it is empty. */
  readonly volid?: string;
}

/** A VM's drives for CDs, without the one that cloud-init has. */
export function cdDrives(config: Config): CdDrive[] {
  return Object.entries(config).filter(([key]) => DRIVE.test(key))
    .flatMap(([key, value]) => {
      const { "": bare, file = bare, media } = properties(value);
      if (isCloudInit(value) || media !== "cdrom" && file !== "cdrom") return [];
      return [file === undefined || file === "none" ? { key } : { key, volid: file }];
    });
}

/** The key of a VM's cloud-init drive; undefined when it has none. */
export function cloudInitDrive(config: Config): string | undefined {
  return Object.entries(config).find(([key, value]) => DRIVE.test(key) && isCloudInit(value))?.[0];
}

function isCloudInit(value: unknown): boolean {
  return /(^|[:/,-])cloudinit\b/.test(text(value) ?? "");
}

/** The devices that a VM boots from, in turn; undefined where that is left to Proxmox. */
export function bootOrder({ boot }: Config): string[] | undefined {
  return properties(boot).order?.split(";").filter((device) => device !== "");
}

/** The option `boot` with this device first. */
export function bootFirst(config: Config, device: string): string {
  const [disk] = disksOf(config).filter(({ key }) => /^(?:ide|sata|scsi|virtio)/.test(key));
  const usual = [disk?.key ?? [], config.net0 === undefined ? [] : "net0"].flat();
  const order = bootOrder(config) ?? usual;
  return `order=${[device, ...order.filter((each) => each !== device)].join(";")}`;
}
