import { meantText, nearest } from "../../nearest.ts";
import type { GuestType } from "./directory.ts";

/** Proxmox's own keys of what is a setting and has a default to go back to. */
const SETTINGS: Readonly<Record<GuestType, string>> = {
  qemu: `acpi affinity agent allow-ksm amd-sev args autostart balloon bios boot bootdisk cicustom
    cipassword citype ciupgrade ciuser cores cpu cpulimit cpuunits description freeze hookscript hotplug
    hugepages intel-tdx ivshmem keephugepages keyboard kvm localtime machine memory migrate_downtime
    migrate_speed nameserver numa onboot ostype protection reboot scsihw searchdomain shares smp sockets
    spice_enhancements sshkeys startdate startup tablet tags tdf vcpus vga vmstatestorage watchdog`,
  lxc:
    `cmode console cores cpulimit cpuunits debug description entrypoint env features hookscript memory
    nameserver onboot protection searchdomain startup swap tags timezone tty`,
};
/** Keys with a number that are settings too. */
const NUMBERED = /^(?:ipconfig|numa)\d+$/;

const HARDWARE =
  /^(?:(?:net|ide|sata|scsi|virtio|virtiofs|efidisk|tpmstate|unused|hostpci|usb|serial|parallel|mp|dev)\d+|audio0|rng0|cdrom|rootfs)$/;
/** What a guest is known by, to people, to its own system and to Proxmox. */
const IDENTITY =
  /^(?:name|hostname|smbios1|vmgenid|meta|digest|lock|template|arch|ostype|unprivileged|parent|vmid|node)$/;

/** Proxmox's key for a setting to be put back to its default, or why it cannot be. */
export type Unset =
  | { readonly key: string; readonly problem?: undefined }
  | { readonly key?: undefined; readonly problem: string };

/**
 * Finds Proxmox's key for a name that a caller gives.
 *
 * @param options.names the caller's own names, with Proxmox's keys for them
 */
export function unsettable(
  given: string,
  { type, names }: { type: GuestType; names: Readonly<Record<string, string>> },
): Unset {
  const key = names[given] ?? given;
  const settings = SETTINGS[type].split(/\s+/);
  if (settings.includes(key) || (type === "qemu" && NUMBERED.test(key))) return { key };
  if (HARDWARE.test(key)) {
    return { problem: `${given} is hardware: it would be removed, not put back to a default` };
  }
  if (IDENTITY.test(key)) {
    return { problem: `${given} is what the guest is known by and has no default` };
  }
  const near = nearest(given, [...Object.keys(names), ...settings]);
  return { problem: `there is no setting ${given}${meantText(near)}` };
}
