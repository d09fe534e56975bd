import { may } from "./access.ts";
import { checkBridge } from "./config.ts";
import { deny } from "./errors.ts";
import type { FakeGuest, GuestConfig } from "./state.ts";
import { storageOfVolume } from "./volumes.ts";
import { driveOf } from "./guests.ts";
import { type Call, needs } from "./world.ts";

const privilegeOf: [RegExp, string][] = [
  [/^(?:cores|sockets|cpu|vcpus|numa\d*|cpulimit|cpuunits|affinity|smp)$/, "VM.Config.CPU"],
  [/^(?:memory|balloon|shares|swap|hugepages)$/, "VM.Config.Memory"],
  [/^(?:net\d+|hostname|nameserver|searchdomain)$/, "VM.Config.Network"],
  [/^(?:ci.*|ipconfig\d+|sshkeys)$/, "VM.Config.Cloudinit"],
  [
    /^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)\d+|rootfs|boot|bootdisk)$/,
    "VM.Config.Disk",
  ],
  [
    /^(?:acpi|hotplug|kvm|machine|scsihw|smbios1|tablet|vga|watchdog|audio0|usb\d+|hostpci\d+|serial\d+)$/,
    "VM.Config.HWType",
  ],
];

/** What setting an option to this asks for. */
export function wantedFor(key: string, text: string): string[] {
  if (/^(?:ide|sata|scsi|virtio)\d+$/.test(key)) {
    if (/:cloudinit\b|-cloudinit\b/.test(text)) return ["VM.Config.Cloudinit", "VM.Config.CDROM"];
    if (text.includes("media=cdrom")) return ["VM.Config.CDROM"];
  }
  return [privilegeOf.find(([pattern]) => pattern.test(key))?.[1] ?? "VM.Config.Options"];
}

export function isVmDrive({ type }: Pick<FakeGuest, "type">, key: string): boolean {
  return type === "qemu" && /^(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+$/.test(key);
}

export function needsOnGuest(
  { state, who }: Call,
  vmid: number,
  { wanted, pool }: { wanted: string; pool?: string | undefined },
): void {
  const path = `/vms/${vmid}`;
  if (pool !== undefined && may(state, who, `/pool/${pool}`, [wanted])) return;
  if (!may(state, who, path, [wanted])) deny(`${path}, ${wanted}`);
}

/** Refuses the removal of what the caller may not set, before anything is changed. */
export function checkRemovals(call: Call, guest: FakeGuest, keys: readonly string[]): void {
  for (const key of keys) {
    const isUnused = key.startsWith("unused");
    if (isVmDrive(guest, key) || isUnused && guest.type === "qemu") continue;
    const text = String(guest.config[key] ?? "");
    // An unused volume of a container counts as any other option (`check_ct_modify_config_perm`).
    for (const wanted of isUnused ? ["VM.Config.Options"] : wantedFor(key, text)) {
      needsOnGuest(call, guest.vmid, { wanted });
    }
    if (/^net\d+$/.test(key)) checkBridge(call, text);
  }
}

/** What a VM's drives ask for, as they are and as they shall be; with POST that comes up in the task. */
export function checkDrivePrivileges(
  call: Call,
  guest: FakeGuest,
  { options, removals }: { options: GuestConfig; removals: readonly string[] },
): void {
  const { type, vmid } = guest;
  if (type !== "qemu") return;
  const held = { ...guest.config, ...guest.pending };
  for (const [key, value] of Object.entries(options)) {
    if (!isVmDrive(guest, key)) continue;
    const texts = [held[key], value].filter((text) => text !== undefined).map(String);
    for (const wanted of texts.flatMap((text) => wantedFor(key, text))) {
      needsOnGuest(call, vmid, { wanted });
    }
  }
  for (const key of removals) {
    if (!isVmDrive(guest, key) && !key.startsWith("unused")) continue;
    for (const wanted of wantedFor(key, String(held[key] ?? ""))) {
      needsOnGuest(call, vmid, { wanted });
    }
    const volid = driveOf({ ...guest, config: held }, key)?.volid ?? "none";
    const frees = key.startsWith("unused") || call.params.flag("force");
    if (frees && volid !== "none") {
      needs(call, `/storage/${storageOfVolume(volid)}`, ["Datastore.AllocateSpace"]);
    }
  }
}
