import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { guest } from "./guests.ts";
import { restrict, startProbed } from "./probe.ts";
import { changes } from "./requests.ts";

interface Finding {
  severity: string;
  what: string;
  where: string;
  guests?: string[];
  nodes?: string[];
  since?: string;
  tool: string;
}

interface Unread {
  part: string;
  of: string;
  reason: string;
}

interface Attention {
  counts: Record<string, number>;
  findings: Finding[];
  unread: Unread[];
  total: number;
  next_cursor?: string;
}

const DAY = 86_400;

async function attention(site: Site, args: Record<string, unknown> = {}): Promise<Attention> {
  const { value, text } = await site.call("get_attention", { limit: 500, ...args }, {
    role: "user",
  });
  assert.ok(value, text);
  return value;
}

/** Gives every guest a backup of today, so that nothing is left to say. */
function healthy(site: Site): void {
  const seconds = Math.floor(Date.now() / 1000);
  for (const guest of site.fake.state.guests.values()) {
    const kind = guest.type === "qemu" ? "vma" : "tar";
    site.fake.state.volumes.push({
      volid: `nfs1:backup/vzdump-${guest.type}-${guest.vmid}-2026_01_01-02_00_00.${kind}.zst`,
      storage: "nfs1",
      content: "backup",
      format: `${kind}.zst`,
      size: 1e9,
      ctime: seconds - 3600,
      vmid: guest.vmid,
    });
    if (guest.type === "qemu" && guest.config.agent) guest.agent.running = true;
    for (const snapshot of guest.snapshots) snapshot.snaptime = seconds - DAY;
  }
}

function node(site: Site, name: string) {
  const found = site.fake.state.nodes.get(name);
  assert.ok(found);
  return found;
}

function addDisk(site: Site, { volid, vmid, gib }: { volid: string; vmid: number; gib: number }) {
  site.fake.state.volumes.push({
    ...{ volid, vmid, storage: "local-lvm", node: "pve1", content: "images", format: "raw" },
    ...{ size: gib * 2 ** 30, ctime: 0 },
  });
}

Deno.test("get_attention has nothing to say of a healthy cluster", async () => {
  await using site = await Site.start();
  healthy(site);
  assert.deepEqual(await attention(site), {
    counts: { critical: 0, warning: 0, info: 0 },
    findings: [],
    unread: [],
    total: 0,
  });
  assert.deepEqual(changes(site), []);
});

interface Case {
  readonly name: string;
  readonly prepare: (site: Site) => unknown;
  readonly finds: Partial<Finding> & { what: string };
  readonly since?: boolean;
}

const CASES: Case[] = [
  {
    name: "an offline node",
    prepare: (site) => site.fake.offline("pve3"),
    finds: {
      severity: "critical",
      what: "the node is offline",
      where: "node pve3",
      tool: "get_cluster_status",
    },
  },
  {
    name: "lost quorum",
    prepare: (site) => {
      site.fake.offline("pve2");
      site.fake.offline("pve3");
    },
    finds: { severity: "critical", what: "quorum is lost", where: "the cluster" },
  },
  {
    name: "failed tasks of the last day, one entry per kind and guest",
    prepare: async (site) => {
      site.fake.state.outcomes.push({ id: "101", exit: "start failed: no memory", times: 2 });
      await site.call("start_vm", { vmid: 101 });
      await site.call("start_vm", { vmid: 101 });
    },
    finds: {
      severity: "warning",
      what: "failed 2 times, last: start failed: no memory (UPID:pve1:",
      where: "node pve1 qmstart 101",
      tool: "get_task",
    },
    since: true,
  },
  {
    name: "a storage over 85 %",
    prepare: (site) => {
      const storage = site.fake.state.storages.get("nfs1");
      assert.ok(storage);
      storage.baseUsed = storage.total * 0.88;
    },
    finds: { severity: "warning", what: "% full", where: "storage nfs1" },
  },
  {
    name: "a storage over 95 %",
    prepare: (site) => {
      const storage = site.fake.state.storages.get("nfs1");
      assert.ok(storage);
      storage.baseUsed = storage.total * 0.97;
    },
    finds: { severity: "critical", what: "% full", where: "storage nfs1" },
  },
  {
    name: "a guest without a backup",
    prepare: (site) => {
      const { state } = site.fake;
      state.volumes = state.volumes.filter((volume) =>
        volume.content !== "backup" || volume.vmid !== 101
      );
    },
    finds: {
      severity: "warning",
      what: "no good backup of it",
      where: "VM 101 (db1)",
      tool: "create_backup",
    },
  },
  {
    name: "a guest whose only backup failed its verification",
    prepare: (site) => {
      for (const volume of site.fake.state.volumes) {
        if (volume.content !== "backup" || volume.vmid !== 101) continue;
        volume.verification = { state: "failed", upid: "UPID:x" };
      }
    },
    finds: { severity: "warning", what: "no good backup of it", where: "VM 101 (db1)" },
  },
  {
    name: "an old backup",
    prepare: (site) => {
      for (const volume of site.fake.state.volumes) {
        if (volume.content === "backup" && volume.vmid === 101) volume.ctime -= 9 * DAY;
      }
    },
    finds: {
      severity: "info",
      what: "its newest good backup is 9 days old",
      where: "VM 101 (db1)",
    },
    since: true,
  },
  {
    name: "a snapshot older than 30 days",
    prepare: (site) => {
      guest(site, 200).snapshots.push({
        name: "forgotten",
        description: "",
        snaptime: Math.floor(Date.now() / 1000) - 40 * DAY,
        vmstate: false,
        config: {},
      });
    },
    finds: {
      severity: "info",
      what: "snapshot forgotten is 40 days old",
      where: "container 200 (ct1) snapshot forgotten",
      tool: "delete_snapshot",
    },
    since: true,
  },
  {
    name: "a locked guest that no task holds",
    prepare: (site) => {
      guest(site, 101).config.lock = "backup";
    },
    finds: { severity: "warning", what: "locked (backup)", where: "VM 101 (db1)" },
  },
  {
    name: "a guest that HA cannot place",
    prepare: (site) => {
      const resource = site.fake.state.ha.resources.get("vm:110");
      assert.ok(resource);
      resource.reported = "recovery";
    },
    finds: {
      severity: "critical",
      what: "HA cannot place",
      where: "vm:110",
      tool: "get_ha_status",
    },
  },
  {
    name: "failing replication",
    prepare: (site) => {
      const job = site.fake.state.replication.get("101-0");
      assert.ok(job);
      Object.assign(job, { failCount: 3, error: "no route to host" });
    },
    finds: {
      severity: "warning",
      what: "replication failed 3 times: no route to host",
      where: "job 101-0",
      tool: "get_replication",
    },
    since: true,
  },
  {
    name: "a certificate that ends soon",
    prepare: (site) => {
      const [, leaf] = node(site, "pve2").certificates;
      assert.ok(leaf);
      leaf.daysLeft = 10.5;
    },
    finds: {
      severity: "warning",
      what: "the certificate ends in 10 days",
      where: "node pve2 pve-ssl.pem",
      tool: "get_certificates",
    },
  },
  {
    name: "an expired certificate",
    prepare: (site) => {
      const [, leaf] = node(site, "pve2").certificates;
      assert.ok(leaf);
      leaf.daysLeft = -3;
    },
    finds: { severity: "critical", what: "has expired", where: "node pve2 pve-ssl.pem" },
    since: true,
  },
  {
    name: "a failing disk",
    prepare: (site) => {
      const [, disk] = node(site, "pve2").disks;
      assert.ok(disk);
      disk.health = "FAILED!";
    },
    finds: {
      severity: "critical",
      what: "SMART says FAILED!",
      where: "node pve2 /dev/sda",
      tool: "get_disks",
    },
  },
  {
    name: "a kernel that waits for a reboot",
    prepare: (site) => {
      node(site, "pve2").installedKernel = "6.17.10-1-pve";
    },
    finds: {
      severity: "info",
      what: "runs kernel 6.17.2-2-pve; 6.17.10-1-pve waits for a reboot",
      where: "node pve2",
    },
  },
  {
    name: "a ZFS pool that lacks a disk",
    prepare: (site) => {
      node(site, "pve2").zfs = [
        { name: "rpool", health: "ONLINE", size: 1e12 },
        { name: "tank", health: "DEGRADED", size: 1e12 },
      ];
    },
    finds: {
      severity: "critical",
      what: "the ZFS pool is DEGRADED",
      where: "node pve2 pool tank",
      tool: "get_disks",
    },
  },
  {
    name: "Ceph's health",
    prepare: (site) => {
      const checks = { OSD_DOWN: { severity: "HEALTH_WARN", summary: { message: "1 osds down" } } };
      site.fake.state.ceph = { health: { status: "HEALTH_WARN", checks } };
    },
    finds: {
      severity: "warning",
      what: "Ceph says HEALTH_WARN: 1 osds down",
      where: "Ceph",
      tool: "get_ceph_status",
    },
  },
  {
    name: "a large disk that is in no drive",
    prepare: (site) => {
      addDisk(site, { volid: "local-lvm:vm-101-disk-9", vmid: 101, gib: 11 });
      addDisk(site, { volid: "local-lvm:vm-101-disk-8", vmid: 101, gib: 9 });
      Object.assign(guest(site, 101).config, {
        unused0: "local-lvm:vm-101-disk-9",
        unused1: "local-lvm:vm-101-disk-8",
      });
    },
    finds: {
      severity: "info",
      what: "local-lvm:vm-101-disk-9 (11 GiB) is in none of its drives",
      where: "VM 101 (db1) unused0",
      tool: "delete_volume",
    },
  },
  {
    name: "a large disk of a guest that is gone",
    prepare: (site) => addDisk(site, { volid: "local-lvm:vm-777-disk-0", vmid: 777, gib: 40 }),
    finds: {
      severity: "info",
      what: "40 GiB of guest 777, which there is not",
      where: "volume local-lvm:vm-777-disk-0 on node pve1",
      tool: "delete_volume",
    },
  },
  {
    name: "security updates",
    prepare: (site) => {
      const { updates } = node(site, "pve2");
      const update = (Package: string, Version: string, Origin: string) => ({
        ...{ Package, Version, Origin, Title: Package, Description: Package, Arch: "amd64" },
        ...{ OldVersion: "1", Section: "libs", Priority: "optional" },
      });
      updates.push(
        update("openssl", "3.5.1-1+deb13u1", "Debian"),
        update("tzdata", "2026b-1", "Debian"),
        update("qemu-server", "9.2.1", "Proxmox"),
      );
    },
    finds: {
      severity: "warning",
      what: "1 security updates wait: openssl",
      where: "node pve2",
      tool: "get_updates",
    },
  },
  {
    name: "a guest that runs with other settings than it has",
    prepare: (site) => {
      guest(site, 100).pending.cpu = "host";
      guest(site, 100).pendingDelete.push("agent");
    },
    finds: {
      severity: "info",
      what: "until its next start: agent, cpu",
      where: "VM 100 (web1)",
      tool: "get_guest_config",
    },
  },
  {
    name: "a clock that differs",
    prepare: (site) => {
      node(site, "pve3").clockAhead = -37;
    },
    finds: { severity: "warning", what: "more than 30 s behind node pve", where: "node pve3" },
  },
  {
    name: "an enterprise repository without a subscription",
    prepare: (site) => {
      node(site, "pve2").repositories = ["enterprise"];
    },
    finds: {
      severity: "warning",
      what: "updates fail: enterprise needs a subscription, and it is notfound",
      where: "node pve2",
      tool: "get_updates",
    },
  },
  {
    name: "a subscription that ends soon",
    prepare: (site) => {
      const nextduedate = new Date(Date.now() + 10 * DAY * 1000).toISOString().slice(0, 10);
      Object.assign(node(site, "pve2"), {
        repositories: ["enterprise"],
        subscription: { status: "active", nextduedate },
      });
    },
    finds: { severity: "info", what: "the subscription ends on 20", where: "node pve2" },
  },
  {
    name: "repositories that cannot be read and such as there are not",
    prepare: (site) => {
      node(site, "pve1").repositoryErrors = [{ path: "/etc/apt/x.list", error: "bad line 3" }];
    },
    finds: {
      severity: "warning",
      what: "updates fail: /etc/apt/x.list: bad line 3",
      where: "node pve1",
    },
  },
  {
    name: "a node without any repository of Proxmox",
    prepare: (site) => {
      node(site, "pve3").repositories = [];
    },
    finds: { severity: "warning", what: "no repository of Proxmox is enabled", where: "node pve3" },
  },
  {
    name: "an agent that is enabled but dead",
    prepare: (site) => {
      guest(site, 102).agent.running = false;
    },
    finds: {
      severity: "info",
      what: "agent is enabled but does not answer",
      where: "VM 102 (app1)",
    },
  },
];

for (const { name, prepare, finds, since } of CASES) {
  Deno.test(`get_attention tells ${name}`, async () => {
    await using site = await Site.start();
    healthy(site);
    await prepare(site);
    const { findings } = await attention(site);
    const found = findings.find((each) =>
      each.what.includes(finds.what) && (!finds.where || each.where === finds.where)
    );
    assert.ok(found, JSON.stringify(findings));
    for (const key of ["severity", "where", "tool"] as const) {
      if (finds[key] !== undefined) assert.equal(found[key], finds[key]);
    }
    if (since !== undefined) assert.match(String(found.since), /^\d{4}-\d\d-\d\dT/);
  });
}

Deno.test("get_attention puts the worst first, counts and pages", async () => {
  const at = Date.now();
  await using site = await Site.start({ pve: { now: () => at } });
  healthy(site);
  for (const { prepare } of CASES.slice(3)) await prepare(site);
  const all = await attention(site);
  const rank = all.findings.map(({ severity }) =>
    ["critical", "warning", "info"].indexOf(severity)
  );
  assert.deepEqual(rank, rank.toSorted());
  const { critical = 0, warning = 0, info = 0 } = all.counts;
  assert.equal(critical + warning + info, all.total);
  assert.ok(critical > 0 && warning > 0 && info > 0);
  const paged: Finding[] = [];
  let cursor: string | undefined;
  do {
    const page = await attention(site, { limit: 3, ...(cursor ? { cursor } : {}) });
    assert.deepEqual(page.counts, all.counts);
    paged.push(...page.findings);
    cursor = page.next_cursor;
  } while (cursor);
  assert.deepEqual(paged, all.findings);
});

Deno.test("get_attention lists what could not be read, and never as nothing found", async () => {
  const denied = { kind: "status", status: 403, message: "Permission check failed\n" } as const;
  const parts: [RegExp, string, RegExp][] = [
    [/^\/cluster\/status$/, "quorum and nodes", /the cluster/],
    [/^\/cluster\/ha\/status\/current$/, "HA", /the cluster/],
    [/^\/cluster\/replication$/, "replication", /the cluster/],
    [/^\/nodes\/pve2\/tasks$/, "failed tasks", /node pve2/],
    [/\/certificates\/info$/, "certificates", /node pve1, node pve2, node pve3/],
    [/\/disks\/list$/, "disks", /node pve1, node pve2, node pve3/],
    [/\/apt\/versions$/, "kernel", /node pve1, node pve2, node pve3/],
    [/\/disks\/zfs$/, "ZFS", /node pve1, node pve2, node pve3/],
    [/\/disks\/lvmthin$/, "thin pools", /node pve1, node pve2, node pve3/],
    [/\/apt\/update$/, "security updates", /node pve1, node pve2, node pve3/],
    [/\/apt\/repositories$/, "repositories", /node pve1, node pve2, node pve3/],
    [/\/subscription$/, "repositories", /node pve1, node pve2, node pve3/],
    [/^\/cluster\/ceph\/status$/, "Ceph", /the cluster/],
    [/\/time$/, "clocks", /the cluster/],
    [/\/pending$/, "settings", /VM 100, VM 101, VM 102, VM 103, VM 110 and \d+ more/],
    [/\/storage\/local-lvm\/content$/, "unused volumes", /the cluster/],
    [/\/snapshot$/, "snapshots", /VM 100, VM 101, VM 102, VM 103, VM 110 and \d+ more/],
    [/\/agent\/info$/, "guest agents", /VM 10/],
  ];
  await using site = await Site.start();
  healthy(site);
  for (const [path, part, of] of parts) {
    const undo = site.fake.fault({ path }, denied, { times: 100 });
    const { unread } = await attention(site);
    undo();
    assert.deepEqual(unread.map((each) => each.part), [part]);
    assert.match(unread[0]?.of ?? "", of);
    assert.match(unread[0]?.reason ?? "", /refused|could not be read/);
  }
});

Deno.test("a storage that cannot be read makes a missing backup uncertain", async () => {
  await using site = await Site.start();
  const undo = site.fake.fault({ path: /nfs1\/content$/ }, { kind: "status", status: 595 });
  const { findings, unread } = await attention(site);
  undo();
  assert.ok(unread.some(({ part, reason }) => part === "backups" && /nfs1/.test(reason)));
  assert.ok(
    findings.some(({ what, guests = [] }) =>
      what === "no good backup of them in the storages that could be read" && guests.length > 2
    ),
  );
});

Deno.test("get_attention of a cluster with an offline node tells the rest and what is missing", async () => {
  await using site = await Site.start();
  healthy(site);
  site.fake.offline("pve3");
  const { findings, unread } = await attention(site);
  assert.deepEqual(findings.filter(({ severity }) => severity === "critical").length, 1);
  assert.ok(unread.some(({ part, of }) => part === "everything else" && of === "node pve3"));
  assert.ok(!site.fake.requests.some(({ path }) => path.startsWith("/nodes/pve3/")));
});

Deno.test("a locked guest with a running task is no news", async () => {
  await using site = await Site.start();
  healthy(site);
  site.fake.state.taskPolls = Infinity;
  await site.call("create_snapshot", { vmid: 101, name: "slow", wait: false });
  assert.equal(guest(site, 101).config.lock, "snapshot");
  assert.deepEqual((await attention(site)).findings, []);
});

Deno.test("get_attention asks a bounded number of guests and says how many it left out", async () => {
  await using site = await Site.start({ pve: { guests: 300 } });
  const before = site.fake.requests.length;
  const { unread } = await attention(site, { max_guests: 20 });
  const sent = site.fake.requests.slice(before);
  const snapshots = sent.filter(({ path }) => path.endsWith("/snapshot")).length;
  assert.equal(snapshots, 20);
  assert.ok(sent.length < 120, `${sent.length} requests`);
  const left = unread.find(({ part }) => part === "snapshots");
  assert.match(left?.of ?? "", /^\d+ of \d+ guests$/);
  assert.match(left?.reason ?? "", /only the first 20 by vmid/);
  const none = await attention(site, { max_guests: 0 });
  assert.ok(none.unread.some(({ part }) => part === "guest agents"));
});

Deno.test("get_attention fails when Proxmox cannot be reached", async () => {
  await using site = await Site.start();
  site.fake.fault({ path: /^\/cluster\/resources$/ }, {
    kind: "status",
    status: 500,
    message: "x\n",
  });
  const answer = await site.call("get_attention");
  assert.equal(answer.isError, true);
  assert.match(answer.text, /^Cannot tell what needs attention: x/);
});

Deno.test("each storage whose backups cannot be read is named", async () => {
  await using site = await Site.start();
  healthy(site);
  const refused = { kind: "status", status: 500, message: "refused\n" } as const;
  site.fake.fault({ path: /\/storage\/\w+\/content$/ }, refused, { times: 2 });
  const { unread } = await attention(site);
  const backups = unread.filter(({ part }) => part === "backups");
  assert.equal(backups.length, 1);
  assert.equal(backups[0]?.of, "the cluster");
  assert.match(
    backups[0]?.reason ?? "",
    /storage \w+ on node .*refused; storage \w+ on node .*refused/,
  );
});

Deno.test("findings that are alike are one row with a list of guests or nodes", async () => {
  await using site = await Site.start();
  healthy(site);
  const { state } = site.fake;
  state.volumes = state.volumes.filter(({ content, vmid }) =>
    content !== "backup" || (vmid !== 101 && vmid !== 202)
  );
  for (const vmid of [100, 110]) guest(site, vmid).pending.cpu = "host";
  guest(site, 110).snapshots.push(...["a", "b"].map((name) => ({
    ...{ name, description: "", vmstate: false, config: {} },
    snaptime: Math.floor(Date.now() / 1000) - 40 * DAY,
  })));
  for (const name of ["pve1", "pve3"]) node(site, name).repositories = ["enterprise"];
  const { findings, counts, total } = await attention(site);
  const rows = findings.map(({ what, where, guests, nodes }) => [where, guests ?? nodes, what]);
  assert.deepEqual(rows, [
    ["2 guests", ["VM 101 (db1)", "container 202 (ct3)"], "no good backup of them"],
    [
      "2 nodes",
      ["pve1", "pve3"],
      "updates fail: enterprise needs a subscription, and it is notfound",
    ],
    ["VM 110 (web2) snapshot a", undefined, "snapshot a is 40 days old"],
    ["VM 110 (web2) snapshot b", undefined, "snapshot b is 40 days old"],
    [
      "2 guests",
      ["VM 100 (web1): cpu", "VM 110 (web2): cpu"],
      "run with other settings than their configurations have, until their next start",
    ],
  ]);
  assert.deepEqual([counts, total], [{ critical: 0, warning: 2, info: 3 }, 5]);
});

Deno.test("a disk of a guest that the token may not see is not called a lost one", async () => {
  await using site = await startProbed();
  const all = site.fake.state.roles.get("Administrator")?.privs ?? [];
  restrict(site, all.filter((privilege) => privilege !== "VM.Audit"));
  const { findings } = await attention(site);
  assert.deepEqual(findings.filter(({ tool }) => tool === "delete_volume"), []);
});
