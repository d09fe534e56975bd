import assert from "node:assert/strict";
import { BackupSite } from "../support/backup_site.ts";

type Row = Record<string, unknown>;

function named(rows: Row[], datastore: string): Row {
  return rows.find((row) => row.datastore === datastore) ?? assert.fail(`no ${datastore}`);
}

function jobIn(row: Row, id: string): Row {
  const jobs = row.jobs as Row[];
  return jobs.find((job) => job.id === id) ?? assert.fail(`no job ${id}`);
}

Deno.test("get_backup_servers tells space, growth, garbage collection, jobs and failed tasks", async () => {
  await using world = await BackupSite.start();
  const before = world.pbs().requests.length;
  const { datastores, servers, warnings } = await world.value("get_backup_servers");
  assert.equal(warnings, undefined);
  const asked = world.pbs().requests.slice(before).length;
  assert.ok(asked <= 10, `${asked} requests`);
  const store = named(datastores, "store1");
  assert.deepEqual([store.server, store.comment, store.gc_schedule, store.gc_state], [
    "pbs1",
    "main",
    "daily",
    "OK",
  ]);
  assert.equal(store.total_bytes, 2 ** 41);
  assert.equal(store.gc_pending_bytes, 3 * 2 ** 30);
  assert.equal(store.full, "at");
  const days = (Date.parse(String(store.full_at)) - Date.now()) / 86_400_000;
  assert.ok(days > 390 && days < 396, String(days));
  // 48 points a day of 1/24,000 each.
  assert.equal(store.growth_bytes_per_day, Math.round(2 ** 41 * 48 / 24_000));
  assert.ok(Number(store.deduplication) > 1);
  assert.equal(jobIn(store, "v-daily").kind, "verify");
  assert.equal(jobIn(store, "p-daily").last_state, "OK");
  const push = jobIn(store, "s-push");
  assert.equal(push.last_state, "Querying namespaces failed - client error (Connect)");
  assert.deepEqual([push.direction, push.remote, push.other_datastore], [
    "push",
    "dr-site",
    "copies",
  ]);
  assert.match(String(push.next_run), /^\d{4}-/);
  const offsite = named(datastores, "offsite");
  assert.deepEqual([offsite.gc_state, offsite.gc_schedule, offsite.full], [
    "never",
    "none",
    "unknown",
  ]);
  assert.deepEqual([offsite.growth_bytes_per_day, offsite.deduplication], [undefined, undefined]);
  assert.equal(jobIn(offsite, "p-offsite").keeps_all, true);
  assert.equal(jobIn(offsite, "p-offsite").last_state, "never");
  const [server] = servers;
  assert.deepEqual([server.server, server.version, server.unseen], ["pbs1", "4.2.1", undefined]);
  const reasons = server.failed_tasks.map(({ type, reason }: Row) => `${type}: ${reason}`);
  assert.ok(reasons.includes("syncjob: Querying namespaces failed - client error (Connect)"));
  assert.ok(!reasons.some((reason: string) => reason.includes("WARNINGS")), reasons.join());
  const long = await world.value("get_backup_servers", { failed_hours: 72 });
  assert.ok(!JSON.stringify(long.servers).includes("WARNINGS"));
  const short = await world.value("get_backup_servers", { failed_hours: 2 });
  assert.equal(short.servers[0].failed, 1);
});

Deno.test("get_backup_servers knows the meanings of a date when it is full", async () => {
  await using world = await BackupSite.start();
  const store = world.pbs().state.datastores.get("store1");
  assert.ok(store);
  const told = async (seconds: number | undefined) => {
    if (seconds === undefined) delete store.fullInSeconds;
    else store.fullInSeconds = seconds;
    const { full, full_at } = named((await world.value("get_backup_servers")).datastores, "store1");
    return [full, full_at === undefined];
  };
  assert.deepEqual(await told(undefined), ["unknown", true]);
  assert.deepEqual(await told(0), ["never", true]);
  assert.deepEqual(await told(-86_400), ["never", true]);
  assert.deepEqual(await told(86_400), ["at", false]);
});

Deno.test("get_backup_servers says what a token does not see, and shows no size of it", async () => {
  await using world = await BackupSite.start({ servers: { pbs1: "tenant", pbs2: "backup" } });
  const { datastores, servers } = await world.value("get_backup_servers");
  const rows = datastores.filter(({ server }: Row) => server === "pbs1");
  assert.deepEqual(rows, [{ server: "pbs1", datastore: "store1", jobs: [] }]);
  for (const { server, unseen } of servers) {
    assert.equal(unseen.length, 3, server);
    assert.match(unseen[0], /without Datastore\.Audit on \/datastore/);
    assert.match(unseen[2], /without Remote\.Audit on \/remote .* no sync job that uses one/);
  }
  const [own] = datastores.filter(({ server }: Row) => server === "pbs2");
  assert.equal(own.total_bytes, 2 ** 41);
  assert.deepEqual([own.gc_state, own.gc_schedule, own.jobs], [undefined, undefined, []]);
});

Deno.test("a backup server that is away or slow is told by name, and the others go on", async () => {
  await using world = await BackupSite.start({
    servers: { pbs1: "admin", pbs2: "admin", pbs3: "admin" },
    timeoutSeconds: 1,
  });
  await world.pbs("pbs2").unplug();
  world.pbs("pbs3").fault({ path: /\/admin\/gc$/ }, { kind: "hang" });
  const { datastores, servers, warnings } = await world.value("get_backup_servers");
  assert.deepEqual(servers.map(({ server }: Row) => server), ["pbs1", "pbs3"]);
  assert.equal(warnings.length, 2);
  assert.match(warnings[0], /cannot reach backup server pbs2/);
  assert.match(warnings[1], /backup server pbs3: garbage collection: .* did not answer within 1 s/);
  const without = named(datastores.filter(({ server }: Row) => server === "pbs3"), "store1");
  assert.deepEqual([without.gc_state, without.total_bytes], [undefined, 2 ** 41]);
  const alone = await world.site.call("get_backup_servers", { server: "pbs2" });
  assert.equal(alone.isError, true);
  assert.match(alone.text, /backup server pbs2/);
});

Deno.test("get_backup_snapshots lists all namespaces, and tells what is unfinished and what failed", async () => {
  await using world = await BackupSite.start();
  const all = await world.value("get_backup_snapshots", { vmid: 100, limit: 500 });
  assert.equal(all.warnings, undefined);
  const where = new Set(
    all.snapshots.map(({ datastore, namespace, owner }: Row) =>
      [datastore, namespace, owner].join(" ")
    ),
  );
  assert.deepEqual([...where].sort(), [
    "offsite  root@pam!mcp",
    "store1  pve@pbs!pve",
    "store1 tenant-a tenant@pbs!t1",
  ]);
  const times = all.snapshots.map(({ time }: Row) => time);
  assert.deepEqual(times, times.toSorted().toReversed());
  const [running] = (await world.value("get_backup_snapshots", { vmid: 201 })).snapshots;
  assert.deepEqual([running.unfinished, running.size_bytes, running.verified], [
    true,
    undefined,
    undefined,
  ]);
  const failed = await world.value("get_backup_snapshots", {
    datastore: "store1",
    verified: "failed",
  });
  assert.deepEqual(failed.snapshots.map(({ group }: Row) => group), ["vm/101"]);
  const age = Date.now() - Date.parse(failed.snapshots[0].verified_at);
  assert.ok(Math.abs(age - 86_400_000) < 60_000, String(age));
  const host = await world.value("get_backup_snapshots", { id: "mailserver" });
  assert.equal(host.snapshots[0].group, "host/mailserver");
  const sealed = await world.value("get_backup_snapshots", { vmid: 110, namespace: "" });
  assert.ok(
    sealed.snapshots.filter(({ datastore }: Row) => datastore === "store1")
      .every(({ encrypted }: Row) => encrypted),
  );
  const below = await world.value("get_backup_snapshots", { namespace: "tenant-a/prod" });
  assert.deepEqual(below.snapshots.map(({ group }: Row) => group), ["vm/301"]);
  const kept = await world.value("get_backup_snapshots", {
    vmid: 150,
    sort: "-size_bytes",
    limit: 1,
  });
  assert.equal(kept.snapshots.length, 1);
  assert.ok(kept.next_cursor && kept.total > 1);
  const none = await world.value("get_backup_snapshots", { vmid: 999 });
  assert.match(none.warnings[0], /nothing fits vmid 999 among what is on pbs1/);
  const wrong = await world.site.call("get_backup_snapshots", { datastore: "store9" });
  assert.match(wrong.text, /there is no datastore store9, only offsite, store1/);
});

Deno.test("get_backup_snapshots never tells a list that a token may not see as empty", async () => {
  await using world = await BackupSite.start({
    servers: { pbs1: "none", pbs2: "tenant", pbs3: "admin" },
  });
  await world.pbs("pbs3").unplug();
  const { snapshots, warnings } = await world.value("get_backup_snapshots", { limit: 500 });
  assert.ok(snapshots.length > 0);
  assert.ok(
    snapshots.every(({ owner }: Row) => owner === "tenant@pbs!t1"),
    JSON.stringify(snapshots),
  );
  assert.equal(warnings.length, 3);
  assert.match(warnings.join("\n"), /cannot reach backup server pbs3/);
  assert.match(warnings.join("\n"), /backup server pbs1: without Datastore\.Audit on \/datastore/);
  assert.match(warnings.join("\n"), /backup server pbs2: without Datastore\.Audit on \/datastore/);
});

Deno.test("a list of backups that is too long for one answer is read group by group", async () => {
  await using world = await BackupSite.start();
  const whole = await world.value("get_backup_snapshots", { limit: 500 });
  world.pbs().fault(
    { path: /store1\/snapshots$/ },
    { kind: "raw", body: " ".repeat(9 * 2 ** 20) },
    { times: 1 },
  );
  const again = await world.value("get_backup_snapshots", { limit: 500 });
  assert.equal(again.warnings, undefined);
  assert.equal(again.total, whole.total);
});
