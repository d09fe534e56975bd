import { flag, text } from "../api/values.ts";

/** Keys of a guest's configuration that hold a disk or a container's volume. */
export const DISK_KEY = /^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+|rootfs|mp\d+)$/;
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** A disk of a guest, as its configuration tells it. */
export interface Disk {
  readonly key: string;
  readonly volid: string;
  /** Absent where the configuration does not tell the size. */
  readonly bytes: number | undefined;
}

/**
 * Takes a property string apart: `local:8/disk.qcow2,size=10G` is `{ "": "local:8/disk.qcow2",
 * size: "10G" }`; the part without a name is under the empty key.
 */
export function properties(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (text(value) ?? "").split(",").filter((part) => part !== "").map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? ["", part] : [part.slice(0, at), part.slice(at + 1)];
    }),
  );
}

/**
 * A property string with some of its parts set and those that are null left out; what is undefined or
 * not named stays as it is, where it is.
 */
export function withProperties(
  value: unknown,
  parts: Readonly<Record<string, string | number | null | undefined>>,
): string {
  const merged: Record<string, string> = { ...properties(value) };
  for (const [key, part] of Object.entries(parts)) {
    if (part === null) delete merged[key];
    else if (part !== undefined) merged[key] = String(part);
  }
  return Object.entries(merged).map(([key, part]) => key === "" ? part : `${key}=${part}`)
    .join(",");
}

/** A switch within a property string: what is off is left out of it. */
export function switchedPart(on: boolean | undefined): 1 | null | undefined {
  return on === undefined ? undefined : on ? 1 : null;
}

/** True when a VM's option `agent` switches the guest agent on. */
export function agentEnabled(option: unknown): boolean {
  const { "": bare, enabled } = properties(option);
  return flag(bare ?? enabled);
}

/** `32G`, `512M` or `4194304` in bytes; undefined for anything else. */
export function sizeInBytes(size: string | undefined): number | undefined {
  const [, digits, unit = ""] = size?.match(/^(\d+(?:\.\d+)?)([KMGT]?)$/) ?? [];
  const factor = UNITS[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** The disks and volumes of a configuration, without CD-ROMs and cloud-init drives. */
export function disksOf(config: Readonly<Record<string, unknown>>): Disk[] {
  return Object.entries(config).filter(([key]) => DISK_KEY.test(key)).flatMap(([key, value]) => {
    const { "": bare, file, volume, media, size } = properties(value);
    const volid = bare ?? file ?? volume ?? "none";
    const isDisk = media !== "cdrom" && volid !== "none" && volid !== "cdrom";
    return isDisk ? [{ key, volid, bytes: sizeInBytes(size) }] : [];
  });
}
