import { createHash } from "node:crypto";
import { die } from "./errors.ts";
import { printProperties, readProperties } from "./property_strings.ts";
import type { FakeAgent, FakeFirewall, FakeGuest, FakeState, GuestConfig } from "./state.ts";
import { lockHolder, lockTimeout } from "./tasks.ts";
import type { Call } from "./world.ts";

export type GuestType = FakeGuest["type"];

export function emptyFirewall(): FakeFirewall {
  return { options: {}, rules: [] };
}

export function newAgent(): FakeAgent {
  return {
    running: false,
    files: new Map(),
    processes: new Map(),
    nextPid: 178,
    osinfo: {},
    interfaces: [],
  };
}

export function newGuest(
  fields: Pick<FakeGuest, "vmid" | "type" | "node" | "config"> & Partial<FakeGuest>,
): FakeGuest {
  return {
    pending: {},
    pendingDelete: [],
    status: "stopped",
    paused: false,
    createdAt: 0,
    startedAt: 0,
    snapshots: [],
    agent: newAgent(),
    terminal: {},
    answersShutdown: false,
    load: { cpu: 0.02, mem: 0.4, disk: 0.3 },
    counters: { netin: 70, netout: 586, diskread: 16772096, diskwrite: 0 },
    firewall: emptyFirewall(),
    ...fields,
  };
}

export function kindOf(guest: FakeGuest): "VM" | "CT" {
  return guest.type === "qemu" ? "VM" : "CT";
}

function configFile(type: GuestType, node: string, vmid: number | string): string {
  return `nodes/${node}/${type === "qemu" ? "qemu-server" : "lxc"}/${vmid}.conf`;
}

/** The guest of the request's path, or the 500 of a missing configuration file. */
export function guestOf(call: Call, type: GuestType): FakeGuest {
  const vmid = call.params.number("vmid") ?? 0;
  const node = call.params.text("node");
  const guest = call.state.guests.get(vmid);
  if (!guest || guest.type !== type || guest.node !== node) {
    die(`Configuration file '${configFile(type, node, vmid)}' does not exist`);
  }
  return guest;
}

/** For configuration writes: not without quorum, not while locked. */
export function writable(call: Call, guest: FakeGuest): void {
  if (!call.world.quorate()) {
    die(
      `unable to open file '/etc/pve/${
        configFile(guest.type, guest.node, guest.vmid)
      }.tmp.450' - Permission denied`,
    );
  }
  if (lockHolder(call.world, guest.vmid)) die(lockTimeout(guest));
  unlocked(guest, call.params.flag("skiplock"));
}

export function unlocked(guest: FakeGuest, skip = false): void {
  if (guest.config.lock !== undefined && !skip) {
    die(`${kindOf(guest)} is locked (${guest.config.lock})`);
  }
}

export function nameOf(guest: FakeGuest): string {
  const fallback = guest.type === "qemu" ? `VM${guest.vmid}` : `CT${guest.vmid}`;
  return String(guest.config[guest.type === "qemu" ? "name" : "hostname"] ?? fallback);
}

export function isTemplate(guest: FakeGuest): boolean {
  return Number(guest.config.template ?? 0) === 1;
}

export function isRunning(guest: FakeGuest): boolean {
  return guest.status === "running";
}

export function agentEnabled(guest: FakeGuest): boolean {
  const value = readProperties(String(guest.config.agent ?? "0"), "enabled").enabled;
  return /^(?:1|on|yes|true)$/i.test(value ?? "");
}

function configText(config: GuestConfig): string {
  return Object.keys(config).sort().map((key) => `${key}: ${config[key]}\n`).join("");
}

/** SHA-1 of the configuration file: current values, pending ones and snapshots. */
export function digestOf(guest: FakeGuest): string {
  const parts = [configText(guest.config)];
  if (Object.keys(guest.pending).length || guest.pendingDelete.length) {
    parts.push(`[PENDING]\ndelete: ${guest.pendingDelete.join(",")}\n${configText(guest.pending)}`);
  }
  for (const snap of guest.snapshots) {
    parts.push(`[${snap.name}]\n${snap.snaptime}${snap.description}\n${configText(snap.config)}`);
  }
  return sha1(parts.join("\n"));
}

export function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** Refuses a change when the configuration is not what the caller has seen. */
export function checkDigest(call: Call, guest: FakeGuest): void {
  const given = call.params.maybe("digest");
  if (given === undefined || given === digestOf(guest)) return;
  die(
    guest.type === "qemu"
      ? "checksum mismatch (file change by other user?)"
      : "detected modified configuration - file changed by other user? Try again.",
  );
}

const drive = { qemu: /^(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+$/, lxc: /^(?:rootfs|mp\d+)$/ };

/** The keys of a configuration that hold disks; `unusedN` only when asked for. */
export function driveKeys(type: GuestType, config: GuestConfig, unused = false): string[] {
  return Object.keys(config).filter((key) =>
    drive[type].test(key) || (unused && /^unused\d+$/.test(key))
  );
}

export interface Drive {
  key: string;
  volid: string;
  cdrom: boolean;
  /** Bytes, by the configuration. */
  size: number;
  properties: Record<string, string>;
}

export function driveOf(
  guest: { type: GuestType; config: GuestConfig },
  key: string,
): Drive | undefined {
  const text = guest.config[key];
  if (text === undefined) return undefined;
  const properties = readProperties(String(text), "file");
  return {
    key,
    volid: properties.file ?? "",
    cdrom: properties.media === "cdrom",
    size: parseSize(properties.size ?? ""),
    properties,
  };
}

/** The drive's text with another volume in it. */
export function copyDriveText(type: GuestType, drive: Drive, volid: string): string {
  const first = type === "qemu" ? "file" : "volume";
  const { file: _file, volume: _volume, ...rest } = drive.properties;
  return printProperties({ ...rest, [first]: volid }, first);
}

export function drivesOf(guest: { type: GuestType; config: GuestConfig }, unused = false): Drive[] {
  return driveKeys(guest.type, guest.config, unused).flatMap((key) => driveOf(guest, key) ?? []);
}

const units: Record<string, number> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

export function parseSize(text: string): number {
  const [, number = "0", unit = ""] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text) ?? [];
  return Math.round(Number(number) * (units[unit] ?? 1));
}

export function printSize(bytes: number): string {
  for (const unit of ["T", "G", "M", "K"]) {
    const size = units[unit] ?? 1;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

/** Size of the disk that the guest boots from. */
export function diskSize(guest: FakeGuest): number {
  return drivesOf(guest).find((one) => !one.cdrom && one.size > 0)?.size ?? 0;
}

export function memorySize(guest: FakeGuest): number {
  const value = readProperties(String(guest.config.memory ?? 512), "current").current ?? "512";
  return Number(value) * 2 ** 20;
}

export function cpuCount(guest: FakeGuest, nodeCpus = 8): number {
  if (guest.type === "lxc") return Number(guest.config.cores ?? nodeCpus);
  return Number(
    guest.config.vcpus ?? Number(guest.config.cores ?? 1) * Number(guest.config.sockets ?? 1),
  );
}

export function haSid(guest: FakeGuest): string {
  return `${guest.type === "qemu" ? "vm" : "ct"}:${guest.vmid}`;
}

export function haManaged(state: FakeState, guest: FakeGuest): boolean {
  const resource = state.ha.resources.get(haSid(guest));
  return resource !== undefined && resource.state !== "ignored";
}
