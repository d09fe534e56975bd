import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { backupOf, CONTAINER_BACKUP, nameBackups } from "./backups.ts";
import { guest, isRunning, set } from "./guests.ts";
import { changes } from "./requests.ts";

Deno.test("resize_disk tells no size that the configuration does not", async () => {
  await using site = await Site.start();
  const { config } = guest(site, 101);
  config.scsi0 = String(config.scsi0).replace(/,size=\w+/, "");
  const args = { vmid: 101, disk: "scsi0" };
  const plan = await site.call("resize_disk", { ...args, size: "+1G", dry_run: true });
  assert.deepEqual(plan.value?.dry_run.changes.scsi0, { from: "unknown", to: "unknown" });
  const grown = await site.call("resize_disk", { ...args, size: "+1G" });
  assert.equal(grown.value?.exit_status, "OK", grown.text);
  assert.equal(grown.value.size_bytes, undefined);
  config.scsi0 = String(config.scsi0).replace(/,size=\w+/, "");
  const shrunk = await site.call("resize_disk", { ...args, size: "1G" });
  assert.equal(shrunk.code, "conflict", shrunk.text);
  assert.match(shrunk.text, /shrinking disks is not supported/);
});

Deno.test("a volume that a deleted guest's configuration does not name is left", async () => {
  await using site = await Site.start();
  const volid = "nfs1:150/vm-150-disk-9.qcow2";
  const { volumes } = site.fake.state;
  volumes.push({
    volid,
    storage: "nfs1",
    content: "images",
    format: "qcow2",
    size: 2 ** 30,
    ctime: 0,
    vmid: 150,
  });
  const { value, text } = await site.call("delete_vm", { vmid: 150 });
  assert.equal(value?.exit_status, "OK", text);
  assert.ok(volumes.some((volume) => volume.volid === volid), "it may be another cluster's");
});

Deno.test("a deletion that fails after the guest was stopped says that it was", async () => {
  await using site = await Site.start();
  site.fake.state.outcomes.push({ type: "qmdestroy", exit: "base volume 'x' is still in use" });
  const { code, text } = await site.call("delete_vm", { vmid: 102, force: true });
  assert.equal(code, "conflict", text);
  assert.match(text, /; it was stopped for that$/);
  assert.equal(isRunning(site, 102), false);
});

Deno.test("create_backup says which disks are not in the backup", async () => {
  await using site = await Site.start();
  const { config } = guest(site, 101);
  config.scsi0 = `${config.scsi0},backup=0`;
  const vm = await site.call("create_backup", { vmid: 101, storage: "nfs1" });
  assert.match(
    vm.value?.notes?.[0] ?? vm.text,
    /^not in the backup, by the guest's own options: scsi0 \(local-lvm:vm-101-disk-0\)$/,
  );
  set(200, { mp0: "local-lvm:vm-200-disk-1,mp=/data,size=8G", mp1: "/srv/x,mp=/x,backup=1" })(site);
  const args = { vmid: 200, storage: "nfs1", dry_run: true };
  const plan = await site.call("create_backup", args);
  assert.deepEqual(plan.value?.dry_run.notes, [
    "not in the backup, by the guest's own options: mp0 (local-lvm:vm-200-disk-1), mp1 (/srv/x)",
  ]);
  set(200, { mp0: "local-lvm:vm-200-disk-1,mp=/data,backup=1", mp1: "" })(site);
  delete guest(site, 200).config.mp1;
  const whole = await site.call("create_backup", args);
  assert.equal(whole.value?.dry_run.notes, undefined, whole.text);
});

Deno.test("restore_backup says what of a container no backup brings back", async () => {
  await using site = await Site.start();
  nameBackups(site);
  backupOf(site, 200);
  await site.call("stop_container", { vmid: 200 });
  set(200, { mp0: "local-lvm:vm-200-disk-1,mp=/data", unused0: "local-lvm:vm-200-disk-2" })(site);
  const args = { volid: CONTAINER_BACKUP, overwrite: true, dry_run: true };
  const plan = await site.call("restore_backup", args);
  assert.ok(
    plan.value?.dry_run.notes?.includes(
      "destroyed with what is replaced, and in no backup of it: " +
        "mp0 (local-lvm:vm-200-disk-1), unused0 (local-lvm:vm-200-disk-2)",
    ),
    plan.text,
  );
});

Deno.test("snapshots: Proxmox's own names, locks and templates are refused, memory that is not there is told", async () => {
  await using site = await Site.start();
  const take = (args: Record<string, unknown>) => site.call("create_snapshot", args);
  for (const name of ["current", "Pending"]) {
    const { code, text } = await take({ vmid: 100, name });
    assert.equal(code, "invalid", text);
  }
  assert.match((await take({ vmid: 900, name: "one" })).text, /: VM 900 is a template$/);
  assert.equal(changes(site).length, 0);
  const stopped = await take({ vmid: 101, name: "one", vmstate: true });
  assert.deepEqual(stopped.value?.notes, ["vmstate was left out: the VM is stopped"], stopped.text);
  const plan = await site.call("create_snapshot", {
    vmid: 101,
    name: "another",
    vmstate: true,
    dry_run: true,
  });
  assert.deepEqual(plan.value?.dry_run.notes, stopped.value.notes);
  site.fake.state.outcomes.push({
    exit: "can't rollback, 'one' is not most recent snapshot on 'local-lvm:vm-101-disk-0'",
  });
  const back = await site.call("rollback_snapshot", { vmid: 101, name: "one" });
  assert.equal(back.code, "conflict", back.text);
});

Deno.test("what HA manages is not suspended to disk, and runs again after a rollback", async () => {
  await using site = await Site.start();
  const { code, text } = await site.call("suspend_vm", { vmid: 110, to_disk: true });
  assert.equal(code, "conflict", text);
  assert.match(text, /: VM 110 is managed by HA and can be suspended in memory only$/);
  assert.ok(isRunning(site, 110));
  await site.call("create_snapshot", { vmid: 110, name: "one" });
  const args = { vmid: 110, name: "one", start_after: false, dry_run: true };
  const plan = await site.call("rollback_snapshot", args);
  assert.match(
    plan.value?.dry_run.notes.join() ?? plan.text,
    /it is stopped, and started again by HA/,
  );
});

Deno.test("move_disk tells which snapshots stay behind, and does not delete what they hold", async () => {
  await using site = await Site.start();
  const move = { vmid: 100, disk: "scsi0", storage: "nfs1" };
  const before = changes(site).length;
  const refused = await site.call("move_disk", { ...move, delete_source: true });
  assert.equal(refused.code, "conflict", refused.text);
  assert.match(refused.text, /: snapshots hold scsi0 \(.*\): clean; leave delete_source out$/);
  assert.equal(changes(site).length, before);
  const { value, text } = await site.call("move_disk", move);
  assert.match(value?.notes?.join() ?? text, /^snapshots stay where it was, on local-lvm: clean$/);
});
