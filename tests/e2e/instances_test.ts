import assert from "node:assert/strict";
import { haltsOf } from "../../lib/database/halts.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { sharedCountersOf } from "../../lib/database/shared_counters.ts";
import { createUseLimits } from "../../lib/http/limits.ts";
import { makePostgresSite } from "../auth/postgres.ts";
import { sharedPostgres as server } from "../auth/shared_postgres.ts";
import type { FakePveOptions } from "../fake_pve.ts";
import { Site } from "../site.ts";
import { asking, hold, tokenOf } from "../support/approval.ts";
import { until } from "../support/until.ts";
import { changes } from "../tools/requests.ts";

interface Pair extends AsyncDisposable {
  readonly first: Site;
  readonly second: Site;
}

/**
 * Two instances on one PostgreSQL, each in front of a cluster of its own.
 *
 * @param options.pve how the first one's cluster is, which is the second one's too then
 * @param options.now the clock of both
 */
async function startPair(
  config: Record<string, Record<string, unknown>> = {},
  { pve, now }: { pve?: FakePveOptions; now?: () => Date } = {},
): Promise<Pair> {
  const database = await makePostgresSite(await server());
  const both = { openDatabase: () => database.open(), ...(now && { now }) };
  const first = await Site.start({ ...both, config, username: "ada", ...(pve && { pve }) });
  const { host, port, token } = first.fake;
  const shared = {
    proxmox: { host, port, ca_file: `${first.folder}/ca.pem` },
    auth: { user: token.user, token_name: token.name, token_value: token.value },
  };
  const second = await Site.start({
    ...both,
    config: pve ? { ...config, ...shared } : config,
    username: "grace",
  });
  return {
    first,
    second,
    [Symbol.asyncDispose]: async () => {
      await second[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
      await database.dispose();
    },
  };
}

Deno.test("any instance answers any token, and a revocation reaches the other's open streams", async () => {
  await using pair = await startPair();
  const { first, second } = pair;
  assert.equal((await second.call("get_nodes", {}, { token: first.tokens.user })).isError, false);
  const stream = await fetch(`${second.server.url}/sse`, {
    headers: second.headers(first.tokens.user),
  });
  const reader = stream.body!.getReader();
  await reader.read();
  const [row] = (await first.store.listTokens()).filter((token) =>
    token.user.username === "ada" && token.permission === "read"
  );
  await first.store.revokeToken(row!.id);
  assert.equal((await reader.read()).done, true, "the stream ends when the notice arrives");
  const refused = await second.post({ method: "tools/list" }, second.headers(first.tokens.user));
  assert.equal(refused.status, 401);
});

Deno.test("instances count rates together", async () => {
  await using pair = await startPair({
    server: { rate_limit: { requests_per_minute: 4, failed_logins_per_minute: 2 } },
  });
  const { first, second } = pair;
  const list = async (site: Site, token: string) =>
    (await site.post({ method: "tools/list" }, site.headers(token))).status;
  const { admin } = first.tokens;
  const statuses = [];
  for (const site of [first, second, first, second, first, second]) {
    statuses.push(await list(site, admin));
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429]);
  assert.equal(await list(first, "wrong"), 401);
  assert.equal(await list(second, "wronger"), 401);
  assert.equal(await list(first, "wrongest"), 429);
});

Deno.test("a clock that is set back keeps nobody out for longer than a minute", async () => {
  const site = await makePostgresSite(await server());
  try {
    const database = await site.open();
    await migrate(database, { now: () => new Date() });
    const rates = { requests_per_minute: 2, failed_logins_per_minute: 2 };
    const limits = createUseLimits(rates, sharedCountersOf(database));
    for (const used of [1, 2]) assert.equal(await limits.request(7), undefined, `request ${used}`);
    await limits.sweep();
    assert.ok(await limits.request(7), "the minute is not over");
    await database.write("UPDATE proxmox_mcp_rates SET expire = expire + 3600000");
    const wait = await limits.request(7) ?? 0;
    assert.ok(0 < wait && wait <= 60, `told to wait for ${wait} s`);
    await limits.sweep();
    assert.equal(await limits.request(7), undefined);
    await database.close();
  } finally {
    await site.dispose();
  }
});

Deno.test("identical changes on two instances at once are one task", async () => {
  await using pair = await startPair({}, { pve: { taskPolls: 1e9 } });
  const { first, second } = pair;
  const token = first.tokens.write;
  const back = (site: Site) => site.call("create_backup", { vmid: 100, wait: false }, { token });
  const answers = await Promise.all([first, second, first, second].map(back));
  assert.deepEqual(answers.filter(({ isError }) => isError), []);
  assert.equal(answers.filter(({ value }) => value.joined).length, 3);
  assert.equal(new Set(answers.map(({ value }) => value.upid)).size, 1);
  const backups = first.fake.requests.filter(({ path }) => /vzdump$/.test(path));
  assert.equal(backups.length, 1);
});

Deno.test("a released plan runs once, whichever instances are called and release it", async () => {
  await using pair = await startPair();
  const sites = [pair.first, pair.second, pair.first, pair.second];
  const token = await asking(pair.first);
  const boss = await tokenOf(pair.second.store, "boss");
  const call = ["set_guest_notes", { vmid: 101, notes: "new" }] as const;
  const { id } = await hold(pair.first, token, call);
  const released = await Promise.all(
    sites.map((site) => site.call("approve_plan", { id }, { token: boss })),
  );
  assert.equal(released.filter(({ isError }) => !isError).length, 1);
  await Promise.all(sites.map((site) => site.call(...call, { token })));
  assert.equal([...changes(pair.first), ...changes(pair.second)].length, 1);
});

Deno.test("a halt on one instance holds on the other at once", async () => {
  await using pair = await startPair();
  const { first, second } = pair;
  const halts = haltsOf(first.database);
  await halts.begin({ by: "ada", reason: "", since: new Date() });
  assert.match((await second.call("start_vm", { vmid: 101 })).text, /^Changes are halted since/);
  await halts.end();
  assert.equal((await second.call("start_vm", { vmid: 101 })).isError, false);
});

Deno.test("who could not keep a guest while the database was away changes it no further", async () => {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  await using pair = await startPair({}, { pve: { taskPolls: 1e9 }, now });
  const { first, second } = pair;
  const deleting = first.call("delete_vm", { vmid: 100, force: true });
  await until(() => changes(first).length === 1);
  // As long as a guest is held for who says nothing.
  ahead = 30_000;
  const noting = await second.call("set_guest_notes", { vmid: 100, notes: "mine now" });
  assert.equal(noting.isError, false, noting.text);
  first.fake.finishTasks();
  const { code, text } = await deleting;
  assert.equal(code, "conflict", text);
  assert.match(text, /could not be held while the database was away.*: look before trying again/);
  const sent = changes(first).map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);
  assert.deepEqual(sent, ["POST stop", "PUT config"]);
  assert.equal((await first.call("stop_vm", { vmid: 100 })).isError, false);
});

Deno.test("instances keep one audit chain", async () => {
  await using pair = await startPair();
  const { first, second } = pair;
  await Promise.all(
    [first, second, first, second, first, second].map((site) => site.call("get_nodes")),
  );
  const verified = await first.trail.verify();
  assert.deepEqual([verified.ok, verified.rows], [true, 6]);
});

Deno.test({
  name: "while the database is away known tokens go on, unknown ones are told 503, no row is lost",
  fn: outlivesTheDatabase,
});

async function outlivesTheDatabase(): Promise<void> {
  const { real } = await server();
  await using pair = await startPair();
  const { first } = pair;
  const readiness = async () => {
    const response = await fetch(`${first.root}/readyz`);
    return { code: response.status, database: (await response.json()).database };
  };
  assert.equal((await first.call("get_nodes")).isError, false);
  await real.stop();
  try {
    const known = await first.call("get_nodes");
    assert.equal(known.isError, false, known.text);
    const change = await first.call("start_vm", { vmid: 101 });
    assert.equal(change.code, "unavailable", change.text);
    assert.ok(first.fake.requests.every(({ method }) => method === "GET"), "a change was sent");
    const unknown = await first.post({ method: "tools/list" }, first.headers("pmcp_unknown"));
    assert.equal(unknown.status, 503);
    assert.ok(Number(unknown.headers.get("retry-after")) > 0);
    assert.deepEqual(await readiness(), { code: 503, database: "unavailable" });
  } finally {
    await real.start();
  }
  await until(async () => (await readiness()).code === 200);
  await until(async () => (await first.trail.list({ tool: "get_nodes" })).length === 2);
  assert.equal((await first.trail.verify()).ok, true);
}

const FROZEN_MS = 5_000;

Deno.test("a frozen database answers within five seconds as unavailable, and goes on when it thaws", async () => {
  const { real } = await server();
  const config = { server: { rate_limit: { requests_per_minute: 600 } } };
  await using pair = await startPair(config);
  const { first } = pair;
  const soon = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(FROZEN_MS) });
    return { status: response.status, body: await response.json() };
  };
  const readiness = () => soon(`${first.root}/readyz`);
  const call = (token: string, params: unknown) => {
    const body = JSON.stringify({ method: "tools/call", params });
    return soon(first.server.url, { method: "POST", headers: first.headers(token), body });
  };
  const change = { name: "start_vm", arguments: { vmid: 101 } };
  assert.equal((await first.call("get_nodes")).isError, false);
  await real.freeze();
  try {
    const [ready, unknown, changed] = await Promise.all([
      readiness(),
      call("pmcp_unknown", change),
      call(first.tokens.admin, change),
    ]);
    assert.deepEqual([ready.status, ready.body.database], [503, "unavailable"]);
    assert.equal(unknown.status, 503);
    assert.equal(changed.body.result._meta.code, "unavailable");
    assert.equal((await readiness()).status, 503);
    assert.equal((await call("pmcp_unknown", change)).status, 503);
  } finally {
    await real.thaw();
  }
  await until(async () => (await readiness()).status === 200);
  await until(async () => (await first.call("start_vm", { vmid: 101 })).isError === false);
  assert.equal((await first.trail.verify()).ok, true);
});
