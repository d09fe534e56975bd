import assert from "node:assert/strict";
import { addBackupServer } from "../fake_pve/backup_server.ts";
import { BackupSite } from "../support/backup_site.ts";
import { limited } from "./limited.ts";

// deno-lint-ignore no-explicit-any -- rows of whatever a tool tells
type Row = any;

interface Told {
  findings: Row[];
  unread: Row[];
  of: (tool: string) => string[];
}

async function attention(world: BackupSite): Promise<Told> {
  const { findings, unread } = await world.value("get_attention", { limit: 500, max_guests: 0 });
  const of = (tool: string) =>
    findings.filter((row: Row) => row.tool === tool).map(({ severity, where, what }: Row) =>
      `${severity} ${where}: ${what}`
    );
  return { findings, unread, of };
}

function matching(lines: readonly string[], pattern: RegExp): string[] {
  return lines.filter((line) => pattern.test(line));
}

Deno.test("get_attention tells of failed verifications, jobs, garbage collection and what is not copied", async () => {
  await using world = await BackupSite.start();
  const store = world.pbs().state.datastores.get("store1");
  const offsite = world.pbs().state.datastores.get("offsite");
  assert.ok(store && offsite);
  const before = world.pbs().requests.length;
  const { of, unread } = await attention(world);
  const asked = world.pbs().requests.length - before;
  assert.ok(asked <= 13, `${asked} requests`);
  assert.deepEqual(unread.filter(({ part }: Row) => /backup|sync|verif/.test(part)), []);
  assert.deepEqual(
    matching(of("create_backup"), /verification/),
    ["critical VM 101 (db1): its newest backup failed its verification"],
  );
  assert.deepEqual(of("get_backup_snapshots"), [
    "warning backups in pbs1:store1: 1 failed verification: of vm/101",
  ]);
  assert.deepEqual(of("run_backup_server_job"), [
    "warning sync job s-push of pbs1:store1: its last run failed: Querying namespaces failed - " +
    "client error (Connect)",
  ]);
  assert.deepEqual(of("start_garbage_collection"), [
    "warning pbs1:offsite: garbage collection never ran, as it has no schedule",
  ]);
  assert.deepEqual(of("get_backup_servers"), []);

  world.pbs().state.jobs.sync.clear();
  store.fullInSeconds = 5 * 86_400 - 3_600;
  store.total = 1;
  const later = await attention(world);
  const told = later.of("get_backup_servers");
  assert.equal(
    matching(told, /^info pbs1:(store1|offsite): no sync job that can be seen/).length,
    2,
  );
  assert.equal(
    matching(told, /^critical pbs1:store1: .*% full, at this pace wholly in 5 days$/).length,
    1,
  );
});

Deno.test("get_attention says no sync is missing where a token does not see sync jobs", async () => {
  await using world = await BackupSite.start({ servers: { pbs1: "backup" } });
  world.pbs().state.jobs.sync.clear();
  const { of, unread } = await attention(world);
  assert.deepEqual(of("get_backup_servers"), []);
  const reasons = unread.filter(({ of }: Row) => of === "pbs1").map(({ reason }: Row) => reason);
  assert.match(reasons.join(), /without Remote\.Audit on \/remote/);
});

Deno.test("get_attention tells of backup servers that do not answer, and all else", async () => {
  await using world = await BackupSite.start({
    servers: { pbs1: "admin", pbs2: "admin", pbs3: "admin" },
    timeoutSeconds: 1,
  });
  await world.pbs("pbs1").unplug();
  world.pbs("pbs3").fault({ path: /\/version$/ }, { kind: "hang" }, { times: 9 });
  const { of, findings, unread } = await attention(world);
  const away = of("get_backup_servers");
  assert.equal(matching(away, /^warning backup server pbs1: does not answer: /).length, 1);
  assert.equal(matching(away, /^warning backup server pbs3: does not answer: /).length, 1);
  assert.equal(matching(of("run_backup_server_job"), /of pbs2:store1/).length, 1);
  assert.ok(unread.some(({ part }: Row) => part === "backups"), JSON.stringify(unread));
  // That guests are bare cannot be said while a storage is unknown.
  assert.ok(!findings.some(({ what }: Row) => what === "no good backup of them"));
});

Deno.test("rehearse_restore tries the newest backup that is whole and did not fail", async () => {
  await using world = await BackupSite.start();
  const chosen = async (vmid: number) => {
    const { text, value } = await world.site.call(
      "rehearse_restore",
      { vmid, dry_run: true },
      { role: "admin" },
    );
    assert.ok(value?.dry_run, text);
    const { checks } = value.dry_run;
    return checks.find(({ what }: Row) => /the backup is/.test(what))?.what ??
      JSON.stringify(checks);
  };
  const store = world.pbs().state.datastores.get("store1");
  const times = (id: string) =>
    store?.groups.find((group) => group.id === id && group.ns === "")?.snapshots
      .map(({ time }) => new Date(time * 1000).toISOString().slice(0, 19)) ?? [];
  const volumes = world.site.fake.state.volumes;
  volumes.splice(0, volumes.length, ...volumes.filter(({ content }) => content !== "backup"));
  assert.ok((await chosen(201)).includes(`pbs1:backup/ct/201/${times("201")[0]}Z`));
  assert.ok((await chosen(101)).includes(`pbs1:backup/vm/101/${times("101")[1]}Z`));
  // Even while Proxmox VE cannot list them.
  const path = /storage\/pbs1\/content$/;
  world.site.fake.fault({ path }, { kind: "status", status: 500, message: "read error" });
  assert.ok((await chosen(101)).includes(`pbs1:backup/vm/101/${times("101")[1]}Z`));
});

Deno.test("over two clusters each backup server is told once, and coverage covers both", async () => {
  await using world = await BackupSite.start({ clusters: { dc2: { pve: { nodes: 2 } } } });
  const { findings } = await world.value("get_attention", { limit: 500, max_guests: 0 });
  const jobs = findings.filter(({ tool }: Row) => tool === "run_backup_server_job");
  assert.equal(jobs.length, 1, JSON.stringify(jobs));
  const { guests, missing, warnings } = await world.value("get_backup_coverage", { limit: 500 });
  // Its backups are files, of which no sync job tells.
  const files =
    /^dc2: whether backups in local, nfs1 are elsewhere too is not known: only sync jobs/;
  assert.ok(warnings.some((line: string) => files.test(line)), warnings.join("\n"));
  const clusters = new Set(guests.map(({ cluster }: Row) => cluster));
  assert.equal(clusters.size, 2);
  assert.ok(missing.backup > 0);
  // The other one stores nothing at the backup server, where its guest 100 has a namesake.
  const namesakes = guests.filter(({ vmid }: Row) => vmid === 100);
  assert.deepEqual(namesakes.map(({ kept_in }: Row) => kept_in).filter(Boolean), ["pbs1:store1"]);
  const { datastores } = await world.value("get_backup_servers");
  assert.deepEqual(datastores.map(({ datastore }: Row) => datastore), ["offsite", "store1"]);
  assert.ok((await world.value("get_backup_snapshots", { vmid: 100 })).total > 0);
});

Deno.test("over several clusters each backup server is told by one, also one that only sync jobs fill", async () => {
  await using world = await BackupSite.start({
    servers: { pbs1: "admin", pbs2: "admin" },
    clusters: { dc2: { pve: { nodes: 2 } } },
  });
  const { dc2 } = world.site.fakes;
  assert.ok(dc2);
  addBackupServer(dc2.state, world.pbs(), { namespace: "tenant-a" });
  for (const name of ["pbs1", "pbs2"]) world.pbs(name).state.jobs.sync.clear();
  const told = async (args: Record<string, unknown> = {}, token?: string): Promise<string[]> => {
    const { text, value } = await world.site.call(
      "get_attention",
      { limit: 500, max_guests: 0, ...args },
      token ? { token } : {},
    );
    assert.ok(value, text);
    return value.findings.filter(({ where }: Row) => /pbs\d/.test(where))
      .map(({ cluster, where }: Row) => `${cluster ?? args.cluster}: ${where}`).sort();
  };
  const garbage = (of: string, lines: string[]) =>
    lines.filter((line) => line === `${of}:offsite`).length;
  const all = await told();
  // Its garbage, and that nothing is copied.
  assert.equal(garbage("default: pbs1", all), 2, all.join("\n"));
  assert.equal(garbage("dc2: pbs1", all), 0, all.join("\n"));
  assert.equal(garbage("default: pbs2", all), 2, all.join("\n"));
  const one = await told({ cluster: "dc2" });
  assert.equal(garbage("dc2: pbs1", one), 1, one.join("\n"));
  assert.ok(!one.some((line) => line.includes("pbs2")), one.join("\n"));
  const token = await limited(world.site, { clusters: ["dc2"] });
  assert.deepEqual(await told({}, token), []);
  // Who tells of it is away.
  await world.site.fake.unplug();
  await world.pbs("pbs2").unplug();
  const left = await told();
  assert.ok(left.includes("dc2: pbs1:offsite"), left.join("\n"));
  assert.ok(left.includes("dc2: backup server pbs2"), left.join("\n"));
});
