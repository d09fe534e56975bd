import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { BackupSite } from "../support/backup_site.ts";
import { addToken } from "./probe.ts";

// deno-lint-ignore no-explicit-any -- rows of whatever a tool tells
type Row = any;

const DAY = 86_400;

/** Every guest is in a job that runs daily. */
function daily({ site }: BackupSite): void {
  site.fake.state.backupJobs.set("backup-all", {
    id: "backup-all",
    type: "vzdump",
    enabled: 1,
    all: 1,
    schedule: "21:00",
    storage: "pbs1",
  });
}

/** Lets a second server pull from the first; gives what does so now. */
function pulls(world: BackupSite, from = "pbs1", to = "pbs2"): () => void {
  const [source, target] = [world.pbs(from), world.pbs(to)];
  const { remotes, jobs, datastores } = target.state;
  remotes.clear();
  jobs.sync.clear();
  remotes.set("main", {
    config: {
      name: "main",
      host: "elsewhere.lan",
      "auth-id": "sync@pbs!pull",
      fingerprint: source.fingerprint.toLowerCase(),
    },
  });
  jobs.sync.set("s-pull", {
    id: "s-pull",
    store: "offsite",
    remote: "main",
    "remote-store": "store1",
    schedule: "daily",
  });
  const there = datastores.get("offsite");
  assert.ok(there);
  there.groups = [];
  return () => {
    const here = source.state.datastores.get("store1")?.groups ?? [];
    there.groups = here.filter(({ ns, type }) => ns === "" && type !== "host").map((group) => ({
      ...group,
      snapshots: group.snapshots.filter(({ files }) => files.length > 0).map((one) => ({ ...one })),
    }));
  };
}

/** Of the two servers none copies anything. */
function forgetSyncs(world: BackupSite, ...names: string[]): void {
  for (const name of names) world.pbs(name).state.jobs.sync.clear();
}

async function coverage(world: BackupSite): Promise<{ row: (vmid: number) => Row; answer: Row }> {
  const answer = await world.value("get_backup_coverage", { limit: 500 });
  const row = (vmid: number) =>
    answer.guests.find((guest: Row) => guest.vmid === vmid) ?? assert.fail(`no guest ${vmid}`);
  return { row, answer };
}

Deno.test("coverage tells of each guest what is missing and the tool for it, until nothing is", async () => {
  await using world = await BackupSite.start({ servers: { pbs1: "admin", pbs2: "admin" } });
  daily(world);
  forgetSyncs(world, "pbs1");
  const sync = pulls(world);
  const { row, answer } = await coverage(world);
  assert.deepEqual(answer.warnings, [
    "whether backups in nfs1 are elsewhere too is not known: only sync jobs of backup servers are " +
    "followed",
  ]);
  const web1 = row(100);
  assert.deepEqual(
    [web1.state, web1.interval, web1.interval_seconds, web1.verified, web1.off_site, web1.kept_in],
    ["backed up", "ok", DAY, "never", "no", "pbs1:store1"],
  );
  assert.match(web1.volid, /^pbs1:backup\/vm\/100\/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(web1.missing, ["verification", "off-site copy", "restore test"]);
  assert.equal(web1.next, "verify_backups");
  // Its newest failed, though an older one is good and the job that verifies is green.
  const db1 = row(101);
  assert.deepEqual([db1.verified, db1.interval, db1.next], ["failed", "late", "create_backup"]);
  assert.ok(db1.missing.includes("good verification") && db1.missing.includes("fresh backup"));
  // The backup that runs is no backup yet.
  const ct2 = row(201);
  assert.ok(ct2.age_seconds > DAY, JSON.stringify(ct2));
  // Of 40 days.
  assert.deepEqual([row(102).interval, row(102).missing[0]], ["late", "fresh backup"]);
  const bare = row(103);
  assert.deepEqual([bare.state, bare.interval, bare.off_site], ["not backed up", "late", "no"]);
  assert.deepEqual([bare.missing, bare.next], [["backup"], "create_backup"]);
  assert.ok(answer.missing["off-site copy"] > 0 && answer.missing.backup > 0);

  sync();
  const store = world.pbs().state.datastores.get("store1");
  const own = store?.groups.find(({ id, ns }) => id === "100" && ns === "");
  const verified = own?.snapshots.findLast(({ verification }) => verification)?.verification;
  const newest = own?.snapshots.at(-1);
  assert.ok(verified && newest);
  newest.verification = verified;
  const mended = (await coverage(world)).row(100);
  assert.deepEqual([mended.off_site, mended.off_site_in], ["yes", "pbs2:offsite"]);
  assert.equal(mended.off_site_newest, mended.newest);
  assert.equal(mended.verified, "ok");
  assert.match(mended.verified_at, /^\d{4}-/);
  assert.deepEqual([mended.missing, mended.next], [["restore test"], "rehearse_restore"]);
});

Deno.test("a guest in no job, and one in a weekly job, are told so", async () => {
  await using world = await BackupSite.start();
  forgetSyncs(world, "pbs1");
  const { backupJobs } = world.site.fake.state;
  backupJobs.clear();
  backupJobs.set("w", {
    id: "w",
    type: "vzdump",
    enabled: 1,
    schedule: "sun 03:00",
    storage: "pbs1",
    vmid: "101",
  });
  const { row } = await coverage(world);
  assert.deepEqual([row(100).interval, row(100).jobs, row(100).next], [
    "none",
    [],
    "create_backup_job",
  ]);
  assert.deepEqual([row(101).interval, row(101).interval_seconds], ["ok", 7 * DAY]);
});

Deno.test("copies that a local sync job makes are followed, and old ones are told", async () => {
  await using world = await BackupSite.start();
  daily(world);
  const { jobs } = world.pbs().state;
  jobs.sync.clear();
  jobs.sync.set("s-local", {
    id: "s-local",
    store: "offsite",
    "remote-store": "store1",
    schedule: "daily",
  });
  const { row } = await coverage(world);
  const web1 = row(100);
  assert.deepEqual([web1.off_site, web1.off_site_in], ["yes", "pbs1:offsite"]);
  assert.ok(web1.missing.includes("fresh off-site copy"), JSON.stringify(web1));
  assert.equal(row(201).off_site, "no");
});

Deno.test("what is pushed to a server that the config does not name is unknown, and why is told", async () => {
  await using world = await BackupSite.start();
  world.pbs().state.jobs.sync.delete("s-offsite");
  const { row, answer } = await coverage(world);
  assert.equal(row(100).off_site, "unknown");
  assert.ok(!row(100).missing.includes("off-site copy"));
  assert.match(
    answer.warnings.join("\n"),
    /sync job s-push of backup server pbs1 copies pbs1:store1 to remote dr-site, which is none of/,
  );
});

Deno.test("what a token may not see is unknown with the reason, never no", async () => {
  await using world = await BackupSite.start({ servers: { pbs1: "backup" } });
  const { row, answer } = await coverage(world);
  assert.deepEqual([row(100).state, row(100).off_site], ["backed up", "unknown"]);
  const told = answer.warnings.join("\n");
  assert.match(
    told,
    /pbs1:store1: without Datastore\.Audit on \/datastore\/store1 only the backups of/,
  );
  assert.match(told, /backup server pbs1: without .* sync jobs may be missing/);
});

Deno.test("a dead backup server makes nothing look bare, and is told once", async () => {
  await using world = await BackupSite.start({
    servers: { pbs1: "admin", pbs2: "admin" },
    timeoutSeconds: 1,
  });
  await world.pbs("pbs1").unplug();
  const { row, answer } = await coverage(world);
  assert.equal(row(102).state, "unknown");
  assert.deepEqual([row(100).off_site, row(102).verified], ["unknown", "unknown"]);
  assert.equal(answer.not_backed_up, 0);
  assert.match(answer.warnings.join("\n"), /pbs1:store1 could not be read: .*backup server pbs1/);
});

Deno.test("backups that Proxmox VE hides are known by the backup server", async () => {
  const value = crypto.randomUUID();
  const auth = { user: "mcp@pve", token_name: "probe", token_value: value };
  await using world = await BackupSite.start({ config: { auth } });
  addToken(world.site.fake.state, { name: "probe", value, roleid: "PVEAuditor" });
  const { backups, warnings } = await world.value("get_backups", { vmid: 101 });
  assert.deepEqual(backups.map(({ verified }: Row) => verified), ["failed", "ok", "ok"]);
  assert.equal(backups[0].kept_in, "pbs1:store1");
  assert.ok(!warnings.join().includes("pbs1"), warnings.join());
  const { answer, row } = await coverage(world);
  assert.equal(row(100).state, "backed up");
  assert.ok(!/pbs1 cannot be seen/.test(answer.warnings.join("\n")), answer.warnings.join("\n"));
  // What the other storages hide is still told.
  assert.ok(
    answer.warnings.some((line: string) => /storage local, nfs1 cannot be seen/.test(line)),
  );
  // It is in the other cluster's namespace only.
  assert.equal((await world.value("get_backups", { vmid: 301 })).total, 0);
});

Deno.test("get_backups marks what is unfinished and when a backup was verified", async () => {
  await using world = await BackupSite.start();
  const of201 = (await world.value("get_backups", { vmid: 201, storage: "pbs1" })).backups;
  assert.deepEqual(of201.map(({ unfinished }: Row) => unfinished), [true, undefined]);
  const of100 = (await world.value("get_backups", { vmid: 100, storage: "pbs1" })).backups;
  assert.deepEqual(of100.slice(0, 2).map(({ verified }: Row) => verified), ["never", "ok"]);
  assert.match(of100[1].verified_at, /^\d{4}-/);
  // Those of the other cluster's guest 100 are in a namespace of their own.
  assert.equal(of100.length, 7);
});

Deno.test("a storage is known by certificate, or by what both say the server is", async () => {
  for (const by of ["certificate", "identity"]) {
    await using world = await BackupSite.start();
    const storage = world.site.fake.state.storages.get("pbs1");
    assert.ok(storage);
    Object.assign(storage.options ?? {}, { server: "pbs.other.lan" });
    if (by === "identity") delete storage.options?.fingerprint;
    const { row } = await coverage(world);
    assert.equal(row(100).kept_in, "pbs1:store1", by);
  }
});

Deno.test("a storage at a server that the config does not name is told", async () => {
  await using world = await BackupSite.start({ stored: false });
  world.site.fake.state.storages.set("far", {
    storage: "far",
    type: "pbs",
    content: ["backup"],
    shared: true,
    inactive: [],
    total: 2 ** 40,
    baseUsed: 0,
    options: { server: "far.lan", datastore: "main" },
  });
  const { answer } = await coverage(world);
  assert.match(
    answer.warnings.join("\n"),
    /storage far is at far\.lan, which is none of backup_servers/,
  );
});

Deno.test("without backup servers in the config the answers have nothing new", async () => {
  await using site = await Site.start();
  const { guests, missing } = (await site.call("get_backup_coverage", { limit: 500 })).value;
  assert.equal(missing, undefined);
  const columns = new Set(guests.flatMap((guest: Row) => Object.keys(guest)));
  for (const column of ["interval", "off_site", "missing", "next", "verified", "kept_in"]) {
    assert.ok(!columns.has(column), column);
  }
  const asked = site.fake.requests.map(({ path }) => path);
  assert.ok(!asked.some((path) => path === "/storage" || path.includes("schedule-analyze")));
});
