import assert from "node:assert/strict";
import type { FakePbs } from "../fake_pbs.ts";
import { BackupSite } from "../support/backup_site.ts";

type Row = Record<string, unknown>;

function changes(pbs: FakePbs): string[] {
  return pbs.requests.filter(({ method, body }) =>
    method !== "GET" && !/"dry-run":true/.test(JSON.stringify(body ?? {}))
  ).map(({ method, path }) => `${method} ${path.replace("/api2/json", "")}`);
}

function group(pbs: FakePbs, name: string, { ns = "", store = "store1" } = {}) {
  const found = pbs.state.datastores.get(store)?.groups.find((one) =>
    `${one.type}/${one.id}` === name && one.ns === ns
  );
  assert.ok(found, name);
  return found;
}

function timeOf(seconds: number | undefined): string {
  return new Date((seconds ?? 0) * 1000).toISOString();
}

const STORE1 = { datastore: "store1" };

Deno.test("verify_backups reads what was never verified, and tells which backups are bad", async () => {
  await using world = await BackupSite.start();
  const pbs = world.pbs();
  const one = await world.value("verify_backups", { ...STORE1, group: 100 });
  assert.deepEqual([one.server, one.datastore, one.checked, one.good, one.failed, one.never], [
    "pbs1",
    "store1",
    1,
    7,
    0,
    0,
  ]);
  assert.equal(one.exit_status, "OK");
  assert.match(one.upid, /:verify_group:/);
  const [row] = await world.site.trail.list({ limit: 1 });
  assert.deepEqual([row?.vmid, row?.upid, row?.outcome], [100, one.upid, "ok"]);
  const again = await world.value("verify_backups", { ...STORE1, group: "web1" });
  assert.equal(again.unchanged, true);
  assert.equal(changes(pbs).length, 1);

  // A green task is not a good backup: 101's newest failed before, and is left out.
  const skipped = await world.value("verify_backups", { ...STORE1, group: "vm/101" });
  assert.deepEqual([skipped.unchanged, skipped.failed], [true, 1]);
  assert.match(skipped.notes.join(), /ignore_verified: false/);
  const bad = await world.value("verify_backups", {
    ...STORE1,
    group: "vm/101",
    ignore_verified: false,
  });
  assert.deepEqual([bad.checked, bad.good, bad.failed], [3, 2, 1]);
  const { time } = group(pbs, "vm/101").snapshots.at(-1) ?? {};
  assert.deepEqual(bad.bad, [{ group: "vm/101", time: timeOf(time) }]);
});

Deno.test("verify_backups takes a namespace, one backup, and an age", async () => {
  await using world = await BackupSite.start();
  const pbs = world.pbs();
  const below = await world.value("verify_backups", { ...STORE1, namespace: "tenant-a" });
  assert.deepEqual([below.checked, below.good], [2, 2]);
  const [oldest] = group(pbs, "vm/100").snapshots;
  const one = { ...STORE1, group: "vm/100", time: timeOf(oldest?.time) };
  assert.equal((await world.value("verify_backups", one)).unchanged, true);
  const aged = await world.value("verify_backups", { ...one, outdated_after_days: 3 });
  assert.deepEqual([aged.checked, aged.good], [1, 1]);
  const body = pbs.requests.findLast(({ method }) => method === "POST")?.body;
  assert.deepEqual(body, {
    "backup-type": "vm",
    "backup-id": "100",
    "backup-time": oldest?.time,
    "ignore-verified": true,
    "outdated-after": 3,
  });
});

Deno.test("prune_backups shows what goes and what keeps the rest, then does just that", async () => {
  await using world = await BackupSite.start();
  const pbs = world.pbs();
  const args = { ...STORE1, group: "vm/100", keep_last: 2, keep_weekly: 1 };
  const { dry_run: plan } = await world.value("prune_backups", { ...args, dry_run: true });
  assert.deepEqual(changes(pbs), []);
  assert.deepEqual(plan.requests.map(({ method, path }: Row) => [method, path]), [
    ["POST", "pbs1:/admin/datastore/store1/prune"],
  ]);
  const goes = Object.keys(plan.changes);
  const stays = plan.notes.filter((note: string) => note.startsWith("stays by "));
  assert.equal(goes.length + stays.length, 7);
  assert.equal(stays.filter((note: string) => note.startsWith("stays by keep-last: ")).length, 2);
  assert.ok(!plan.notes.some((note: string) => note.includes("stays by unknown")));
  const done = await world.value("prune_backups", args);
  assert.equal(done.removed, goes.length);
  assert.deepEqual(done.gone.toSorted(), goes.toSorted());
  assert.equal(group(pbs, "vm/100").snapshots.length, stays.length);
  assert.match(done.notes.join(), /start_garbage_collection/);
  const sent = pbs.requests.filter(({ path }) => path.includes("/prune"));
  assert.ok(sent.length > 0 && sent.every(({ path }) => path.endsWith("/prune")));
  const again = await world.value("prune_backups", args);
  assert.equal(again.unchanged, true);
});

Deno.test("prune_backups warns when the newest good backup goes", async () => {
  await using world = await BackupSite.start();
  const args = { ...STORE1, group: "vm/101", keep_last: 1 };
  const { dry_run: plan } = await world.value("prune_backups", { ...args, dry_run: true });
  assert.match(
    plan.notes.join("\n"),
    /the newest good backup of vm\/101 goes: no good one is left/,
  );
});

Deno.test("prune_backups of a namespace is a task, and leaves what is protected", async () => {
  await using world = await BackupSite.start();
  const pbs = world.pbs();
  const done = await world.value("prune_backups", { ...STORE1, keep_last: 1 });
  assert.match(done.upid, /:prune:/);
  assert.ok(done.removed > 5);
  assert.equal(done.removed, done.gone.length);
  assert.equal(group(pbs, "vm/150").snapshots.length, 2, "a protected one went");
  const [row] = await world.site.trail.list({ limit: 1 });
  assert.deepEqual([row?.outcome, row?.upid], ["ok", done.upid]);
  assert.ok(row?.vmids.includes(100) && row.vmids.includes(101));
});

Deno.test("protect_backup protects and takes it back", async () => {
  await using world = await BackupSite.start();
  const [oldest] = group(world.pbs(), "vm/100").snapshots;
  const args = { ...STORE1, group: "vm/100", time: timeOf(oldest?.time) };
  assert.equal((await world.value("protect_backup", args)).protected, true);
  assert.equal(oldest?.protected, true);
  assert.equal((await world.value("protect_backup", args)).unchanged, true);
  const freed = await world.value("protect_backup", { ...args, protected: false });
  assert.match(freed.notes.join(), /can take it away/);
  assert.equal(oldest?.protected, false);
});

Deno.test("start_garbage_collection tells what is freed, and joins the one that runs", async () => {
  await using world = await BackupSite.start({ pbs: { taskPolls: 3 } });
  const pbs = world.pbs();
  const calls = [1, 2].map(() => world.value("start_garbage_collection", STORE1));
  const [one, two] = await Promise.all(calls);
  assert.equal(one.upid, two.upid);
  assert.deepEqual([one.joined, two.joined].filter(Boolean), [true]);
  assert.equal(changes(pbs).length, 1);
  assert.ok(one.pending_bytes > 0 && one.disk_bytes > 0);
});

Deno.test("run_backup_server_job runs each kind of job", async () => {
  await using world = await BackupSite.start();
  const pbs = world.pbs();
  const verified = await world.value("run_backup_server_job", { id: "v-daily" });
  assert.equal(verified.kind, "verify");
  assert.ok(verified.checked > 0);
  assert.deepEqual(verified.bad.map(({ group }: Row) => group), ["vm/101"]);
  const { dry_run: plan } = await world.value("run_backup_server_job", {
    id: "p-daily",
    dry_run: true,
  });
  assert.match(plan.notes[0], /of \d+ backups in pbs1:store1 go, by keep-last=3/);
  const before = pbs.state.datastores.get("store1")?.groups.flatMap((one) => one.snapshots).length;
  const pruned = await world.value("run_backup_server_job", { id: "p-daily" });
  const after = pbs.state.datastores.get("store1")?.groups.flatMap((one) => one.snapshots).length;
  assert.equal(pruned.removed, Number(before) - Number(after));
  const synced = await world.value("run_backup_server_job", { id: "s-offsite" });
  assert.deepEqual([synced.kind, synced.datastore, synced.exit_status], ["sync", "offsite", "OK"]);
  const push = await world.site.call("run_backup_server_job", { id: "s-push" });
  assert.match(push.text, /^Cannot run job s-push of a backup server: .*Connect/);
});
