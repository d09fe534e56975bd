import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { backupOf, CONTAINER_BACKUP, nameBackups, VM_BACKUP } from "./backups.ts";
import { BACKUPS } from "./cases/backups.ts";
import { SNAPSHOTS } from "./cases/snapshots.ts";
import { addUnused, STORAGE, UNUSED } from "./cases/storage.ts";
import { guest, isRunning } from "./guests.ts";
import { testTools } from "./harness.ts";
import { restrict, startProbed } from "./probe.ts";
import { changes, lastChange } from "./requests.ts";

testTools(BACKUPS);
testTools(SNAPSHOTS);
testTools(STORAGE);

Deno.test("create_snapshot and rollback_snapshot, for VMs and containers", async () => {
  await using site = await Site.start();
  const created = await site.call("create_snapshot", {
    vmid: 100,
    name: "before1",
    description: "test",
    vmstate: true,
  }, { role: "write" });
  assert.equal(created.value?.exit_status, "OK", created.text);
  const rolled = await site.call("rollback_snapshot", { vmid: 100, name: "before1" });
  assert.equal(rolled.value?.exit_status, "OK", rolled.text);
  const container = await site.call("create_snapshot", {
    vmid: 201,
    name: "before1",
    vmstate: true,
  });
  assert.equal(container.value?.exit_status, "OK", container.text);
  assert.match(container.value.notes[0], /vmstate was left out/);
  const body = site.fake.requests.findLast(({ path }) => /lxc\/201\/snapshot$/.test(path))?.body;
  assert.ok(!("vmstate" in (body as object)));
  const missing = await site.call("rollback_snapshot", { vmid: 100, name: "nosuch" });
  assert.equal(missing.code, "not_found");
  assert.match(missing.text, /VM 100 has no snapshot nosuch; it has: clean, before1$/);
  const twice = await site.call("create_snapshot", { vmid: 100, name: "before1" });
  assert.equal(twice.isError, true);
});

Deno.test("rollback_snapshot says what becomes of a guest that runs, and starts it again", async () => {
  await using site = await Site.start();
  const snapshot = (vmid: number, more: Record<string, unknown> = {}) =>
    site.call("create_snapshot", { vmid, name: "s1", ...more });
  const rollBack = (vmid: number, more: Record<string, unknown> = {}) =>
    site.call("rollback_snapshot", { vmid, name: "s1", ...more });
  await snapshot(201);
  const plan = await rollBack(201, { dry_run: true });
  const restarts =
    "container 201 is running and the snapshot holds no memory: it is stopped, then started again";
  assert.deepEqual(plan.value?.dry_run.notes, [restarts], plan.text);
  const again = await rollBack(201);
  assert.deepEqual(again.value?.notes, [restarts], again.text);
  assert.equal(isRunning(site, 201), true);
  const stays = await rollBack(201, { start_after: false });
  assert.match(stays.value?.notes[0], /it is stopped and stays so$/, stays.text);
  assert.equal(isRunning(site, 201), false);
  const stopped = await rollBack(201);
  assert.equal(stopped.value?.notes, undefined, stopped.text);
  assert.equal(isRunning(site, 201), false, "it did not run");
  const started = await rollBack(201, { start: true });
  assert.match(started.value?.notes[0], /is started afterwards$/, started.text);
  await snapshot(100, { vmstate: true });
  const remembered = await rollBack(100);
  assert.match(remembered.value?.notes[0], /holds the memory of VM 100/, remembered.text);
  assert.deepEqual(lastChange(site).body, undefined);
  assert.equal(isRunning(site, 100), true);
});

const IMAGE = "https://example.org/images/alpine-virt.iso";

Deno.test("get_storage_content names the storages that it could not read", async () => {
  await using site = await Site.start();
  site.fake.fault({ path: /pve2\/storage\/local\/content$/ }, {
    kind: "status",
    status: 500,
    message: "away\n",
  });
  const { value, isError } = await site.call("get_storage_content", { storage: "local" });
  assert.equal(isError, false);
  assert.deepEqual(value.warnings, ["storage local on node pve2 could not be read: away"]);
  assert.ok(!value.volumes.some((row: { node: string }) => row.node === "pve2"));
});

Deno.test("download_image sends a checksum with its algorithm and tells a wrong one", async () => {
  await using site = await Site.start();
  const sha256 = "ab".repeat(32);
  site.fake.state.downloads.set(IMAGE, {
    size: 1,
    mimetype: "application/octet-stream",
    checksums: { sha256 },
  });
  const good = await site.call("download_image", { url: IMAGE, storage: "nfs1", checksum: sha256 });
  assert.equal(good.value?.exit_status, "OK", good.text);
  assert.equal(lastChange(site).body["checksum-algorithm"], "sha256");
  const bad = await site.call("download_image", {
    url: IMAGE,
    storage: "local",
    checksum: "cd".repeat(32),
  });
  assert.equal(bad.isError, true);
  assert.match(bad.text, /checksum mismatch: got 'abab/);
  assert.doesNotMatch(bad.text, /configuration/);
  const missing = await site.call("download_image", {
    url: "https://example.org/nosuch.iso",
    storage: "local",
  });
  assert.match(missing.text, /download failed/);
});

Deno.test("delete_volume deletes a disk that no guest uses, and nothing when it cannot tell", async () => {
  await using site = await Site.start();
  addUnused(site);
  const undo = site.fake.fault({ path: /qemu\/101\/config$/ }, {
    kind: "status",
    status: 500,
    message: "away\n",
  });
  const unsure = await site.call("delete_volume", { volid: UNUSED });
  undo();
  assert.equal(unsure.code, "unavailable", unsure.text);
  assert.match(unsure.text, /whether it is in use is unknown/);
  assert.equal(changes(site).length, 0);
  const sure = await site.call("delete_volume", { volid: UNUSED });
  assert.equal(sure.value?.exit_status, "OK", sure.text);
});

Deno.test("a file with spaces in its name can be deleted", async () => {
  await using site = await Site.start();
  const iso = site.fake.state.volumes.find((one) =>
    one.volid === "local:iso/virtio-win.iso" && one.node === "pve1"
  );
  assert.ok(iso);
  iso.volid = "local:iso/Windows 11 (x64).iso";
  const { volid } = iso;
  const { value, text } = await site.call("delete_volume", { volid, node: "pve1" });
  assert.equal(value?.exit_status, "OK", text);
  assert.ok(!site.fake.state.volumes.includes(iso));
  assert.match(lastChange(site).path, /local%3Aiso%2FWindows%2011%20\(x64\)\.iso$/);
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

Deno.test("restore_backup gives a container's backup as ostemplate with restore", async () => {
  await using site = await Site.start();
  nameBackups(site);
  const { value, text } = await site.call("restore_backup", { volid: CONTAINER_BACKUP, vmid: 401 });
  assert.equal(value?.exit_status, "OK", text);
  assert.equal(value.type, "lxc");
  const { body, path } = lastChange(site);
  assert.match(path, /\/lxc$/);
  assert.equal(body.ostemplate, CONTAINER_BACKUP);
  assert.equal(body.restore, true);
  assert.ok(!("archive" in body) && !("force" in body));
  assert.equal(guest(site, 401)?.config.hostname, "ct1");
});

Deno.test("restore_backup puts a container without a storage where its root was, not on local", async () => {
  await using site = await Site.start();
  nameBackups(site);
  const local = site.fake.state.storages.get("local");
  const config = backupOf(site, 200).backup?.config;
  assert.ok(local && config);
  local.content = local.content.filter((content) => content !== "rootdir");
  config.mp0 = "nfs1:200/vm-200-disk-9.raw,mp=/srv/data,backup=1,size=4G";
  const { value, text } = await site.call("restore_backup", { volid: CONTAINER_BACKUP, vmid: 401 });
  assert.equal(value?.exit_status, "OK", text);
  assert.equal(lastChange(site).body.storage, "local-lvm");
  assert.match(
    value.notes[0],
    /^all volumes go to local-lvm, .* mp0 \(nfs1:200\/vm-200-disk-9\.raw\)$/,
  );
  assert.match(String(guest(site, 401)?.config.mp0), /^local-lvm:/);
  config.rootfs = "gone:vm-200-disk-0,size=8G";
  const gone = await site.call("restore_backup", { volid: CONTAINER_BACKUP, vmid: 402 });
  assert.equal(gone.code, "not_found");
  assert.match(gone.text, /node pve1 has no active storage gone for rootdir; it has: local-lvm/);
});

Deno.test("restore_backup refuses what a token may not restore before it replaces a VM", async () => {
  let at = 0;
  await using site = await startProbed({ monotonic: () => at });
  nameBackups(site);
  await site.call("shutdown_vm", { vmid: 100 });
  const config = backupOf(site, 100).backup?.config;
  assert.ok(config);
  const restore = () => site.call("restore_backup", { volid: VM_BACKUP, overwrite: true });
  const before = { ...guest(site, 100).config };
  for (const device of ["0000:01:00.0,pcie=1", "host=0000:01:00.0"]) {
    config.hostpci0 = device;
    const { code, text } = await restore();
    assert.equal(code, "conflict", text);
    assert.match(text, /holds hostpci0 .* which only root@pam may restore, .*: qmrestore nfs1:/);
  }
  const volid = "nfs1:backup/vzdump-qemu-100-$(reboot).vma.zst";
  backupOf(site, 100).volid = volid;
  const { text: command } = await site.call("restore_backup", { volid, overwrite: true });
  assert.ok(command.includes(`: qmrestore '${volid}' 100 in a shell`), command);
  backupOf(site, 100).volid = VM_BACKUP;
  config.hostpci0 = "mapping=gpu";
  const all = site.fake.state.roles.get("Administrator")?.privs ?? [];
  for (const [missing, where] of [["Mapping.Use", "hostpci0"], ["SDN.Use", "net0"]]) {
    restrict(site, all.filter((privilege) => privilege !== missing));
    at += 3_000;
    const { code, text } = await restore();
    assert.equal(code, "forbidden", text);
    assert.match(text, new RegExp(`lacks ${missing} on .* for ${where}`));
  }
  assert.equal(changes(site).length, 1);
  assert.deepEqual(guest(site, 100).config, before);
  restrict(site, all);
  at += 3_000;
  assert.equal((await restore()).value?.exit_status, "OK");
});

Deno.test("restore_backup beside the guest that it was made of says what both have in common", async () => {
  await using site = await Site.start();
  nameBackups(site);
  const args = { volid: VM_BACKUP, vmid: 401 };
  const common = /^VM 100, which it was made of, is there too: .* same name, MAC addresses/;
  const dry = await site.call("restore_backup", { ...args, dry_run: true });
  assert.match(dry.value.dry_run.notes[0], common);
  const { value, text } = await site.call("restore_backup", args);
  assert.match(value?.notes?.[0], common, text);
  const unique = await site.call("restore_backup", { ...args, vmid: 402, unique: true });
  assert.deepEqual([unique.value?.exit_status, unique.value?.notes], ["OK", undefined]);
});

Deno.test("restore_backup replaces a stopped guest with overwrite, on its own node", async () => {
  await using site = await Site.start();
  nameBackups(site);
  await site.call("shutdown_vm", { vmid: 100 });
  const machine = guest(site, 100);
  assert.ok(machine);
  machine.config.memory = "64";
  const { value, text } = await site.call("restore_backup", { volid: VM_BACKUP, overwrite: true });
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

Deno.test("create_vm without a storage takes a usual one, then a local one, then a shared one", async () => {
  await using site = await Site.start();
  const { storages } = site.fake.state;
  const local = storages.get("local");
  assert.ok(local);
  const roomy = { ...local, content: ["images"], total: 2 ** 41 };
  storages.set("vm-storage", { ...roomy, storage: "vm-storage", total: 2 ** 36 });
  storages.set("fast", { ...roomy, storage: "fast" });
  const made = async (name: string) => {
    const { value, text } = await site.call("create_vm", { name, node: "pve1", disk_size: 20 });
    return [value?.storage, value?.notes?.[0] ?? text];
  };
  const away = (id: string) => storages.get(id)?.inactive.push("pve1");
  const usual = "local-lvm and vm-storage come first";
  const chosen = (id: string, why: string) => [id, `storage ${id} was chosen: ${why}`];
  assert.deepEqual(await made("a"), chosen("local-lvm", usual));
  for (const storage of storages.values()) storage.inactive = [];
  away("local-lvm");
  assert.deepEqual(await made("b"), chosen("vm-storage", usual));
  away("vm-storage");
  assert.deepEqual(await made("c"), chosen("fast", "the local one with the most free space"));
  away("fast");
  away("local");
  const shared = "no local one has room; of the shared ones it has the most free space";
  assert.deepEqual(await made("d"), chosen("nfs1", shared));
  const given = await site.call("create_vm", {
    name: "e",
    node: "pve1",
    disk_size: 20,
    storage: "nfs1",
  });
  assert.deepEqual([given.value?.storage, given.value?.notes], ["nfs1", undefined]);
});

Deno.test("nothing that a guest may use is deleted while Proxmox hides guests", async () => {
  await using site = await startProbed();
  restrict(site, ["Datastore.Audit", "Datastore.Allocate", "Sys.Audit"]);
  for (const volid of ["local-lvm:vm-100-disk-0", "local:iso/debian-13.iso"]) {
    const { code, text } = await site.call("delete_volume", { volid, node: "pve1" });
    assert.equal(code, "unavailable", text);
    assert.match(
      text,
      /whether it is in use is unknown: some guests cannot be seen: grant .* VM\.Audit on \/vms$/,
    );
  }
  assert.deepEqual(changes(site), []);
});

Deno.test("a snapshot that was broken off is told as such, and is deleted by force alone", async () => {
  await using site = await Site.start();
  const broken = site.fake.state.guests.get(100)!;
  broken.snapshots[0]!.snapstate = "prepare";
  const call = { vmid: 100, name: "clean" };
  const listed = await site.call("get_snapshots", { vmid: 100 });
  assert.equal(listed.value.snapshots[0].incomplete, "prepare", listed.text);
  const refused = await site.call("delete_snapshot", call);
  assert.match(refused.text, /name 'clean' does not exist on device/);
  delete broken.config.lock;
  const forced = await site.call("delete_snapshot", { ...call, force: true });
  assert.equal(forced.isError, false, forced.text);
  assert.deepEqual(broken.snapshots, []);
});
