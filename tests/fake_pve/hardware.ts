import { die } from "./errors.ts";
import type { FakeDisk, FakeNode } from "./state.ts";
import { startTask } from "./tasks.ts";
import { type Call, type Handlers, index, nodeOf } from "./world.ts";

const base = "/nodes/{node}";

function diskRow(disk: FakeDisk): Record<string, unknown> {
  return {
    devpath: disk.devpath,
    model: disk.model,
    serial: disk.serial,
    vendor: "unknown",
    size: disk.size,
    type: disk.type,
    health: disk.health,
    wearout: disk.wearout,
    used: disk.used,
    gpt: 1,
    mounted: 0,
    osdid: -1,
    "osdid-list": null,
    rpm: disk.type === "hdd" ? 7200 : 0,
    wwn: "unknown",
    "by_id_link": `/dev/disk/by-id/${disk.serial}`,
  };
}

function diskOf(call: Call): FakeDisk {
  const path = call.params.text("disk");
  return nodeOf(call).disks.find((one) => one.devpath === path) ?? die("not a valid block device");
}

function certificates(call: Call): unknown {
  const now = call.world.seconds();
  return nodeOf(call).certificates.map((one) => ({
    filename: one.filename,
    subject: one.subject,
    issuer: one.issuer,
    san: one.san,
    fingerprint: one.fingerprint,
    notbefore: now - 365 * 86_400,
    notafter: now + one.daysLeft * 86_400,
    "public-key-type": "rsaEncryption",
    "public-key-bits": 2048,
    pem: "-----BEGIN CERTIFICATE-----\nZmFrZQ==\n-----END CERTIFICATE-----\n",
  }));
}

/** The row that `apt/versions` marks with the running kernel. */
function versions(node: FakeNode): unknown {
  const kernel = {
    Package: `proxmox-kernel-${node.installedKernel}-signed`,
    CurrentState: "Installed",
    OldVersion: node.installedKernel.replace("-pve", ""),
    Version: node.installedKernel.replace("-pve", ""),
    Origin: "Proxmox",
    Arch: "amd64",
    Section: "kernel",
    Priority: "optional",
    Title: "Proxmox Kernel Image (signed)",
    Description: "Proxmox Kernel Image (signed)",
  };
  return [
    ...node.packages.map((one) =>
      one.RunningKernel === undefined ? one : { ...one, RunningKernel: node.kernel }
    ),
    kernel,
  ];
}

function withoutCeph(): never {
  return die("binary not installed: /usr/bin/ceph-mon");
}

const ceph = [
  "/cluster/ceph/status",
  "/cluster/ceph/flags",
  "/cluster/ceph/metadata",
  ...["status", "osd", "mon", "mgr", "mds", "fs", "pool", "crush", "rules", "log"].map((part) =>
    `${base}/ceph/${part}`
  ),
];

export const hardwareHandlers: Handlers = {
  [`GET ${base}/disks`]: index("list", "smart", "lvm", "lvmthin", "directory", "zfs"),
  [`GET ${base}/disks/list`]: (call) =>
    nodeOf(call).disks.map((disk) => {
      const row = diskRow(disk);
      return call.params.flag("skipsmart") ? { ...row, health: "UNKNOWN", wearout: "N/A" } : row;
    }),
  [`GET ${base}/disks/smart`]: (call) => {
    const disk = diskOf(call);
    if (call.params.flag("healthonly")) return { health: disk.health };
    return { health: disk.health, type: "ata", attributes: disk.attributes };
  },
  [`GET ${base}/disks/zfs`]: () => die("zfsutils-linux not installed"),
  [`GET ${base}/disks/lvmthin`]: (call) => [{
    lv: "data",
    vg: "pve",
    lv_size: call.state.storages.get("local-lvm")?.total ?? 0,
    used: 0,
    metadata_size: 2 ** 30,
    metadata_used: 2 ** 26,
  }],
  [`GET ${base}/apt`]: index("update", "versions", "changelog", "repositories"),
  [`GET ${base}/apt/update`]: (call) => nodeOf(call).updates,
  [`POST ${base}/apt/update`]: (call) =>
    startTask(call, {
      type: "aptupdate",
      id: "",
      node: nodeOf(call).name,
      work: (log) => log.line("starting apt-get update"),
    }),
  [`GET ${base}/apt/versions`]: (call) => versions(nodeOf(call)),
  [`GET ${base}/apt/repositories`]: () => ({
    digest: "0".repeat(64),
    errors: [],
    files: [],
    infos: [],
    "standard-repos": [{ handle: "no-subscription", name: "No-Subscription", status: 1 }],
  }),
  [`GET ${base}/certificates`]: index("info", "custom", "acme"),
  [`GET ${base}/certificates/info`]: certificates,
  [`GET ${base}/hardware`]: index("pci", "usb"),
  [`GET ${base}/hardware/pci`]: () => [],
  [`GET ${base}/hardware/usb`]: () => [],
  [`GET ${base}/capabilities/qemu/cpu`]: () =>
    ["host", "kvm64", "x86-64-v2-AES", "x86-64-v3"].map((name) => ({
      name,
      custom: 0,
      vendor: "default",
    })),
  [`GET ${base}/capabilities/qemu/machines`]: () =>
    ["pc-i440fx-10.0", "pc-q35-10.0"].map((id) => ({
      id,
      type: id.includes("q35") ? "q35" : "i440fx",
      version: "10.0",
    })),
  ...Object.fromEntries(ceph.map((path) => [`GET ${path}`, withoutCeph])),
};
