import { bridgePath } from "./sdn.ts";
import { withMac } from "./nets.ts";
import {
  checkCpu,
  checkDevice,
  checkFeatures,
  checkRoots,
  checkStartup,
  checkTags,
  isVmDrive,
  needsOnGuest,
  wantedFor,
} from "./config_access.ts";
import { die, refuse } from "./errors.ts";
import { checkDrive, detach, freeKey, realizeDrive, wantsVolume } from "./drives.ts";
import { driveKeys, driveOf, isRunning } from "./guests.ts";
import { writtenBeside } from "./letters.ts";
import { readProperties } from "./property_strings.ts";
import type { FakeGuest, GuestConfig, Scalar, TaskLog } from "./state.ts";
import type { Value } from "./validate.ts";
import { schemaOf } from "./validate.ts";
import { findVolume, storageOfVolume } from "./volumes.ts";
import { type Call, needs, type World } from "./world.ts";

/** Parameters that are no options of the guest. */
const control = new Set(
  ("node vmid digest delete revert force skiplock background_delay archive pool start " +
    "storage unique bwlimit live-restore ha-managed import-working-storage ostemplate restore password ssh-public-keys ignore-unpack-errors")
    .split(" "),
);

const fastQemu =
  /^(?:name|hotplug|onboot|shares|startup|description|protection|vmstatestorage|hookscript|tags|lock|balloon|cpulimit|cpuunits|net\d+|(?:ide|sata|scsi|virtio)\d+|unused\d+|ci.*|ipconfig\d+|nameserver|searchdomain|sshkeys|usb\d+)$/;
const slowLxc =
  /^(?:features|unprivileged|ostype|arch|cmode|tty|console|entrypoint|env|rootfs|dev\d+|timezone)$/;

/** The configuration options among the parameters, as the file would hold them. */
export function optionsIn(call: Call): GuestConfig {
  const options: GuestConfig = {};
  for (const [key, value] of Object.entries(call.params.values)) {
    if (control.has(key)) continue;
    const text = stored(value);
    const isBytes = typeof text === "string" && key !== "description";
    options[key] = isBytes ? writtenBeside(text, [], key) : text;
  }
  return options;
}

function stored(value: Value): Scalar {
  if (typeof value === "boolean") return value ? 1 : 0;
  return Array.isArray(value) ? value.join(",") : value;
}

/** Refuses what the caller may not set, before anything is changed. */
export function checkOptions(
  call: Call,
  guest: Pick<FakeGuest, "type" | "node" | "vmid"> & { config?: GuestConfig },
  options: GuestConfig,
  pool?: string,
): void {
  checkBootOrder(guest, options);
  for (const [key, value] of Object.entries(options)) {
    checkRoots(call, guest, key);
    const text = String(value);
    checkDevice(call, key, { text, verb: "set" });
    if (key === "features") checkFeatures(call, guest, { text, pool });
    if (key === "tags") checkTags(call, text, String(guest.config?.tags ?? ""));
    if (key === "cpu") checkCpu(call, text, String(guest.config?.cpu ?? ""));
    const isNew = guest.config === undefined;
    if (isNew || !isVmDrive(guest, key)) {
      const { type } = guest;
      for (const wanted of wantedFor(key, { text, type })) {
        needsOnGuest(call, guest.vmid, { wanted, pool });
      }
      checkStartup(call, guest, key);
    }
    if (/^net\d+$/.test(key)) {
      if (guest.config?.[key] !== undefined) checkBridge(call, String(guest.config[key]));
      checkBridge(call, text);
    }
    if (driveKeys(guest.type, { [key]: value }).length) {
      checkDrive(call.world, guest, text);
      const storage = wantsVolume(text, guest.type === "qemu" ? "file" : "volume");
      // A cloud-init drive may be put anywhere (`check_storage_access`).
      if (storage && !text.includes(":cloudinit")) {
        needs(call, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
      }
      const source = readProperties(text, "file")["import-from"];
      if (source !== undefined) {
        const seen = ["Datastore.AllocateSpace", "Datastore.Audit"];
        needs(call, `/storage/${storageOfVolume(source)}`, seen, true);
      }
    }
  }
}

function checkBootOrder(guest: { config?: GuestConfig }, options: GuestConfig): void {
  for (const device of bootOrder({ config: options })) {
    if (options[device] !== undefined || guest.config?.[device] !== undefined) continue;
    die(`invalid bootorder: device '${device}' does not exist'`);
  }
}

/** With a VLAN the privilege is asked for on that (`check_vnet_access`). */
export function checkBridge(call: Call, text: string): void {
  const { bridge, tag } = readProperties(text, "model");
  const vlan = tag === undefined ? "" : `/${tag}`;
  if (bridge) needs(call, `${bridgePath(call.state, bridge)}${vlan}`, ["SDN.Use"]);
}

/** Sets options at once, or keeps them pending where a running guest cannot take them. */
export function applyOptions(
  world: World,
  guest: FakeGuest,
  options: GuestConfig,
  log?: TaskLog,
): void {
  for (const [key, value] of Object.entries(options)) {
    const removal = guest.pendingDelete.indexOf(key);
    if (removal >= 0) guest.pendingDelete.splice(removal, 1);
    const final = finalValue(world, guest, key, value, log);
    if (isRunning(guest) && !takesEffect(guest, key)) {
      if (!options.boot) addToBoot(guest, key, { text: String(final), to: guest.pending });
      if (guest.config[key] === final) delete guest.pending[key];
      else guest.pending[key] = final;
      continue;
    }
    delete guest.pending[key];
    if (!options.boot) {
      const to = isRunning(guest) ? guest.pending : guest.config;
      addToBoot(guest, key, { text: String(final), to });
    }
    const old = driveOf(guest, key);
    if (
      old && driveKeys(guest.type, guest.config).includes(key) &&
      old.volid !== readProperties(String(final), "file").file
    ) {
      detach(world, guest, key, false);
    }
    guest.config[key] = final;
  }
}

/** A drive for CDs that is new can be booted from, where there is an order. */
function addToBoot(
  guest: FakeGuest,
  key: string,
  { text, to }: { text: string; to: GuestConfig },
): void {
  const order = bootOrder({ config: { ...guest.config, ...guest.pending } });
  if (!isVmDrive(guest, key) || !text.includes("media=cdrom")) return;
  if (order.length === 0 || order.includes(key)) return;
  to.boot = `order=${[...order, key].join(";")}`;
}

/** Drives of these buses cannot be plugged while the VM runs; only what is in them can be changed. */
function takesEffect(guest: FakeGuest, key: string): boolean {
  if (/^(?:ide|sata)\d+$/.test(key) && guest.config[key] === undefined) return false;
  return guest.type === "qemu" ? fastQemu.test(key) : !slowLxc.test(key);
}

function finalValue(
  world: World,
  guest: FakeGuest,
  key: string,
  value: Scalar,
  log?: TaskLog,
): Scalar {
  if (driveKeys(guest.type, { [key]: value }).length) {
    return realizeDrive(world, guest, key, String(value), log);
  }
  if (/^net\d+$/.test(key)) {
    return withMac(world, guest, String(value));
  }
  if (key === "cipassword") return "**********";
  if (key === "tags") {
    const tags = String(value).toLowerCase().split(/[,; ]+/).filter((tag) => tag !== "");
    return [...new Set(tags)].sort().join(";");
  }
  if (key === "description" && guest.type === "lxc") return `${String(value).trimEnd()}\n`;
  return value;
}

/** `delete`: removes options now, or marks them when a running guest still needs them. */
export function removeOptions(
  call: Call,
  guest: FakeGuest,
  keys: string[],
  given: GuestConfig,
): void {
  const force = call.params.flag("force");
  for (const key of keys) {
    if (given[key] !== undefined) {
      refuse({ delete: `you can't use '-${key}' and -delete ${key}' at the same time` });
    }
    if (!schemaOf(call.api.parameters, key) || control.has(key)) {
      refuse({ delete: `unknown option '${key}'` });
    }
    if (guest.config[key] === undefined && guest.pending[key] === undefined) continue;
    const waiting = driveOf({ type: guest.type, config: guest.pending }, key);
    delete guest.pending[key];
    if (guest.config[key] === undefined) {
      const { volid = "none" } = waiting ?? {};
      const own = findVolume(call.world.state, volid, guest.node)?.vmid === guest.vmid;
      if (own) guest.config[freeKey(guest)] = volid;
      continue;
    }
    const disk = driveKeys(guest.type, { [key]: guest.config[key] ?? "" }, true).length > 0;
    if (disk && Number(guest.config.protection ?? 0) === 1) {
      die(
        `can't remove ${
          key.startsWith("unused") ? "unused disk" : "drive"
        } '${key}' - protection mode enabled`,
      );
    }
    const plugged = isRunning(guest) && guest.type === "qemu" && !/^(?:ide|sata)\d/.test(key);
    if (plugged && disk && bootOrder(guest).includes(key)) keepBootDisk(guest, key);
    removeFromBoot(guest, key);
    if (isRunning(guest) && !(takesEffect(guest, key) && !/^(?:mp|ide|sata)\d/.test(key))) {
      if (!guest.pendingDelete.includes(key)) guest.pendingDelete.push(key);
    } else if (disk) detach(call.world, guest, key, force);
    else delete guest.config[key];
  }
}

function bootOrder({ config }: { config: GuestConfig }): string[] {
  return /^order=(.*)$/.exec(String(config.boot ?? ""))?.[1]?.split(";").filter((one) =>
    one !== ""
  ) ?? [];
}

function removeFromBoot(guest: FakeGuest, key: string): void {
  const order = bootOrder(guest);
  if (!order.includes(key)) return;
  const to = isRunning(guest) ? guest.pending : guest.config;
  to.boot = `order=${order.filter((one) => one !== key).join(";")}`;
}

/** Refused, and yet pending afterwards (hotplug.txt). */
function keepBootDisk(guest: FakeGuest, key: string): never {
  guest.pendingDelete.push(key);
  guest.pending.boot = `order=${bootOrder(guest).filter((one) => one !== key).join(";")}`;
  refuse({ [key]: `hotplug problem - can't unplug bootdisk '${key}'\n` });
}

/** `revert`: forgets pending changes of these options. */
export function revertOptions(guest: FakeGuest, keys: string[]): void {
  for (const key of keys) {
    delete guest.pending[key];
    guest.pendingDelete = guest.pendingDelete.filter((one) => one !== key);
  }
}

/** What a stop or start does with pending changes. */
export function applyPending(world: World, guest: FakeGuest): void {
  for (const key of guest.pendingDelete) {
    if (driveKeys(guest.type, guest.config, true).includes(key)) detach(world, guest, key, false);
    else delete guest.config[key];
  }
  Object.assign(guest.config, guest.pending);
  guest.pending = {};
  guest.pendingDelete = [];
}
