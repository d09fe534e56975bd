import type { FakeDatastore, FakeFile, FakeGroup, FakeSnapshot } from "./state.ts";

const gib = 2 ** 30;
const mib = 2 ** 20;
export const day = 86_400;

/** Whose backups Proxmox VE makes. */
export const pveToken = "pve@pbs!pve";
const keyFingerprint =
  "d1:e3:6e:44:61:06:ce:53:22:7e:14:33:39:35:e0:16:02:cc:5c:11:1b:1e:10:e0:64:fc:0a:4b:92:29:e5:ff";

/** A snapshot in few words. */
export interface SnapshotSketch {
  /** Days before now. */
  age: number;
  /** Days before now when it was verified; absent for never. */
  verified?: number;
  failed?: boolean;
  running?: boolean;
  encrypted?: boolean;
  protected?: boolean;
  notes?: string;
}

export interface GroupSketch {
  type: FakeGroup["type"];
  id: string;
  /** Namespace, default the root. */
  ns?: string;
  owner?: string;
  name?: string;
  /** GiB of its disk, default 32 for VMs and 8 for others. */
  sizeGib?: number;
  storage?: string;
  /** Whether it has a guest agent. */
  agent?: boolean;
  notes?: string;
  snapshots: SnapshotSketch[];
}

export interface Seeding {
  /** Unix seconds. */
  now: number;
  /** The UPID of the verification of some days ago. */
  verification(daysAgo: number): string;
}

/** The guest's configuration as its backup holds it. */
export function configText(
  { agent = false, type, id, name, sizeGib, storage = "local-lvm" }: GroupSketch,
): string {
  const size = sizeGib ?? (type === "vm" ? 32 : 8);
  const volume = storage === "local-lvm"
    ? `${storage}:vm-${id}-disk-0`
    : `${storage}:${id}/vm-${id}-disk-0.qcow2`;
  const lines = type === "vm"
    ? [
      ...(agent ? ["agent: 1"] : []),
      "boot: order=scsi0;net0",
      "cores: 2",
      "memory: 2048",
      `name: ${name ?? `vm${id}`}`,
      `net0: virtio=BC:24:11:00:00:${Number(id).toString(16).toUpperCase().slice(-2)},bridge=vmbr0`,
      "ostype: l26",
      `scsi0: ${volume},size=${size}G`,
      "scsihw: virtio-scsi-pci",
      "sockets: 1",
    ]
    : [
      "arch: amd64",
      "cores: 2",
      `hostname: ${name ?? `ct${id}`}`,
      "memory: 512",
      "net0: name=eth0,bridge=vmbr0,ip=dhcp,type=veth",
      "ostype: debian",
      `rootfs: ${volume},size=${size}G`,
      "swap: 512",
      "unprivileged: 1",
    ];
  return lines.map((line) => `${line}\n`).join("");
}

/** The files of a finished backup: of an encrypted one the manifest is only signed. */
export function filesOf(
  type: FakeGroup["type"],
  { bytes, encrypted }: { bytes: number; encrypted: boolean },
): FakeFile[] {
  const mode = encrypted ? "encrypt" as const : "none" as const;
  const file = (filename: string, size: number): FakeFile => ({
    filename,
    "crypt-mode": mode,
    size,
  });
  const manifest: FakeFile = {
    ...file("index.json.blob", encrypted ? 573 : 458),
    ...(encrypted ? { "crypt-mode": "sign-only" } : {}),
  };
  if (type === "vm") {
    return [
      file("drive-scsi0.img.fidx", bytes),
      file("qemu-server.conf.blob", encrypted ? 139 : 107),
      manifest,
    ];
  }
  const conf = type === "ct" ? [file("pct.conf.blob", 80)] : [];
  return [file("root.pxar.didx", bytes), ...conf, file("catalog.pcat1.didx", 78), manifest];
}

function snapshot(
  group: GroupSketch,
  sketch: SnapshotSketch,
  { now, verification }: Seeding,
): FakeSnapshot {
  const { age, encrypted = false, failed, notes, running, verified } = sketch;
  const time = Math.floor(now - age * day);
  const base = { time, ...(notes === undefined ? {} : { notes }) };
  if (running) return { ...base, running, files: [], ownBytes: 64 * mib };
  const bytes = (group.sizeGib ?? (group.type === "vm" ? 32 : 8)) * gib;
  return {
    ...base,
    files: filesOf(group.type, { bytes, encrypted }),
    ownBytes: Math.round(bytes / 40),
    ...(group.type === "host" ? {} : { config: configText(group) }),
    ...(sketch.protected ? { protected: true } : {}),
    ...(encrypted ? { fingerprint: keyFingerprint } : {}),
    ...(failed ? { damaged: true } : {}),
    ...(verified === undefined ? {} : {
      verification: {
        state: failed ? "failed" as const : "ok" as const,
        upid: verification(verified),
      },
    }),
  };
}

export function addGroup(store: FakeDatastore, sketch: GroupSketch, seeding: Seeding): FakeGroup {
  const { id, notes, ns = "", owner = pveToken, snapshots, type } = sketch;
  const group: FakeGroup = {
    ns,
    type,
    id,
    owner,
    ...(notes === undefined ? {} : { notes }),
    snapshots: snapshots.map((one) => snapshot(sketch, one, seeding))
      .sort((a, b) => a.time - b.time),
  };
  store.groups.push(group);
  return group;
}

/** The backups of the guests that `fake_pve` starts with, and some of others. */
export function seedGroups(): GroupSketch[] {
  const nightly = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      age: i + 0.3,
      ...(i === 0 ? {} : { verified: i < 3 ? 1 : 8 }),
    }));
  return [
    {
      type: "vm",
      id: "100",
      name: "web1",
      agent: true,
      notes: "web server",
      snapshots: nightly(7),
    },
    {
      type: "vm",
      id: "101",
      name: "db1",
      sizeGib: 64,
      snapshots: [{ age: 1.3, verified: 1, failed: true }, { age: 2.3, verified: 1 }, {
        age: 8.3,
        verified: 8,
      }],
    },
    {
      type: "vm",
      id: "102",
      name: "app1",
      storage: "local",
      snapshots: [{ age: 40, verified: 8 }],
    },
    {
      type: "vm",
      id: "110",
      name: "web2",
      storage: "nfs1",
      snapshots: [{ age: 0.3, encrypted: true }, { age: 1.3, encrypted: true, verified: 1 }],
    },
    {
      type: "vm",
      id: "150",
      name: "sandbox1",
      agent: true,
      sizeGib: 16,
      snapshots: [
        { age: 0.3 },
        { age: 30, verified: 8, protected: true, notes: "before upgrade\nsecond line" },
      ],
    },
    { type: "ct", id: "200", name: "ct1", snapshots: nightly(4) },
    {
      type: "ct",
      id: "201",
      name: "ct2",
      snapshots: [{ age: 0.002, running: true }, {
        age: 1.3,
        verified: 1,
      }],
    },
    { type: "host", id: "mailserver", sizeGib: 20, owner: "root@pam!mcp", snapshots: nightly(2) },
    {
      type: "vm",
      id: "301",
      ns: "tenant-a/prod",
      owner: "tenant@pbs!t1",
      snapshots: [{ age: 0.5 }],
    },
    {
      type: "vm",
      id: "100",
      ns: "tenant-a",
      owner: "tenant@pbs!t1",
      name: "shop",
      snapshots: [
        { age: 0.4 },
      ],
    },
  ];
}
