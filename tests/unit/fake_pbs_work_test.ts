import assert from "node:assert/strict";
import { type FakeSnapshot, startFakePbs } from "../fake_pbs.ts";
import { ask, finish, snapshotsOf } from "../support/fake_pbs.ts";

const store = "/admin/datastore/store1";

const states = (snapshots: FakeSnapshot[]) => snapshots.map((one) => one.verification?.state);

Deno.test("a prune keeps what its rules name, and what is protected", async () => {
  await using pbs = await startFakePbs();
  const group = { "backup-type": "vm", "backup-id": "100" };
  const before = snapshotsOf(pbs, "100").map((one) => one.time);
  const oldest = snapshotsOf(pbs, "100")[0];
  assert.ok(oldest);
  oldest.protected = true;
  const prune = (more: Record<string, unknown>) =>
    ask(pbs, `POST ${store}/prune`, { body: { ...group, ...more } });
  const { data: all } = await prune({});
  assert.ok(all.every((one: { keep: boolean }) => one.keep));
  const { data: planned } = await prune({ "keep-last": 2, "dry-run": true });
  assert.deepEqual(
    planned.map((one: { keep: boolean }) => one.keep),
    [true, false, false, false, false, true, true],
  );
  assert.equal(snapshotsOf(pbs, "100").length, 7);
  const { data: done } = await prune({ "keep-last": 2 });
  assert.deepEqual(done, planned);
  assert.deepEqual(
    snapshotsOf(pbs, "100").map((one) => one.time),
    [before[0], ...before.slice(-2)],
  );
});

Deno.test("pruning frees nothing: what is left over waits for a collection a day later", async () => {
  await using pbs = await startFakePbs({ taskPolls: 0 });
  const used = async () => (await ask(pbs, `GET ${store}/status`)).data.used;
  const pending = async () => (await ask(pbs, "GET /admin/gc/store1")).data[0]["pending-bytes"];
  const before = await used();
  const { exit, log } = await finish(pbs, `POST ${store}/prune-datastore`, { "keep-last": 1 });
  assert.equal(exit, "OK");
  assert.ok(
    log.includes(
      "Starting datastore prune on datastore 'store1', root namespace, down to full depth",
    ),
  );
  assert.equal(await used(), before);
  const collect = () => finish(pbs, `POST ${store}/gc`);
  await collect();
  assert.ok(await pending() > 0);
  pbs.tick(25 * 3600 * 1000);
  await collect();
  assert.equal(await pending(), 0);
  assert.ok(await used() < before);
});

Deno.test("a job that leaves out what was verified ends well over a snapshot that failed", async () => {
  await using pbs = await startFakePbs();
  assert.deepEqual(states(snapshotsOf(pbs, "101")), ["ok", "ok", "failed"]);
  const job = await finish(pbs, "POST /admin/verify/v-daily/run");
  assert.equal(job.exit, "OK");
  assert.match(job.log.join("\n"), /SKIPPED: verify store1:vm\/101\/\S+ \(recently verified\)/);
  assert.equal(states(snapshotsOf(pbs, "100")).at(-1), "ok");
  const all = await finish(pbs, `POST ${store}/verify`, { "ignore-verified": false });
  assert.equal(all.exit, "verification failed - please check the log for details");
  assert.deepEqual(states(snapshotsOf(pbs, "101")), ["ok", "ok", "failed"]);
});

Deno.test("a verification of what is not there ends well", async () => {
  await using pbs = await startFakePbs();
  const body = { "backup-type": "vm", "backup-id": "999" };
  const { exit, log } = await finish(pbs, `POST ${store}/verify`, body);
  assert.equal(exit, "OK");
  assert.match(log[0] ?? "", /unable to list backups: ENOENT/);
});

Deno.test("a sync takes what is newer with its verification, and fails where the remote is down", async () => {
  await using pbs = await startFakePbs();
  assert.ok(snapshotsOf(pbs, "100", "offsite").length < snapshotsOf(pbs, "100").length);
  const { exit } = await finish(pbs, "POST /admin/sync/s-offsite/run");
  assert.equal(exit, "OK");
  assert.deepEqual(
    snapshotsOf(pbs, "100", "offsite").map((one) => [one.time, one.verification]),
    snapshotsOf(pbs, "100").map((one) => [one.time, one.verification]),
  );
  assert.equal(snapshotsOf(pbs, "201", "offsite").length, 1);
  const down = await finish(pbs, "POST /admin/sync/s-push/run");
  assert.equal(down.exit, "Querying namespaces failed - client error (Connect)");
});

Deno.test("a running backup is listed without a size and without files", async () => {
  await using pbs = await startFakePbs();
  const { data } = await ask(pbs, `GET ${store}/snapshots?backup-id=201`);
  const running = data.find((one: { files: unknown[] }) => one.files.length === 0);
  assert.ok(running && !("size" in running));
  const { data: tasks } = await ask(pbs, "GET /nodes/localhost/tasks?running=true");
  assert.deepEqual(tasks.map((one: { worker_id: string }) => one.worker_id), ["store1:ct/201"]);
  pbs.state.outcomes.push({ type: "backup", exit: "connection error: bytes remaining on stream" });
  pbs.finishTasks();
  assert.ok(snapshotsOf(pbs, "201").every((one) => one.files.length));
  const { data: failed } = await ask(pbs, "GET /nodes/localhost/tasks?errors=true&limit=1");
  assert.match(failed[0].status, /^connection error: /);
});

Deno.test("a datastore takes its jobs with it, and its data comes back", async () => {
  await using pbs = await startFakePbs({ taskPolls: 0 });
  const { path } = pbs.state.datastores.get("offsite")?.config ?? { path: "" };
  await ask(pbs, "DELETE /config/datastore/offsite");
  assert.deepEqual([...pbs.state.jobs.sync.keys(), ...pbs.state.jobs.prune.keys()], [
    "s-push",
    "p-daily",
  ]);
  const again = { name: "offsite", path };
  const refused = await finish(pbs, "POST /config/datastore", again);
  assert.equal(refused.exit, "datastore path not empty");
  await finish(pbs, "POST /config/datastore", { ...again, "reuse-datastore": true });
  assert.ok(snapshotsOf(pbs, "100", "offsite").length);
});
