import assert from "node:assert/strict";
import type { FakeVolume } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { changes, lastChange, testTool } from "./harness.ts";

/** The newest backup of a guest, as the simulated cluster holds it. */
function backupOf(site: Site, vmid: number): FakeVolume {
  const found =
    site.fake.state.volumes.filter((volume) => volume.content === "backup" && volume.vmid === vmid)
      .sort((a, b) => b.ctime - a.ctime)[0];
  assert.ok(found, `there is no backup of ${vmid}`);
  return found;
}

const guest = (site: Site, vmid: number) => site.fake.state.guests.get(vmid);

testTool({
  tool: "get_backups",
  role: "user",
  args: {},
  request: ["GET", /storage\/nfs1\/content$/],
  partial: true,
  works: async (value, site) => {
    assert.equal(value.total, 5);
    assert.equal(value.warnings, undefined);
    const times = value.backups.map((row: { time: string }) => row.time);
    assert.deepEqual(times, times.toSorted().toReversed());
    assert.deepEqual(
      value.backups.map((row: { vmid: number }) => row.vmid).toSorted(),
      [100, 101, 150, 200, 202],
    );
    assert.equal(typeof value.backups[0].size_bytes, "number");
    const one = await site.call("get_backups", { vmid: "web1" });
    assert.deepEqual(one.value.backups.map((row: { vmid: number }) => row.vmid), [100]);
    const local = await site.call("get_backups", { storage: "local" });
    assert.deepEqual(local.value.backups.map((row: { vmid: number }) => row.vmid), [101]);
  },
  refuses: [
    { args: { storage: "nosuch" }, code: "not_found", text: /no storage nosuch for backup/ },
    { args: { storage: "local-lvm" }, code: "not_found", text: /no storage local-lvm for backup/ },
    { args: { storage: "../../../access/users#" }, code: "invalid", text: /storage/ },
  ],
});

Deno.test("get_backups reads a shared storage once and tells storages that are away", async () => {
  await using site = await Site.start();
  await site.call("get_backups");
  const reads = site.fake.requests.filter(({ path }) => /\/content$/.test(path));
  assert.deepEqual(reads.map(({ path }) => path).toSorted(), [
    "/nodes/pve1/storage/local/content",
    "/nodes/pve1/storage/nfs1/content",
    "/nodes/pve2/storage/local/content",
    "/nodes/pve3/storage/local/content",
  ]);
  site.fake.offline("pve1");
  const { value, text } = await site.call("get_backups");
  assert.deepEqual(
    value?.backups.map((row: { vmid: number; node: string }) => [row.vmid, row.node])[0]?.[1],
    "pve2",
    text,
  );
  assert.match(value.warnings.join("\n"), /storage local on node pve1 is not available/);
  assert.ok(!value.backups.some((row: { vmid: number }) => row.vmid === 101));
});

Deno.test("get_backups fails when nothing could be read, which is not the same as no backups", async () => {
  await using site = await Site.start();
  site.fake.fault({ path: /\/content$/ }, { kind: "status", status: 500, message: "away\n" }, {
    times: 50,
  });
  const answer = await site.call("get_backups");
  assert.equal(answer.code, "unavailable", answer.text);
  assert.match(answer.text, /storage nfs1 on node pve1 could not be read: away/);
});

Deno.test("get_backups tells verification, encryption, protection and notes", async () => {
  await using site = await Site.start();
  const backup = backupOf(site, 100);
  backup.verification = { state: "failed", upid: "UPID:x" };
  backup.encrypted = "aa:bb";
  backup.protected = true;
  backup.notes = "x".repeat(2000);
  const { value } = await site.call("get_backups", { vmid: 100 });
  const [row] = value.backups;
  assert.deepEqual([row.verified, row.encrypted, row.protected], ["failed", true, true]);
  assert.match(row.notes, /^x{500}… \(cut\)$/);
});

testTool({
  tool: "get_backup_coverage",
  role: "user",
  args: {},
  request: ["GET", /storage\/local\/content$/],
  partial: true,
  works: async (value, site) => {
    const row = (vmid: number) =>
      value.guests.find((guest: { vmid: number }) => guest.vmid === vmid);
    assert.equal(row(100).state, "backed up");
    assert.ok(row(100).age_seconds >= 86_400);
    assert.match(row(100).volid, /^nfs1:backup\/vzdump-qemu-100-/);
    assert.deepEqual(row(100).jobs, ["backup-nightly"]);
    assert.deepEqual(row(150).jobs, []);
    assert.equal(row(102).state, "not backed up");
    assert.equal(value.total, site.fake.state.guests.size);
    assert.equal(value.not_backed_up, value.total - 5);
    const old = await site.call("get_backup_coverage", { older_than_hours: 48 });
    const vmids = old.value.guests.map((guest: { vmid: number }) => guest.vmid);
    assert.ok(vmids.includes(101) && vmids.includes(102) && !vmids.includes(100));
  },
});

Deno.test("get_backup_coverage counts no failed backup and calls nothing missing that it cannot see", async () => {
  await using site = await Site.start();
  backupOf(site, 100).verification = { state: "failed", upid: "UPID:x" };
  const { value } = await site.call("get_backup_coverage", {}, { role: "user" });
  const stateOf = (answer: typeof value, vmid: number) =>
    answer.guests.find((row: { vmid: number }) => row.vmid === vmid).state;
  assert.equal(stateOf(value, 100), "not backed up");
  site.fake.fault({ path: /storage\/local\/content$/ }, {
    kind: "status",
    status: 500,
    message: "away\n",
  }, { times: 3 });
  const partly = await site.call("get_backup_coverage");
  assert.equal(stateOf(partly.value, 100), "unknown");
  assert.equal(stateOf(partly.value, 150), "backed up");
  assert.equal(partly.value.not_backed_up, 0);
  site.fake.fault({ path: /cluster\/backup$/ }, {
    kind: "status",
    status: 403,
    message: "Permission check failed (/, Sys.Audit)\n",
  });
  const jobless = await site.call("get_backup_coverage");
  assert.equal(jobless.value.guests[0].jobs, undefined);
  assert.match(jobless.value.warnings[0], /the backup jobs could not be read: .*Sys\.Audit on \//);
});

testTool({
  tool: "get_backup_jobs",
  role: "user",
  args: {},
  request: ["GET", /cluster\/backup$/],
  works: async (value, site) => {
    assert.equal(value.total, 1);
    const [job] = value.jobs;
    assert.equal(job.id, "backup-nightly");
    assert.equal(job.enabled, true);
    assert.equal(job.guests, "100,101,200");
    assert.match(job.next_run, /^\d{4}-\d\d-\d\dT/);
    site.fake.state.backupJobs.set("all", {
      id: "all",
      type: "vzdump",
      enabled: 0,
      all: 1,
      exclude: "900",
      schedule: "sun 03:00",
    });
    const again = await site.call("get_backup_jobs");
    assert.deepEqual(again.value.jobs[0], {
      id: "all",
      enabled: false,
      schedule: "sun 03:00",
      guests: "all but 900",
    });
  },
});

testTool({
  tool: "create_backup",
  role: "write",
  args: { vmid: 102, storage: "nfs1", notes: "before\\the upgrade\nby ada", protected: true },
  request: ["POST", /pve2\/vzdump$/],
  task: true,
  works: async (value, site) => {
    assert.equal(value.exit_status, "OK");
    assert.equal(value.storage, "nfs1");
    const { body } = lastChange(site);
    assert.equal(body.remove, false, "older backups must stay");
    assert.equal(body["notes-template"], "before\\\\the upgrade\\nby ada");
    assert.equal(backupOf(site, 102).protected, true);
    const chosen = await site.call("create_backup", { vmid: "ct1" }, { role: "write" });
    assert.equal(chosen.value?.exit_status, "OK", chosen.text);
    assert.equal(chosen.value.storage, "nfs1");
  },
  refuses: [
    {
      args: { vmid: 102, storage: "local-lvm" },
      code: "not_found",
      text: /no active storage local-lvm for backup; it has: /,
    },
    {
      args: { vmid: 102 },
      code: "conflict",
      text: /VM 102 is locked \(backup\)/,
      prepare: (site) => {
        Object.assign(guest(site, 102)?.config ?? {}, { lock: "backup" });
      },
    },
    { args: { vmid: 102, mode: "fast" }, code: "invalid", text: /mode/ },
  ],
});

testTool({
  tool: "delete_backup",
  role: "admin",
  args: { volid: "nfs1:backup/vzdump-qemu-100-test.vma.zst" },
  prepare: (site) => {
    backupOf(site, 100).volid = "nfs1:backup/vzdump-qemu-100-test.vma.zst";
  },
  request: ["DELETE", /storage\/nfs1\/content\/nfs1%3Abackup%2Fvzdump-qemu-100-test\.vma\.zst$/],
  task: true,
  works: (value, site) => {
    assert.equal(value.exit_status, "OK");
    assert.ok(!site.fake.state.volumes.some((volume) => /100-test/.test(volume.volid)));
  },
  refuses: [
    {
      args: { volid: "nfs1:backup/vzdump-qemu-100-nosuch.vma.zst" },
      code: "not_found",
      text: /there is no volume nfs1:backup/,
    },
    { args: { volid: "local:iso/debian-13.iso", node: "pve1" }, code: "conflict", text: /but iso/ },
    { args: { volid: "nfs1:../../x" }, code: "not_found", text: /there is no volume/ },
    { args: { volid: "nosuch:backup/x" }, code: "not_found", text: /no storage nosuch/ },
    { args: { volid: "x" }, code: "invalid", text: /volid/ },
    {
      args: { volid: "nfs1:backup/kept" },
      code: "conflict",
      text: /is protected; remove the protection first/,
      prepare: (site) => {
        Object.assign(backupOf(site, 100), { volid: "nfs1:backup/kept", protected: true });
      },
    },
  ],
});

const VM = "nfs1:backup/vzdump-qemu-100-test.vma.zst";
const CONTAINER = "nfs1:backup/vzdump-lxc-200-test.tar.zst";

const rename = (site: Site) => {
  backupOf(site, 100).volid = VM;
  backupOf(site, 200).volid = CONTAINER;
};

testTool({
  tool: "restore_backup",
  role: "admin",
  args: { volid: VM, vmid: 400, unique: true, start: true, storage: "local-lvm" },
  prepare: rename,
  request: ["POST", /\/qemu$/],
  task: true,
  works: (value, site) => {
    assert.deepEqual([value.vmid, value.type], [400, "qemu"]);
    assert.equal(guest(site, 400)?.config.name, "web1");
    assert.notEqual(guest(site, 400)?.config.net0, guest(site, 100)?.config.net0);
    const { body } = lastChange(site);
    assert.equal(body.archive, VM);
    assert.ok(!("restore" in body) && !("force" in body) && !("ostemplate" in body));
  },
  refuses: [
    {
      args: { volid: VM },
      code: "conflict",
      text: /VM 100 exists; give another vmid, or overwrite to replace it/,
      prepare: rename,
    },
    {
      args: { volid: VM, overwrite: true },
      code: "conflict",
      text: /VM 100 is running; it must be stopped/,
      prepare: rename,
    },
    {
      args: { volid: VM, vmid: 103, overwrite: true },
      code: "conflict",
      text: /VM 103 is protected/,
      prepare: rename,
    },
    {
      args: { volid: CONTAINER, vmid: 101, overwrite: true },
      code: "conflict",
      text: /VM 101 is not of the backup's type/,
      prepare: rename,
    },
    {
      args: { volid: VM, vmid: 101, node: "pve3", overwrite: true },
      code: "conflict",
      text: /VM 101 is on node pve1 and can be replaced only there/,
      prepare: rename,
    },
    {
      args: { volid: VM, vmid: 400, storage: "nosuch" },
      code: "not_found",
      text: /no active storage nosuch for images/,
      prepare: rename,
    },
    {
      args: { volid: "local:iso/debian-13.iso", vmid: 400 },
      code: "conflict",
      text: /is on pve1 and pve2 and pve3|is no backup but iso/,
    },
    {
      args: { volid: VM, vmid: 400 },
      code: "conflict",
      text: /the verification of .* has failed/,
      prepare: (site) => {
        rename(site);
        backupOf(site, 100).verification = { state: "failed", upid: "UPID:x" };
      },
    },
    { args: { volid: VM, vmid: 400 }, code: "not_found", text: /there is no volume/ },
    { args: { volid: VM, vmid: "101;x" }, code: "invalid", text: /vmid/ },
  ],
});

Deno.test("restore_backup gives a container's backup as ostemplate with restore", async () => {
  await using site = await Site.start();
  rename(site);
  const { value, text } = await site.call("restore_backup", { volid: CONTAINER, vmid: 401 });
  assert.equal(value?.exit_status, "OK", text);
  assert.equal(value.type, "lxc");
  const { body, path } = lastChange(site);
  assert.match(path, /\/lxc$/);
  assert.equal(body.ostemplate, CONTAINER);
  assert.equal(body.restore, true);
  assert.ok(!("archive" in body) && !("force" in body));
  assert.equal(guest(site, 401)?.config.hostname, "ct1");
});

Deno.test("restore_backup replaces a stopped guest with overwrite, on its own node", async () => {
  await using site = await Site.start();
  rename(site);
  await site.call("shutdown_vm", { vmid: 100 });
  const machine = guest(site, 100);
  assert.ok(machine);
  machine.config.memory = "64";
  const { value, text } = await site.call("restore_backup", { volid: VM, overwrite: true });
  assert.equal(value?.exit_status, "OK", text);
  assert.equal(lastChange(site).body.force, true);
  assert.equal(guest(site, 100)?.config.memory, "2048");
  assert.equal(value.node, "pve1");
});

Deno.test("a backup on one node's own storage is restored there and nowhere else", async () => {
  await using site = await Site.start();
  const { volid } = backupOf(site, 101);
  const away = await site.call("restore_backup", { volid, vmid: 402, node: "pve2" });
  assert.equal(away.code, "not_found", away.text);
  assert.match(away.text, /on node pve2/);
  const { value, text } = await site.call("restore_backup", { volid, vmid: 402 });
  assert.equal(value?.node, "pve1", text);
  assert.equal(changes(site).length, 1);
});

Deno.test("a backup that two nodes have each is restored where the caller says", async () => {
  await using site = await Site.start();
  const backup = backupOf(site, 101);
  site.fake.state.volumes.push({ ...backup, node: "pve2" });
  const { volid } = backup;
  const unsure = await site.call("restore_backup", { volid, vmid: 402 });
  assert.equal(unsure.code, "conflict");
  assert.match(unsure.text, /is on pve1 and pve2, each its own; give the node/);
  const { value, text } = await site.call("restore_backup", { volid, vmid: 402, node: "pve2" });
  assert.equal(value?.node, "pve2", text);
});
