import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { BackupSite } from "../support/backup_site.ts";

// deno-lint-ignore no-explicit-any -- rows of whatever a tool tells
type Row = any;

const MODES: readonly (readonly [mode: string, why: RegExp])[] = [
  ["offline,message=disk swap", /is unavailable: offline maintenance mode: disk swap/],
  ["s3-refresh", /is unavailable: s3-refresh maintenance mode/],
  ["delete", /is unavailable: datastore is being deleted/],
  ["unmount", /is unavailable: datastore is being unmounted/],
];

async function findings(world: BackupSite): Promise<string[]> {
  const { findings } = await world.value("get_attention", { limit: 500, max_guests: 0 });
  return findings.map(({ severity, what, where }: Row) => `${severity} ${where}: ${what}`);
}

Deno.test("a datastore in maintenance is unavailable, and none of its guests is told to be backed up", async () => {
  await using world = await BackupSite.start();
  const store = world.pbs().state.datastores.get("store1");
  assert.ok(store);
  for (const [mode, why] of MODES) {
    store.config["maintenance-mode"] = mode;
    const listed = await world.site.call("get_backup_snapshots", { datastore: "store1" });
    assert.deepEqual([listed.isError, listed.code], [true, "unavailable"], mode);
    assert.match(listed.text, why);
    const { datastores } = await world.value("get_backup_servers");
    const row = datastores.find((one: Row) => one.datastore === "store1");
    assert.match(row.error, why);
    assert.deepEqual([row.total_bytes, row.gc_state], [undefined, undefined]);
    assert.ok((await findings(world)).some((one) => why.test(one)), mode);
    const pruned = await world.site.call("prune_backups", {
      datastore: "store1",
      group: "vm/100",
      keep_last: 1,
    });
    assert.equal(pruned.code, "unavailable", pruned.text);
  }
});

Deno.test("a datastore that is read-only is told, with all that is in it", async () => {
  await using world = await BackupSite.start();
  const store = world.pbs().state.datastores.get("store1");
  assert.ok(store);
  store.config["maintenance-mode"] = "read-only,message=move";
  assert.ok((await world.value("get_backup_snapshots", { datastore: "store1" })).total > 0);
  assert.ok(
    (await findings(world)).includes(
      "warning pbs1:store1: is in maintenance, so that backups to it fail: read-only,message=move",
    ),
  );
});

Deno.test("a removable datastore that is away is told as that, and not as empty", async () => {
  await using world = await BackupSite.start();
  const { datastores } = world.pbs().state;
  const [store, offsite] = [datastores.get("store1"), datastores.get("offsite")];
  assert.ok(store && offsite);
  offsite.mount = "mounted";
  store.mount = "notmounted";
  const told = await world.value("get_backup_servers");
  const mounted = Object.fromEntries(
    told.datastores.map((row: Row) => [row.datastore, row.mounted]),
  );
  assert.deepEqual(mounted, { offsite: undefined, store1: false });
  assert.ok(
    (await findings(world)).includes(
      "info pbs1:store1: is removable and not mounted: of its backups nothing is known",
    ),
  );
  const listed = await world.value("get_backup_snapshots");
  assert.match(
    listed.warnings.join(),
    /store1 of backup server pbs1 could not be read: .* not mounted/,
  );
  const alone = await world.site.call("get_backup_snapshots", { datastore: "store1" });
  assert.equal(alone.code, "unavailable", alone.text);
});

Deno.test("an older server is read without what it does not have", async () => {
  await using world = await BackupSite.start();
  const { lacks, jobs, datastores } = world.pbs().state;
  jobs.sync.delete("s-push");
  const store = datastores.get("store1");
  assert.ok(store);
  store.namespaces = [];
  store.groups = store.groups.filter(({ ns }) => ns === "");
  const all = { limit: 500 };
  const read = async () => ({
    ...await world.value("get_backup_coverage", all),
    ...await world.value("get_backup_snapshots", all),
    jobs: (await world.value("get_backup_servers")).datastores.flatMap(({ jobs }: Row) => jobs),
  });
  const now = await read();
  lacks.add("sync-direction").add("/admin/datastore/{store}/namespace").add("/admin/gc");
  const then = await read();
  assert.ok(now.jobs.some(({ id }: Row) => id === "s-offsite"));
  assert.deepEqual({ ...then, guests: [] }, { ...now, guests: [] });
  assert.deepEqual(
    then.guests.map((one: Row) => [one.vmid, one.state, one.off_site]),
    now.guests.map((one: Row) => [one.vmid, one.state, one.off_site]),
  );
  const { warnings } = await world.value("get_backup_servers");
  assert.deepEqual(warnings.length, 1);
  assert.match(warnings[0], /^backup server pbs1: garbage collection: .* does not offer that/);
  const run = await world.value("run_backup_server_job", { id: "v-daily", dry_run: true });
  assert.equal(run.dry_run.requests.length, 1);
});

Deno.test("what a token does not see of one datastore is told, though it sees the others", async () => {
  await using world = await BackupSite.start({ servers: { pbs1: "audit" } });
  const pbs = world.pbs();
  const { name, user } = pbs.tokenFor("audit");
  assert.equal((await world.value("get_backup_snapshots")).warnings, undefined);
  for (const ugid of [user, `${user}!${name}`]) {
    pbs.state.acl.push({
      path: "/datastore/store1",
      role: "DatastoreBackup",
      ugid,
      propagate: true,
    });
  }
  const listed = await world.value("get_backup_snapshots");
  assert.deepEqual(listed.warnings, [
    "backup server pbs1: without Datastore.Audit on /datastore/store1 others' backups are not listed",
  ]);
  const { servers } = await world.value("get_backup_servers");
  assert.deepEqual(servers[0].unseen, [
    "without Datastore.Audit on /datastore/store1 datastores are missing from lists, or told with zero sizes",
  ]);
  const { guests } = await world.value("get_backup_coverage", { limit: 500 });
  const kept = guests.filter((one: Row) => one.state === "backed up");
  assert.ok(kept.length > 0);
  for (const { off_site, vmid } of kept) assert.notEqual(off_site, "no", `guest ${vmid}`);
});

Deno.test("how many tasks did not end well is not told as all where there are more", async () => {
  await using world = await BackupSite.start();
  const { tasks } = world.pbs().state;
  const failed = tasks.find(({ exitstatus = "OK" }) => !/^(OK|WARNINGS)/.test(exitstatus));
  assert.ok(failed);
  for (let nth = 0; nth < 501; nth++) tasks.push({ ...failed });
  const { warnings } = await world.value("get_backup_servers", { failed_hours: 8760 });
  assert.match(warnings.join(), /pbs1: tasks: those before the newest 500 that did not end well/);
});

Deno.test("coverage tells disks that no backup holds, and is asked about one guest", async () => {
  await using world = await BackupSite.start();
  const { backupJobs, guests } = world.site.fake.state;
  backupJobs.set("all", { id: "all", type: "vzdump", enabled: 1, all: 1, schedule: "21:00" });
  const ask = async (vmid: number | string) => {
    const answer = await world.value("get_backup_coverage", { vmid });
    assert.equal(answer.total, 1);
    return answer.guests[0];
  };
  const whole = await ask("web1");
  assert.deepEqual([whole.vmid, whole.left_out], [100, undefined]);
  assert.ok(!whole.missing.includes("every disk"));
  const config = guests.get(100)?.config;
  assert.ok(config);
  config.scsi1 = "local-lvm:vm-100-disk-9,backup=0,size=8G";
  const { left_out, missing } = await ask(100);
  assert.deepEqual(left_out, ["scsi1 (backup=no)"]);
  assert.equal(missing.at(-1), "every disk");
  const all = (await world.value("get_backup_coverage", { limit: 500 })).guests;
  assert.deepEqual(all.find((one: Row) => one.vmid === 100), await ask(100));
  const strange = await world.site.call("get_backup_coverage", { vmid: 999 });
  assert.equal(strange.code, "not_found", strange.text);
});

Deno.test("that a guest's newest backup failed verification is told where no backup server is named too", async () => {
  await using site = await Site.start();
  const { volumes } = site.fake.state;
  const [older] = volumes.filter(({ content, vmid }) => content === "backup" && vmid === 100);
  assert.ok(older);
  const volid = older.volid.replace(/100-.*/, "100-2099_01_01-00_00_00.vma.zst");
  const verification = { state: "failed", upid: "UPID:pbs:x" } as const;
  volumes.push({ ...older, volid, ctime: (older.ctime ?? 0) + 60, verification });
  const { guests } = (await site.call("get_backup_coverage", { vmid: 100 })).value;
  assert.deepEqual([guests[0].volid, guests[0].verified], [older.volid, "failed"]);
  const guest = (await site.call("get_guest", { vmid: 100 })).value;
  assert.equal(guest.backup.volid, older.volid);
  assert.match(guest.warnings.join(), /^its newest backup failed verification: .*2099/);
});
