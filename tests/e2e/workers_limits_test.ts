/** What a token may keep open holds for all workers of a server together. */
import assert from "node:assert/strict";
import { Heard } from "../support/any_worker.ts";
import { startBreaking } from "../support/breaking.ts";
import { BREAKS } from "../support/breaks.ts";
import { metaOf } from "../support/meta.ts";
import { until } from "../support/until.ts";
import { WorkerSite } from "../support/worker_site.ts";

const MOST = 12;
/** So many that two workers are both reached, but for once in 30,000 times. */
const TRIED = 16;
const SESSIONS = 50;
const SERVER = { max_streams_per_token: MOST };
const ACCEPT = "application/json, text/event-stream";

const openSse = 'proxmox_mcp_open_sessions{door="sse"}';
const openHttp = 'proxmox_mcp_open_sessions{door="http"}';

async function inTurn<T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let at = 0; at < count; at++) made.push(await make(at));
  return made;
}

function sse(site: WorkerSite, token = site.tokens.admin): Promise<Heard> {
  return Heard.fetch(`${site.url}/sse`, { headers: site.headers(token) });
}

function listen(site: WorkerSite, addresses: readonly string[]): Promise<Heard> {
  const _meta = metaOf();
  const params = { _meta, notifications: { resourceSubscriptions: addresses } };
  const method = "subscriptions/listen";
  const modern = { accept: ACCEPT, "mcp-protocol-version": "2026-07-28", "mcp-method": method };
  return Heard.fetch(site.url, {
    method: "POST",
    headers: { ...site.headers(), ...modern },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
}

async function openSession(site: WorkerSite): Promise<Record<string, string>> {
  const clientInfo = { name: "test", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  const opened = await Heard.fetch(site.url, {
    method: "POST",
    headers: { ...site.headers(), accept: ACCEPT },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params }),
  });
  await until(() => opened.ended);
  await opened.leave();
  const id = opened.response.headers.get("mcp-session-id") ?? "";
  return { ...site.headers(), accept: ACCEPT, "mcp-session-id": id };
}

const statuses = (heard: readonly Heard[]) => heard.map(({ response }) => response.status);
const leave = (heard: readonly Heard[]) => Promise.all(heard.map((each) => each.leave()));
/** As many as are let in, and the rest. */
const admitted = Array.from({ length: TRIED }, (_, at) => at < MOST ? 200 : 429);

Deno.test("the stream that has been idle longest makes room, on whichever worker it is", async () => {
  await using site = await WorkerSite.start({ workers: 2, server: SERVER });
  await site.untilAll();
  const streams = await inTurn(TRIED, () => sse(site));
  await until(() => streams.filter(({ ended }) => ended).length === TRIED - MOST);
  const oldest = Array.from({ length: TRIED }, (_, at) => at < TRIED - MOST);
  assert.deepEqual(streams.map(({ ended }) => ended), oldest);
  assert.equal(await site.metric(openSse), MOST);
  const another = await sse(site, site.tokens.user);
  assert.equal(await site.metric(openSse), MOST + 1, "another token has places of its own");
  await leave([...streams, another]);
  await until(async () => await site.metric(openSse) === 0);
});

Deno.test("streams that listen are refused when all workers together have as many as there may be", async () => {
  await using site = await WorkerSite.start({ workers: 2, server: SERVER });
  await site.untilAll();
  const guest = ["pve://guests/101"];
  const atOnce = await Promise.all(Array.from({ length: 3 * MOST }, () => listen(site, guest)));
  assert.equal(statuses(atOnce).filter((status) => status === 200).length, MOST);
  await leave(atOnce);
  await until(async () => {
    const streams = await inTurn(TRIED, () => listen(site, guest));
    await leave(streams);
    return statuses(streams).join() === admitted.join();
  });
});

Deno.test("what a token follows is bounded for all workers together", async () => {
  await using site = await WorkerSite.start({ workers: 2, server: SERVER });
  await site.untilAll();
  const followed = Array.from({ length: 30 }, (_, at) => `pve://guests/${100 + at}`);
  const streams = await inTurn(MOST, () => listen(site, followed));
  const types = streams.map(({ response }) => response.headers.get("content-type"));
  const follow = types.filter((type) => type === "text/event-stream");
  assert.equal(follow.length, 4, "120 resources in all");
  await leave(streams);
});

Deno.test("a worker that breaks leaves no places taken", async () => {
  await using site = await WorkerSite.start({ workers: 2, server: SERVER, start: startBreaking });
  await site.untilAll();
  const before = await inTurn(TRIED, () => listen(site, ["pve://guests/101"]));
  assert.deepEqual(statuses(before), admitted);
  for (const [index, signal] of BREAKS.entries()) {
    site.process.kill(signal);
    await site.process.line(new RegExp(`worker ${index + 1} of 2 broke`));
  }
  await site.untilAll();
  const after = await inTurn(TRIED, () => listen(site, ["pve://guests/101"]));
  assert.deepEqual(statuses(after), admitted);
  await leave([...before, ...after]);
});

Deno.test("sessions of older revisions are bounded together, and one that had to go is made anew", async () => {
  await using site = await WorkerSite.start({ workers: 2 });
  await site.untilAll();
  const sessions = await inTurn(SESSIONS + TRIED, () => openSession(site));
  assert.equal(await site.metric(openHttp), SESSIONS);
  const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
  for (const headers of sessions) assert.equal((await site.post(list, headers)).status, 200);
  assert.equal(await site.metric(openHttp), SESSIONS);
});

Deno.test("sessions that a token opens at one moment are all opened, though more than may be in use", async () => {
  await using site = await WorkerSite.start({ workers: 2 });
  await site.untilAll();
  const opened = await Promise.all(
    Array.from({ length: 4 * SESSIONS }, () => openSession(site)),
  );
  const ids = new Set(opened.map((headers) => headers["mcp-session-id"]));
  assert.equal(ids.size, 4 * SESSIONS);
  assert.ok(!ids.has(""));
  assert.equal(await site.metric(openHttp), SESSIONS);
});
