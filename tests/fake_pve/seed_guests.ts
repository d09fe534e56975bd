import { newAgent, newGuest, sha1 } from "./guests.ts";
import type { SeedOptions } from "./seed.ts";
import type { FakeAgent, FakeGuest, FakeState, GuestConfig } from "./state.ts";

const gib = 2 ** 30;
const day = 86_400;

interface Sketch {
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

function liveAgent(vmid: number): FakeAgent {
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

function addVm(state: FakeState, options: SeedOptions, sketch: Sketch): FakeGuest {
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
    name: sketch.name,
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

function addContainer(state: FakeState, options: SeedOptions, sketch: Sketch): FakeGuest {
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
    hostname: sketch.name,
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

function addBackup(
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

export function seedGuests(state: FakeState, options: SeedOptions): void {
  const seconds = Math.floor(options.now / 1000);
  const web = addVm(state, options, {
    vmid: 100,
    name: "web1",
    node: 1,
    running: true,
    agent: "alive",
    pool: "prod",
    config: { tags: "prod;web", onboot: 1 },
  });
  addVm(state, options, {
    vmid: 101,
    name: "db1",
    node: 1,
    config: { tags: "prod", memory: "4096", cores: 4 },
    sizeGib: 64,
  });
  addVm(state, options, {
    vmid: 102,
    name: "app1",
    node: 2,
    running: true,
    agent: "dead",
    storage: "local",
    format: "qcow2",
  });
  addVm(state, options, {
    vmid: 103,
    name: "protected1",
    node: 2,
    storage: "local",
    config: { protection: 1 },
    sizeGib: 8,
  });
  addVm(state, options, {
    vmid: 110,
    name: "web2",
    node: 2,
    running: true,
    storage: "nfs1",
    format: "qcow2",
  });
  addVm(state, options, { vmid: 120, name: "dup", node: 3, sizeGib: 4 });
  addVm(state, options, { vmid: 121, name: "dup", node: 3, sizeGib: 4 });
  addVm(state, options, {
    vmid: 150,
    name: "sandbox1",
    node: 3,
    pool: "dev",
    sizeGib: 16,
    config: { tags: "sandbox", agent: "1" },
  });
  addVm(state, options, { vmid: 900, name: "tmpl", node: 1, sizeGib: 4, config: { template: 1 } });
  addContainer(state, options, { vmid: 200, name: "ct1", node: 1, running: true });
  addContainer(state, options, { vmid: 201, name: "ct2", node: 2, running: true });
  addContainer(state, options, { vmid: 202, name: "ct3", node: 2, pool: "dev", storage: "local" });
  const sandbox = state.guests.get(150);
  if (sandbox) sandbox.agent = liveAgent(150);
  web.snapshots.push({
    name: "clean",
    description: "After installation",
    snaptime: seconds - 5 * day,
    vmstate: false,
    config: { ...web.config },
  });
  web.parent = "clean";
  web.firewall.options = { enable: 1, policy_in: "DROP" };
  web.firewall.rules = [{ type: "in", action: "ACCEPT", enable: 1, proto: "tcp", dport: "80,443" }];
  addBackup(state, options, 100, "nfs1", 1);
  addBackup(state, options, 101, "local", 10);
  addBackup(state, options, 150, "nfs1", 3);
  addBackup(state, options, 200, "nfs1", 1);
  addBackup(state, options, 202, "nfs1", 2);
  for (let i = 0; i < options.guests; i++) {
    const sketch = {
      vmid: 1000 + i,
      name: `load${1000 + i}`,
      node: 1 + (i % state.nodes.size),
      running: i % 2 === 0,
      sizeGib: 1,
    };
    if (i % 5 === 4) addContainer(state, options, sketch);
    else addVm(state, options, sketch);
  }
}
