import { newAgent, newGuest, sha1 } from "./guests.ts";
import type { SeedOptions } from "./seed.ts";
import type { FakeAgent, FakeGuest, FakeState, GuestConfig } from "./state.ts";

const gib = 2 ** 30;
const day = 86_400;

/** A guest in few words. */
export interface Sketch {
  vmid: number;
  name: string;
  node: number;
  running?: boolean;
  storage?: string;
  /** Volume name; numbered by the vmid when left out. */
  format?: "raw" | "qcow2";
  sizeGib?: number;
  pool?: string;
  config?: GuestConfig;
  agent?: "alive" | "dead";
}

function uuid(vmid: number): string {
  return sha1(`guest ${vmid}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

function mac(vmid: number): string {
  return `BC:24:11:00:${(vmid >> 8).toString(16).toUpperCase().padStart(2, "0")}:${
    (vmid & 255).toString(16).toUpperCase().padStart(2, "0")
  }`;
}

function addDisk(state: FakeState, guest: FakeGuest, sketch: Sketch, seconds: number): string {
  const storage = sketch.storage ?? "local-lvm";
  const format = sketch.format ?? "raw";
  const prefix = guest.config.template ? "base" : "vm";
  const stem = `${prefix}-${guest.vmid}-disk-0`;
  const volid = storage === "local-lvm"
    ? `${storage}:${stem}`
    : `${storage}:${guest.vmid}/${stem}.${format}`;
  const size = (sketch.sizeGib ?? 32) * gib;
  state.volumes.push({
    volid,
    storage,
    ...(state.storages.get(storage)?.shared ? {} : { node: guest.node }),
    content: guest.type === "qemu" ? "images" : "rootdir",
    format,
    size,
    used: Math.round(size / 4),
    ctime: seconds - 100 * day,
    vmid: guest.vmid,
  });
  return `${volid},size=${sketch.sizeGib ?? 32}G`;
}

export function liveAgent(vmid: number): FakeAgent {
  return {
    ...newAgent(),
    running: true,
    files: new Map([["/etc/hostname", `guest-${vmid}\n`]]),
    osinfo: {
      id: "debian",
      name: "Debian GNU/Linux",
      "pretty-name": "Debian GNU/Linux 13 (trixie)",
      version: "13 (trixie)",
      "version-id": "13",
      "kernel-release": "6.12.107+deb13-cloud-amd64",
      "kernel-version": "#1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1",
      machine: "x86_64",
    },
    interfaces: [
      {
        name: "lo",
        "hardware-address": "00:00:00:00:00:00",
        "ip-addresses": [{ "ip-address": "127.0.0.1", "ip-address-type": "ipv4", prefix: 8 }],
      },
      {
        name: "eth0",
        "hardware-address": mac(vmid).toLowerCase(),
        "ip-addresses": [
          { "ip-address": `10.0.1.${vmid % 250}`, "ip-address-type": "ipv4", prefix: 24 },
          {
            "ip-address": `fe80::be24:11ff:fe00:${vmid.toString(16)}`,
            "ip-address-type": "ipv6",
            prefix: 64,
          },
        ],
        statistics: {
          "rx-bytes": 70,
          "tx-bytes": 586,
          "rx-packets": 1,
          "tx-packets": 7,
          "rx-errs": 0,
          "tx-errs": 0,
          "rx-dropped": 0,
          "tx-dropped": 0,
        },
      },
    ],
  };
}

export function addVm(state: FakeState, options: SeedOptions, sketch: Sketch): FakeGuest {
  const seconds = Math.floor(options.now / 1000);
  const { vmid } = sketch;
  const guest = newGuest({
    vmid,
    type: "qemu",
    node: nodeNumber(state, sketch.node),
    config: { ...sketch.config },
    answersShutdown: true,
    agent: sketch.agent === "alive" ? liveAgent(vmid) : newAgent(),
    ...(sketch.pool ? { pool: sketch.pool } : {}),
    ...(sketch.running
      ? { status: "running" as const, startedAt: options.now - 3 * day * 1000 }
      : {}),
  });
  guest.config = {
    ...(sketch.agent ? { agent: "1" } : {}),
    boot: "order=scsi0;net0",
    cores: 2,
    memory: "2048",
    meta: `creation-qemu=10.0.13,ctime=${seconds - 100 * day}`,
    name: options.prefix + sketch.name,
    net0: `virtio=${mac(vmid)},bridge=vmbr0`,
    ostype: "l26",
    scsi0: addDisk(state, guest, sketch, seconds),
    scsihw: "virtio-scsi-pci",
    smbios1: `uuid=${uuid(vmid)}`,
    sockets: 1,
    vmgenid: uuid(vmid + 1e6),
    ...sketch.config,
  };
  state.guests.set(vmid, guest);
  return guest;
}

export function addContainer(state: FakeState, options: SeedOptions, sketch: Sketch): FakeGuest {
  const seconds = Math.floor(options.now / 1000);
  const { vmid } = sketch;
  const guest = newGuest({
    vmid,
    type: "lxc",
    node: nodeNumber(state, sketch.node),
    config: {},
    answersShutdown: true,
    ...(sketch.pool ? { pool: sketch.pool } : {}),
    ...(sketch.running
      ? { status: "running" as const, startedAt: options.now - 2 * day * 1000 }
      : {}),
  });
  guest.config = {
    arch: "amd64",
    cores: 2,
    hostname: options.prefix + sketch.name,
    memory: 512,
    net0: `name=eth0,bridge=vmbr0,hwaddr=${mac(vmid)},ip=10.0.2.${vmid % 250}/24,type=veth`,
    ostype: "debian",
    rootfs: addDisk(state, guest, { sizeGib: 8, ...sketch }, seconds),
    swap: 512,
    unprivileged: 1,
    ...sketch.config,
  };
  guest.agent.interfaces = [
    {
      name: "lo",
      inet: "127.0.0.1/8",
      inet6: "::1/128",
      hwaddr: "00:00:00:00:00:00",
      "hardware-address": "00:00:00:00:00:00",
      "ip-addresses": [{ prefix: "8", "ip-address": "127.0.0.1", "ip-address-type": "inet" }],
    },
    {
      name: "eth0",
      inet: `10.0.2.${vmid % 250}/24`,
      hwaddr: mac(vmid).toLowerCase(),
      "hardware-address": mac(vmid).toLowerCase(),
      "ip-addresses": [{
        prefix: "24",
        "ip-address": `10.0.2.${vmid % 250}`,
        "ip-address-type": "inet",
      }],
    },
  ];
  state.guests.set(vmid, guest);
  return guest;
}

function nodeNumber(state: FakeState, number: number): string {
  const names = [...state.nodes.keys()];
  return names[Math.min(number, names.length) - 1] ?? "pve1";
}

export function addBackup(
  state: FakeState,
  options: SeedOptions,
  vmid: number,
  storage: string,
  daysOld: number,
): void {
  const guest = state.guests.get(vmid);
  if (!guest) return;
  const ctime = Math.floor(options.now / 1000) - daysOld * day;
  const stamp = new Date(ctime * 1000).toISOString().slice(0, 19).replace(/[-]/g, "_").replace(
    "T",
    "-",
  ).replaceAll(":", "_");
  const format = guest.type === "qemu" ? "vma.zst" : "tar.zst";
  state.volumes.push({
    volid: `${storage}:backup/vzdump-${guest.type}-${vmid}-${stamp}.${format}`,
    storage,
    ...(storage === "local" ? { node: guest.node } : {}),
    content: "backup",
    format,
    size: guest.type === "qemu" ? 2 * gib : gib / 2,
    ctime,
    vmid,
    notes: String(guest.config.name ?? guest.config.hostname),
    backup: {
      type: guest.type,
      config: { ...guest.config },
      answersShutdown: guest.answersShutdown,
      os: { ...guest.agent.osinfo },
    },
  });
}
