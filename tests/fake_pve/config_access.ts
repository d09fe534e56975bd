import { may } from "./access.ts";
import { checkBridge } from "./config.ts";
import { deny, die } from "./errors.ts";
import { ownerOf } from "./identity.ts";
import { readProperties } from "./property_strings.ts";
import type { FakeGuest, GuestConfig } from "./state.ts";
import { storageOfVolume } from "./volumes.ts";
import { driveOf, type GuestType } from "./guests.ts";
import { type Call, needs } from "./world.ts";

const privilegeOf: [RegExp, string][] = [
  [/^(?:cores|sockets|cpu|vcpus|numa\d*|cpulimit|cpuunits|smp)$/, "VM.Config.CPU"],
  [/^(?:memory|balloon|shares|swap|allow-ksm)$/, "VM.Config.Memory"],
  [/^(?:net\d+|hostname|nameserver|searchdomain)$/, "VM.Config.Network"],
  [/^freeze$/, "VM.PowerMgmt"],
  [
    /^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp|virtiofs)\d+|rootfs|boot|bootdisk|vmstatestorage)$/,
    "VM.Config.Disk",
  ],
  [
    /^(?:acpi|hotplug|kvm|machine|scsihw|smbios1|tablet|vga|watchdog|audio0|rng0|usb\d+|hostpci\d+|serial\d+)$/,
    "VM.Config.HWType",
  ],
];

const ROOTS_OF_VMS =
  /^(?:affinity|amd-sev|arch|args|hookscript|hugepages|intel-tdx|ivshmem|keephugepages|lock|spice_enhancements|vmgenid)$/;

const CLOUD_INIT = /^(?:ci.*|ipconfig\d+|sshkeys|nameserver|searchdomain)$/;

/** What setting an option to this asks for; of those between `|` any one. */
export function wantedFor(
  key: string,
  { text, type }: { text: string; type: GuestType },
): string[] {
  if (type === "qemu" && CLOUD_INIT.test(key)) return ["VM.Config.Cloudinit|VM.Config.Network"];
  // Features ask for what `checkFeatures` does; the other is no option but of what is made.
  if (type === "lxc" && /^(?:features|unprivileged)$/.test(key)) return [];
  if (/^(?:ide|sata|scsi|virtio)\d+$/.test(key)) {
    if (/:cloudinit\b|-cloudinit\b/.test(text)) return ["VM.Config.Cloudinit", "VM.Config.CDROM"];
    if (text.includes("media=cdrom")) return ["VM.Config.CDROM"];
  }
  return [privilegeOf.find(([pattern]) => pattern.test(key))?.[1] ?? "VM.Config.Options"];
}

/** The order in which VMs start is the node's too. */
export function checkStartup(call: Call, { type }: Pick<FakeGuest, "type">, key: string): void {
  if (type === "qemu" && key === "startup") needs(call, "/", ["Sys.Modify"]);
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
  const anyOf = wanted.split("|");
  if (pool !== undefined && may(state, who, `/pool/${pool}`, anyOf, true)) return;
  if (!may(state, who, path, anyOf, true)) deny(`${path}, ${wanted}`);
}

/** What is only root's, which no token is. */
export function checkRoots(call: Call, { type }: Pick<FakeGuest, "type">, key: string): void {
  if (ownerOf(call.who) === "root@pam") return;
  if (type === "qemu" && ROOTS_OF_VMS.test(key)) die(`only root can set '${key}' config`);
  if (type === "lxc" && key === "hookscript") {
    deny("changing the hookscript is only allowed for root@pam");
  }
}

/** Devices of the node are root's own, which no token is; mapped ones ask for the mapping. */
export function checkDevice(call: Call, key: string, { text, verb }: {
  text: string;
  verb: "delete" | "set";
}): void {
  const kind = key.replace(/\d+$/, "");
  if (ownerOf(call.who) === "root@pam") return;
  if (kind === "dev") deny("configuring device passthrough is only allowed for root@pam");
  if (kind === "parallel") die(`only root can set '${key}' config`);
  if (kind === "serial" && text !== "socket") {
    die(`only root can ${verb} '${key}' config for real devices`);
  }
  if (kind === "rng" && readProperties(text, "source").source === "/dev/hwrng") {
    needs(call, "/mapping/hwrng", ["Mapping.Use"]);
  }
  if (kind === "virtiofs") {
    needs(call, `/mapping/dir/${readProperties(text, "dirid").dirid}`, ["Mapping.Use"]);
  }
  if (kind !== "usb" && kind !== "hostpci") return;
  const { host, mapping } = readProperties(text, "host");
  if (host !== undefined && (kind === "hostpci" || !/^spice$/i.test(host))) {
    die(`only root can set '${key}' config for ${kind === "usb" ? "real" : "non-mapped"} devices`);
  }
  if (mapping !== undefined) {
    needs(call, `/mapping/${kind === "usb" ? "usb" : "pci"}/${mapping}`, ["Mapping.Use"]);
  }
}

/** A container's features but nesting are root's own (`check_ct_modify_config_perm`). */
export function checkFeatures(
  call: Call,
  { config, vmid }: Pick<FakeGuest, "vmid"> & { config?: GuestConfig },
  { text, pool }: { text: string; pool?: string | undefined },
): void {
  if (ownerOf(call.who) === "root@pam") return;
  const before = String(config?.features ?? "");
  const [old, wanted] = [before, text].map((each) => readProperties(each, ""));
  const changed = Object.keys({ ...old, ...wanted }).some((feature) =>
    feature !== "nesting" && old?.[feature] !== wanted?.[feature]
  );
  if (changed) deny("changing feature flags (except nesting) is only allowed for root@pam");
  if (old?.nesting === wanted?.nesting) return;
  needsOnGuest(call, vmid, { wanted: "VM.Allocate", pool });
}

/** Tags that are registered are not for users (`assert_tag_permissions`). */
export function checkTags(call: Call, text: string, before: string): void {
  const [old, wanted] = [before, text].map((each) => new Set(each.split(";")));
  const changed = call.state.registeredTags.find((tag) => old?.has(tag) !== wanted?.has(tag));
  if (changed === undefined || may(call.state, call.who, "/", ["Sys.Modify"])) return;
  deny(`/, Sys.Modify for modifying tag '${changed}'`);
}

/** A CPU model of the cluster's own is mapped too (`check_cpu_model_access`). */
export function checkCpu(call: Call, text: string, before: string): void {
  const [old, wanted] = [before, text].map((each) => readProperties(each, "cputype").cputype);
  if (wanted === old || !wanted?.startsWith("custom-")) return;
  needs(call, `/mapping/cpu/${wanted.slice("custom-".length)}`, ["Mapping.Use"]);
}

/** Refuses the removal of what the caller may not set, before anything is changed. */
export function checkRemovals(call: Call, guest: FakeGuest, keys: readonly string[]): void {
  for (const key of keys) {
    const isUnused = key.startsWith("unused");
    if (isVmDrive(guest, key) || isUnused && guest.type === "qemu") continue;
    const text = String(guest.config[key] ?? "");
    // An unused volume of a container counts as any other option (`check_ct_modify_config_perm`).
    const { type } = guest;
    for (const wanted of isUnused ? ["VM.Config.Options"] : wantedFor(key, { text, type })) {
      needsOnGuest(call, guest.vmid, { wanted });
    }
    checkRoots(call, guest, key);
    checkStartup(call, guest, key);
    if (/^net\d+$/.test(key)) checkBridge(call, text);
    if (key === "tags") checkTags(call, "", text);
    if (key === "features") checkFeatures(call, guest, { text: "" });
    checkDevice(call, key, { text, verb: "delete" });
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
    for (const wanted of texts.flatMap((text) => wantedFor(key, { text, type }))) {
      needsOnGuest(call, vmid, { wanted });
    }
  }
  for (const key of removals) {
    if (!isVmDrive(guest, key) && !key.startsWith("unused")) continue;
    for (const wanted of wantedFor(key, { text: String(held[key] ?? ""), type })) {
      needsOnGuest(call, vmid, { wanted });
    }
    const volid = driveOf({ ...guest, config: held }, key)?.volid ?? "none";
    const frees = key.startsWith("unused") || call.params.flag("force");
    if (frees && volid !== "none") {
      needs(call, `/storage/${storageOfVolume(volid)}`, ["Datastore.AllocateSpace"]);
    }
  }
}
