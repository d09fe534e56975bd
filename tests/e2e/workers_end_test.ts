/** How a server in several workers ends, goes on when one of them breaks, and speaks TLS. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { makeCertificate } from "../fake_pve/certificate.ts";
import { startBreaking } from "../support/breaking.ts";
import { BREAKS, FAULT } from "../support/breaks.ts";
import { until } from "../support/until.ts";
import { Crowd, same, WorkerSite } from "../support/worker_site.ts";

const CALL = "tools/call";
const READ = { method: CALL, params: { name: "get_nodes", arguments: {} } };
const SLOW_MS = 400;

Deno.test("SIGTERM over TLS: calls under way in both workers end, each has its row, and the status is 0", async () => {
  const { certPem, keyPem, caPem } = makeCertificate("mcp");
  await using site = await WorkerSite.start({
    workers: 2,
    server: { tls: { cert_file: "cert.pem", key_file: "key.pem" } },
    files: { "cert.pem": certPem, "key.pem": keyPem },
    caPem,
  });
  assert.match(site.url, /^https:/);
  await site.untilAll();
  using crowd = new Crowd(site, { caCerts: [caPem] });
  assert.deepEqual(await crowd.post(READ), same(200));
  const path = /\/status\/current$/;
  const running = [...site.fake.state.guests.values()]
    .filter(({ type, status }) => type === "qemu" && status === "running").map(({ vmid }) => vmid);
  assert.ok(running.length >= Crowd.size);
  site.fake.fault({ path }, { kind: "delay", ms: SLOW_MS }, { times: Crowd.size });
  const calls = crowd.each(async (ask, at) => {
    const params = { name: "get_vm_usage", arguments: { vmid: running[at] } };
    const response = await ask({ method: "POST", body: JSON.stringify({ method: CALL, params }) });
    return await response.json();
  });
  const asked = () => site.fake.requests.filter((request) => path.test(request.path)).length;
  await until(() => asked() === Crowd.size);
  site.process.kill("SIGTERM");
  const failed = (await calls).filter(({ result }) => result === undefined || result.isError);
  assert.deepEqual(failed, []);
  assert.equal((await site.process.status).code, 0);
  assert.equal((await site.trail.list({ tool: "get_vm_usage" })).length, Crowd.size);
  assert.equal((await site.trail.verify()).ok, true);
});

Deno.test("SIGTERM: a change whose task does not end is told by its task, and has its row", async () => {
  await using site = await WorkerSite.start({ workers: 2, server: { shutdown_seconds: 1 } });
  await site.untilAll();
  site.fake.state.taskPolls = Infinity;
  const call = site.call("start_vm", { vmid: 101 });
  await until(() => site.fake.state.tasks.length === 1);
  site.process.kill("SIGTERM");
  const { text } = await call;
  const [task] = site.fake.state.tasks;
  assert.ok(task && text.includes(task.upid), text);
  assert.equal((await site.process.status).code, 0);
  const [row] = await site.trail.list({ tool: "start_vm" });
  assert.equal(row?.upid, task.upid);
  assert.notEqual(row.outcome, "intent");
  assert.equal((await site.trail.verify()).ok, true);
});

Deno.test("a worker that breaks is started again and told of once; sessions and the trail go on", async () => {
  await using site = await WorkerSite.start({
    workers: 2,
    start: startBreaking,
  });
  await site.untilAll();
  const session = await site.openSession();
  const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
  for (const [index, signal] of BREAKS.entries()) {
    site.process.kill(signal);
    const told = `worker ${index + 1} of 2 broke and is started again: .*boom`;
    await site.process.line(new RegExp(told));
    await site.untilAll();
    using crowd = new Crowd(site);
    assert.deepEqual(await crowd.post(READ), same(200));
    assert.deepEqual(await crowd.post(list, session), same(200));
    assert.equal(site.lines.filter((line) => new RegExp(told).test(line)).length, 1);
  }
  assert.equal((await site.trail.list({ tool: "get_nodes" })).length, BREAKS.length * Crowd.size);
  assert.equal((await site.trail.verify()).ok, true);
  site.process.kill("SIGTERM");
  assert.equal((await site.process.status).code, 0);
});

Deno.test("an error that nobody catches is logged, and breaks no worker and no call", async () => {
  await using site = await WorkerSite.start({ workers: 2, start: startBreaking });
  await site.untilAll();
  using crowd = new Crowd(site);
  site.fake.fault({ path: /^\/nodes$/ }, { kind: "delay", ms: SLOW_MS }, { times: 2 });
  const before = site.fake.requests.length;
  const calls = crowd.post(READ);
  await until(() => site.fake.requests.length > before);
  site.process.kill(FAULT);
  await site.process.line(/ERROR - Unforeseen failure: a fault/);
  assert.deepEqual(await calls, same(200));
  assert.deepEqual(await crowd.post(READ), same(200));
  assert.deepEqual(site.lines.filter((line) => line.includes("broke")), []);
});

/** First of the bytes by whose lock SQLite tells other programs that a file is in use (`SHARED_FIRST`). */
const IN_USE = "1073741826";

Deno.test("the lock by which other programs see that the file is in use outlives every worker", async () => {
  await using site = await WorkerSite.start({
    workers: 2,
    start: startBreaking,
  });
  const isLocked = async () => {
    const { ino } = await Deno.stat(site.folder.at("workers.db"));
    const locks = (await Deno.readTextFile("/proc/locks")).split("\n");
    const own = `READ ${site.process.pid} `;
    return locks.some((lock) =>
      [own, `:${ino} `, ` ${IN_USE} `].every((part) => lock.includes(part))
    );
  };
  await site.untilAll();
  assert.ok(await isLocked(), "after the second has opened it");
  site.process.kill(BREAKS[1]);
  await site.process.line(/worker 2 of 2 broke/);
  await site.untilAll();
  assert.ok(await isLocked(), "after one has broken");
});

Deno.test("where lines are the only record, a call is answered when its line is written, and not before", async () => {
  await using site = await WorkerSite.start({
    workers: 2,
    sections: (folder) => ({
      audit: { database: false },
      logging: { file: folder.at("calls.log") },
    }),
  });
  await site.untilAll();
  const told = async (tool: string, outcome: string) =>
    (await Deno.readTextFile(site.folder.at("calls.log"))).split("\n")
      .filter((line) => line.includes(`tool=${tool} `) && line.includes(`outcome=${outcome} `))
      .length;
  for (let calls = 1; calls <= Crowd.size; calls++) {
    // By a connection of its own, and so from any worker.
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const init = { method: "POST", headers: site.headers(), body: JSON.stringify(READ), client };
    await (await fetch(site.url, init)).text();
    assert.equal(await told("get_nodes", "ok"), calls);
  }
  const start = /\/status\/start$/;
  site.fake.fault({ path: start }, { kind: "delay", ms: SLOW_MS });
  const change = site.call("start_vm", { vmid: 101 });
  await until(() => site.fake.requests.some(({ path }) => start.test(path)));
  assert.equal(await told("start_vm", "intent"), 1, "before Proxmox is asked for a change");
  await change;
});

Deno.test("a guest whose change ended while the database was away is free for every worker when that is back", async () => {
  await using site = await WorkerSite.start({ workers: 2 });
  await site.untilAll();
  site.fake.state.taskPolls = Infinity;
  const change = site.call("start_vm", { vmid: 101 });
  await until(() => site.fake.state.tasks.length === 1);
  const other = new DatabaseSync(site.folder.at("workers.db"));
  other.exec("BEGIN IMMEDIATE");
  site.fake.finishTasks();
  assert.match((await change).text, /it was carried out/);
  other.close();
  const held = "SELECT key FROM proxmox_mcp_spent WHERE key = 'lease:guest 101'";
  await until(async () => (await site.database.all(held)).length === 0);
});
