import assert from "node:assert/strict";
import { addBackupServer } from "../fake_pve/backup_server.ts";
import { Site } from "../site.ts";
import { BackupSite } from "../support/backup_site.ts";

// deno-lint-ignore no-explicit-any -- rows of whatever a tool tells
type Row = any;

function groupIn(world: BackupSite, name: string, store = "store1") {
  const found = world.pbs().state.datastores.get(store)?.groups.find((one) =>
    `${one.type}/${one.id}` === name && one.ns === ""
  );
  return found ?? assert.fail(name);
}

async function coverageOf(world: BackupSite, vmid: number): Promise<Row> {
  const { guests, warnings = [] } = await world.value("get_backup_coverage", { vmid });
  return { ...guests[0], warnings };
}

Deno.test("backups of a guest's number that another token owns are not told to be the guest's", async () => {
  await using world = await BackupSite.start();
  const asked = () => world.pbs().requests.filter(({ path }) => path === "/config/remote").length;
  assert.equal((await coverageOf(world, 102)).state, "backed up");
  const before = asked();
  await world.value("get_backups");
  assert.equal(asked(), before, "syncs are read though nothing is strange");
  groupIn(world, "vm/102").owner = "other@pbs!dc2";
  const stranger = await coverageOf(world, 102);
  assert.deepEqual([stranger.state, stranger.volid], ["unknown", undefined]);
  const why =
    "pbs1:store1 has backups of vm/102 (other@pbs!dc2) that pve@pbs!pve does not own and " +
    "can add none to: whether they are this cluster's is not known";
  assert.ok(stranger.warnings.includes(why), stranger.warnings.join("\n"));
  const listed = await world.value("get_backups", { vmid: 102 });
  assert.equal(listed.total, 1);
  assert.equal(listed.backups[0].may_be_of, undefined);
  assert.ok(listed.warnings.includes(why));
  assert.equal((await world.value("get_guest", { vmid: 102 })).backup, undefined);
  const { findings, unread } = await world.value("get_attention", { limit: 500, max_guests: 0 });
  assert.ok(!JSON.stringify(findings).includes("VM 102 (app1): no good backup"));
  assert.ok(unread.some(({ reason }: Row) => reason === why));
  const rehearsal = await world.site.call("rehearse_restore", { vmid: 102, dry_run: true });
  assert.equal(rehearsal.code, "not_found", rehearsal.text);
  // Of a guest that there is not nobody is told.
  groupIn(world, "vm/102").owner = "pve@pbs!pve";
  groupIn(world, "vm/102").id = "777";
  assert.doesNotMatch((await world.value("get_backups")).warnings?.join() ?? "", /777/);
});

Deno.test("another's backups of a container make nothing doubtful of the VM that has its number", async () => {
  await using world = await BackupSite.start();
  const group = groupIn(world, "vm/102");
  group.type = "ct";
  group.owner = "other@pbs!dc2";
  const row = await coverageOf(world, 102);
  assert.equal(row.state, "not backed up");
  assert.doesNotMatch(row.warnings.join(), /other@pbs!dc2/);
  const { findings } = await world.value("get_attention", { limit: 500, max_guests: 0 });
  assert.match(JSON.stringify(findings), /VM 102 \(app1\)/);
});

Deno.test("a user owns what its tokens do, and copies of sync jobs are nobody's for their owner", async () => {
  await using world = await BackupSite.start();
  const storage = world.site.fake.state.storages.get("pbs1");
  assert.ok(storage?.options);
  storage.options.username = "pve@pbs";
  assert.equal((await coverageOf(world, 102)).state, "backed up");
  addBackupServer(world.site.fake.state, world.pbs(), { storage: "copies", datastore: "offsite" });
  assert.equal(groupIn(world, "vm/100", "offsite").owner, "root@pam!mcp");
  storage.options.username = "pve@pbs!pve";
  const store = world.pbs().state.datastores.get("store1");
  assert.ok(store);
  store.groups = [];
  const { state } = world.site.fake;
  state.volumes = state.volumes.filter(({ vmid }) => vmid !== 100);
  const kept = await coverageOf(world, 100);
  assert.deepEqual([kept.state, kept.kept_in], ["backed up", "pbs1:offsite"]);
  world.pbs().state.jobs.sync.clear();
  assert.equal((await coverageOf(world, 100)).kept_in, undefined);
});

Deno.test("what a container left behind is no backup of the VM that has its number now", async () => {
  await using site = await Site.start();
  const { volumes } = site.fake.state;
  for (const volume of volumes) {
    if (volume.vmid !== 100 || volume.content !== "backup") continue;
    volume.volid = volume.volid.replace("vzdump-qemu-100", "vzdump-lxc-100");
  }
  const { guests } = (await site.call("get_backup_coverage", { vmid: 100 })).value;
  assert.deepEqual([guests[0].state, guests[0].volid], ["not backed up", undefined]);
  assert.equal((await site.call("get_guest", { vmid: 100 })).value.backup, undefined);
  const rehearsal = await site.call("rehearse_restore", { vmid: 100, dry_run: true });
  assert.equal(rehearsal.code, "not_found", rehearsal.text);
});

Deno.test("what another owner has where a sync job brings copies is no copy of the guest's backups", async () => {
  await using world = await BackupSite.start();
  const { jobs } = world.pbs().state;
  jobs.sync.clear();
  jobs.sync.set("s-local", {
    ...{ id: "s-local", store: "offsite", "remote-store": "store1" },
    owner: "root@pam!mcp",
  });
  const there = groupIn(world, "vm/100", "offsite");
  assert.equal((await coverageOf(world, 100)).off_site, "yes");
  there.owner = "other@pbs!dc2";
  // By their times they are copies all the same.
  assert.equal((await coverageOf(world, 100)).off_site, "yes");
  for (const snapshot of there.snapshots) snapshot.time += 1;
  const row = await coverageOf(world, 100);
  assert.deepEqual([row.off_site, row.off_site_newest], ["unknown", undefined]);
  assert.ok(!row.missing.includes("off-site copy"));
});
