import { die } from "./errors.ts";
import type { FakeDisk, FakeNode } from "./state.ts";
import { startTask } from "./tasks.ts";
import { ZONE } from "./services.ts";
import { type Call, type Handlers, nodeOf } from "./world.ts";

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
    "osdid-list": [],
    rpm: disk.type === "hdd" ? 7200 : 0,
    wwn: "unknown",
    "by_id_link": `/dev/disk/by-id/${disk.serial}`,
  };
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

const handles = ["enterprise", "no-subscription", "test", "ceph-squid-enterprise"];

function repositories(call: Call): unknown {
  const node = nodeOf(call);
  return {
    digest: "0".repeat(64),
    errors: node.repositoryErrors,
    files: [],
    infos: [],
    // A status only where the repository is configured at all.
    "standard-repos": handles.map((handle) => ({
      handle,
      name: handle,
      ...(node.repositories.includes(handle) ? { status: 1 } : {}),
    })),
  };
}

/** Each node knows only whether it is part of Ceph itself. */
function cephStatus({ state }: Call, node: string): unknown {
  const status = state.nodes.get(node)?.withoutCeph ? undefined : state.ceph;
  return status ?? die("binary not installed: /usr/bin/ceph-mon");
}

export const hardwareHandlers: Handlers = {
  [`GET ${base}/disks/list`]: (call) =>
    nodeOf(call).disks.map((disk) => {
      const row = diskRow(disk);
      return call.params.flag("skipsmart") ? { ...row, health: "UNKNOWN", wearout: "N/A" } : row;
    }),
  [`GET ${base}/disks/lvmthin`]: (call) =>
    (nodeOf(call).thinPools ?? []).map(({ lv, metadata }) => ({
      lv,
      vg: "pve",
      lv_size: 100 * 2 ** 30,
      used: 10 * 2 ** 30,
      metadata_size: 2 ** 30,
      metadata_used: Math.round(metadata * 2 ** 30),
    })),
  [`GET ${base}/apt/update`]: (call) => nodeOf(call).updates,
  [`POST ${base}/apt/update`]: (call) =>
    startTask(call, {
      type: "aptupdate",
      id: "",
      node: nodeOf(call).name,
      begin: ["starting apt-get update"],
      work: ({ line }) => line("update new package list: /var/lib/pve-manager/pkgupdates"),
    }),
  [`GET ${base}/apt/versions`]: (call) => versions(nodeOf(call)),
  [`GET ${base}/certificates/info`]: certificates,
  [`GET ${base}/apt/repositories`]: repositories,
  [`GET ${base}/subscription`]: (call) => {
    const { subscription } = nodeOf(call);
    const told = { ...subscription, message: "There is no subscription key", url: "https://x" };
    return subscription.status === "notfound" ? told : subscription;
  },
  [`GET ${base}/time`]: (call) => {
    const time = call.world.seconds() + nodeOf(call).clockAhead;
    return { time, localtime: time + ZONE, timezone: "Europe/Istanbul" };
  },
  [`GET ${base}/disks/zfs`]: (call) => {
    const { zfs } = nodeOf(call);
    if (!zfs) die("zfsutils-linux not installed");
    return zfs.map((pool) => ({ ...pool, alloc: 0, free: pool.size, frag: 0, dedup: 1 }));
  },
  "GET /cluster/ceph/status": (call) => cephStatus(call, call.world.local),
  "GET /nodes/{node}/ceph/status": (call) => cephStatus(call, nodeOf(call).name),
};
