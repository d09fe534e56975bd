import assert from "node:assert/strict";
import type { FakePbs } from "../fake_pbs.ts";
import { BackupSite } from "../support/backup_site.ts";

const STORE1 = { datastore: "store1" };

function groupOf(pbs: FakePbs, name: string, ns = "") {
  const found = pbs.state.datastores.get("store1")?.groups.find((one) =>
    `${one.type}/${one.id}` === name && one.ns === ns
  );
  return found ?? assert.fail(name);
}

/** From the first change on, what a path answers is nothing. */
function silentAfterChange(pbs: FakePbs, path: RegExp): void {
  const isChanged = () =>
    pbs.requests.some(({ body, method }) =>
      method !== "GET" && !/"dry-run":true/.test(JSON.stringify(body ?? {}))
    );
  pbs.fault({ method: "GET", path }, {
    kind: "bent",
    bend: (body) => isChanged() ? "" : body,
  }, { times: 1_000 });
}

Deno.test("prune_backups tells what is still there, though the server says that it went", async () => {
  await using world = await BackupSite.start();
  const pbs = world.pbs();
  const [oldest] = groupOf(pbs, "vm/100").snapshots;
  assert.ok(oldest);
  oldest.stuck = true;
  const time = `${new Date(oldest.time * 1000).toISOString().slice(0, 19)}Z`;
  for (const part of [{ group: "vm/100" }, {}]) {
    const done = await world.value("prune_backups", { ...STORE1, ...part, keep_last: 1 });
    assert.ok(!done.gone.includes(`vm/100/${time}`));
    assert.equal(done.removed, done.gone.length);
    assert.match(done.notes.join("\n"), new RegExp(`^still there, .*: vm/100/${time}$`, "m"));
  }
  assert.deepEqual(groupOf(pbs, "vm/100").snapshots[0], oldest);
});

Deno.test("what cannot be read after a change is no failure of the change", async () => {
  const done: [tool: string, args: Record<string, unknown>, path: RegExp][] = [
    ["prune_backups", { ...STORE1, group: "vm/100", keep_last: 1 }, /\/snapshots$/],
    ["prune_backups", { ...STORE1, keep_last: 1 }, /\/snapshots$/],
    ["verify_backups", { ...STORE1, group: "vm/100" }, /\/snapshots$/],
    ["run_backup_server_job", { id: "v-daily" }, /\/snapshots$/],
    ["run_backup_server_job", { id: "p-daily" }, /\/snapshots$/],
    ["start_garbage_collection", STORE1, /\/gc$/],
  ];
  for (const [tool, args, path] of done) {
    await using world = await BackupSite.start();
    silentAfterChange(world.pbs(), path);
    const answer = await world.value(tool, args);
    assert.match(answer.notes.join("\n"), /^it was done, and what it came to could not be read: /m);
    for (const count of ["removed", "checked", "disk_bytes"]) {
      assert.equal(answer[count], undefined);
    }
    const [row] = await world.site.trail.list({ limit: 1 });
    assert.equal(row?.outcome, "ok", tool);
  }
});

Deno.test("a job is told to do no more than it does in the namespaces that it covers", async () => {
  await using world = await BackupSite.start();
  const { jobs } = world.pbs().state;
  const pruning = jobs.prune.get("p-daily");
  const verifying = jobs.verify.get("v-daily");
  assert.ok(pruning && verifying);
  for (let age = 1; age < 4; age++) {
    world.pbs().takeBackup({
      ...{ store: "store1", ns: "tenant-a/prod", type: "vm", id: "301", owner: "tenant@pbs!t1" },
      ...{ bytes: 1, time: Math.floor(Date.now() / 1000) - age * 60 },
    });
  }
  const { length } = groupOf(world.pbs(), "vm/301", "tenant-a/prod").snapshots;
  for (const depth of [0, 1, undefined]) {
    for (const key of Object.keys(pruning).filter((key) => key.startsWith("keep-"))) {
      delete pruning[key];
    }
    Object.assign(pruning, { "keep-last": 1, ns: "tenant-a" });
    if (depth === undefined) delete pruning["max-depth"];
    else pruning["max-depth"] = depth;
    const { dry_run: plan } = await world.value("run_backup_server_job", {
      id: "p-daily",
      dry_run: true,
    });
    const goes = depth === 0 ? 0 : length - 1;
    const all = depth === 0 ? 1 : length + 1;
    assert.match(
      plan.notes[0],
      new RegExp(`^${goes} of ${all} backups in pbs1:store1/tenant-a go`),
    );
  }
  Object.assign(verifying, { ns: "tenant-a", "max-depth": 0 });
  const verified = await world.value("run_backup_server_job", { id: "v-daily" });
  assert.deepEqual([verified.good, verified.never], [1, 0]);
});

Deno.test("backups of which none is finished are not told to be verified", async () => {
  await using world = await BackupSite.start();
  const running = groupOf(world.pbs(), "ct/201");
  running.snapshots = running.snapshots.filter(({ files }) => files.length === 0);
  const args = { ...STORE1, group: "ct/201" };
  const { dry_run: plan, unchanged } = await world.value("verify_backups", {
    ...args,
    dry_run: true,
  });
  assert.equal(unchanged, true);
  assert.match(JSON.stringify(plan), /no backup there is finished/);
  assert.doesNotMatch(JSON.stringify(plan), /verified before/);
  const { good, unfinished } = await world.value("verify_backups", args);
  assert.deepEqual([good, unfinished], [0, 1]);
});

Deno.test("a change that is answered with no task is not told to run", async () => {
  await using world = await BackupSite.start();
  world.pbs().fault({ method: "POST", path: /\/gc$/ }, { kind: "body", body: '{"data":null}' });
  const answer = await world.site.call("start_garbage_collection", STORE1);
  assert.deepEqual([answer.isError, answer.code], [true, "unavailable"]);
  assert.match(answer.text, /answered to a change is no task; .*unknown/);
});
