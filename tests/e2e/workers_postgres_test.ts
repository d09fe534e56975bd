/** Servers in several workers on one PostgreSQL: each is one server, and none changes a guest of another's. */
import assert from "node:assert/strict";
import { haltsOf } from "../../lib/database/halts.ts";
import { makePostgresSite } from "../auth/postgres.ts";
import { sharedPostgres as server } from "../auth/shared_postgres.ts";
import { until } from "../support/until.ts";
import { Crowd, same, WorkerSite, type WorkerSiteOptions } from "../support/worker_site.ts";

const CALL = "tools/call";
const READ = { method: CALL, params: { name: "get_nodes", arguments: {} } };

async function start(options: WorkerSiteOptions): Promise<WorkerSite> {
  const database = await makePostgresSite(await server());
  return await WorkerSite.start({ ...options, databaseUrl: database.url });
}

Deno.test("on PostgreSQL a revocation and a halt hold for all of three workers at once", async () => {
  await using site = await start({ workers: 3 });
  await site.untilAll();
  using crowd = new Crowd(site);
  const read = site.headers(site.tokens.user);
  assert.deepEqual(await crowd.post(READ, read), same(200));
  const halts = haltsOf(site.database);
  await halts.begin({ by: "ada", reason: "", since: new Date() });
  const change = { method: CALL, params: { name: "start_vm", arguments: { vmid: 101 } } };
  const texts = await crowd.each(async (ask) =>
    await (await ask({ method: "POST", body: JSON.stringify(change) })).text()
  );
  assert.ok(texts.every((text) => text.includes("Changes are halted")), texts.join("\n"));
  assert.ok(site.fake.requests.every(({ method }) => method === "GET"));
  await halts.end();
  const tokens = await site.store.listTokens();
  await site.store.revokeToken(tokens.find(({ permission }) => permission === "read")?.id ?? 0);
  assert.deepEqual(await crowd.post(READ, read), same(401));
  assert.equal((await site.trail.verify()).ok, true);
});

Deno.test("on PostgreSQL four workers count rates together", async () => {
  const rate_limit = { requests_per_minute: 20, failed_logins_per_minute: 3 };
  await using site = await start({ workers: 4, server: { rate_limit } });
  await site.process.line(/Server started/);
  using crowd = new Crowd(site);
  const token = site.headers(site.tokens.user);
  const statuses = [await crowd.post(READ, token), await crowd.post(READ, token)].flat();
  assert.equal(statuses.filter((status) => status === 200).length, 20);
  assert.equal(statuses.filter((status) => status === 429).length, 2 * Crowd.size - 20);
});

Deno.test("two processes on one PostgreSQL change one guest one after the other", async () => {
  const database = await makePostgresSite(await server());
  const shared = { workers: 2, databaseUrl: database.url };
  await using first = await WorkerSite.start(shared);
  await using second = await WorkerSite.start({ ...shared, fake: first.fake, username: "grace" });
  const { fake } = first;
  await Promise.all([first.untilAll(), second.untilAll()]);
  fake.state.taskPolls = Infinity;
  const looks = () => fake.requests.filter(({ path }) => /\/tasks\/.*\/status$/.test(path)).length;
  const writes = () => fake.requests.filter(({ method }) => method !== "GET");
  const starting = first.call("start_vm", { vmid: 101 });
  await until(() => looks() > 0);
  using crowd = new Crowd(second);
  const noting = ["a", "b", "c", "d"].map((notes) =>
    second.call("set_guest_notes", { vmid: 101, notes })
  );
  // Whoever were not held off would have written by the time when others are answered, and the first has looked on.
  assert.deepEqual(await crowd.post(READ, second.headers()), same(200));
  const seen = looks();
  await until(() => looks() >= seen + 2);
  assert.equal(writes().length, 1, "only the start");
  fake.finishTasks();
  assert.equal((await starting).isError, false);
  const texts = (await Promise.all(noting)).filter(({ isError }) => isError);
  assert.deepEqual(texts, []);
  assert.equal(writes().length, 1 + noting.length);
  assert.equal((await first.trail.verify()).ok, true);
});
