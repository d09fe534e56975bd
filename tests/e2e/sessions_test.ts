import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { Clock } from "../auth/clock.ts";
import { Site } from "../site.ts";
import { startPair } from "../support/pair.ts";
import { until } from "../support/until.ts";

const LIST = { jsonrpc: "2.0", id: 2, method: "tools/list" };

/** The older SDK's client, whose requests go where `at` points. */
async function connect(site: Site, at: { root: string }, answer = true): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, {
    capabilities: { elicitation: {} },
  });
  client.setRequestHandler(ElicitRequestSchema, () => ({
    action: "accept",
    content: { confirm: answer },
  }));
  const transport = new StreamableHTTPClientTransport(new URL(site.server.url), {
    requestInit: { headers: site.headers() },
    fetch: (url: string | URL, init?: RequestInit) =>
      fetch(String(url).replace(site.root, at.root), init),
  });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  return client;
}

/** Calls a tool in a session and reads the question that comes; the answer will stand in `reader`. */
async function askIn(site: Site, headers: Record<string, string>, params: object) {
  const response = await fetch(site.server.url, {
    method: "POST",
    headers,
    body: JSON.stringify({ jsonrpc: "2.0", id: 3, method: "tools/call", params }),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  const { id, method } = JSON.parse(value.slice(value.indexOf("{")));
  assert.equal(method, "elicitation/create");
  return { id, reader };
}

function answerIn(site: Site, headers: Record<string, string>, id: unknown) {
  const result = { action: "accept", content: { confirm: true } };
  return site.post({ jsonrpc: "2.0", id, result }, headers);
}

async function openSessions(site: Site, door: "http" | "sse"): Promise<number> {
  const metrics = await fetch(`${site.root}/metrics`, { headers: site.headers() });
  const text = await metrics.text();
  return Number(text.match(new RegExp(`open_sessions\\{door="${door}"\\} (\\d+)`))?.[1]);
}

Deno.test("the older client goes on after ten idle minutes, on another instance, after a restart", async () => {
  const clock = new Clock();
  await using pair = await startPair({ now: clock.now, monotonic: clock.monotonic });
  const { first, second } = pair;
  const at = { root: first.root };
  const client = await connect(first, at);
  const nodes = () => client.callTool({ name: "get_nodes", arguments: {} });
  assert.equal((await nodes()).isError ?? false, false);
  clock.advance(600_000);
  await first.openSession();
  assert.equal(await openSessions(first, "http"), 1, "nothing is kept for an idle one");
  assert.equal((await nodes()).isError ?? false, false);
  assert.equal(await openSessions(first, "http"), 2);

  at.root = second.root;
  assert.equal((await nodes()).isError ?? false, false, "the other instance goes on");
  const stopped = await client.callTool({ name: "stop_vm", arguments: { vmid: 100 } });
  assert.equal(stopped.isError ?? false, false, "and knows what the client can do");
  const rows = await second.trail.list({ tool: "stop_vm" });
  assert.deepEqual(rows.map((row) => row.outcome), ["ok", "asked"]);

  await second.server.shutdown();
  await using restarted = await pair.start("linus");
  at.root = restarted.root;
  clock.advance(29 * 86_400_000);
  assert.equal((await nodes()).isError ?? false, false, "after a restart it goes on too");
  clock.advance(86_400_000);
  await assert.rejects(nodes(), /Session not found/);
  await client.close();
});

Deno.test("only its own token can use a session's id, and DELETE ends it on every instance", async () => {
  await using pair = await startPair();
  const { first, second } = pair;
  const session = await first.openSession();
  const id = session["mcp-session-id"]!;
  assert.match(id, /^[\w-]{100,4096}$/);
  assert.doesNotMatch(atob(id.replaceAll("-", "+").replaceAll("_", "/")), /tokenId|elicitation/);
  const status = async (site: Site, headers: Record<string, string>) =>
    (await site.post(LIST, headers)).status;
  assert.equal(await status(second, session), 200);
  const forged = `${id.startsWith("A") ? "B" : "A"}${id.slice(1)}`;
  for (const wrong of ["unknown", `${id}A`, forged, id.slice(0, -4), "A".repeat(9_000)]) {
    assert.equal(await status(second, { ...session, "mcp-session-id": wrong }), 404, wrong);
  }
  for (const other of [first.tokens.user, second.tokens.admin]) {
    assert.equal(await status(second, { ...session, ...first.headers(other) }), 404);
    const refused = await fetch(first.server.url, {
      method: "DELETE",
      headers: { ...session, ...first.headers(other) },
    });
    await refused.body?.cancel();
    assert.equal(refused.status, 404);
  }
  assert.equal(await status(first, session), 200);
  const stream = await fetch(second.server.url, { headers: session });
  assert.equal(stream.headers.get("content-type"), "text/event-stream");
  const ended = await fetch(first.server.url, { method: "DELETE", headers: session });
  assert.equal(ended.status, 200);
  assert.deepEqual([await status(first, session), await status(second, session)], [404, 404]);
  assert.equal((await stream.body!.getReader().read()).done, true, "its streams end");
  const again = await fetch(first.server.url, { method: "DELETE", headers: session });
  await again.body?.cancel();
  assert.equal(again.status, 404);
});

Deno.test("a token holds 50 live sessions; one with a call under way and another token's stay", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const other = await fetch(site.server.url, {
    headers: { ...await site.openSession(), ...site.headers() },
  });
  const reader = other.body!.getReader();
  const busy = await site.openSession(site.tokens.write);
  const call = site.post({
    jsonrpc: "2.0",
    id: 3,
    method: "tools/call",
    params: { name: "start_vm", arguments: { vmid: 101 } },
  }, busy);
  await until(() => site.fake.requests.some(({ path }) => /101\/status\/start$/.test(path)));
  const asking = await site.openSession(site.tokens.write, { elicitation: {} });
  const { id, reader: answered } = await askIn(site, asking, {
    name: "execute_vm_command",
    arguments: { vmid: 100, command: ["true"] },
  });
  const idle = await site.openSession(site.tokens.write);
  const idleStream = (await fetch(site.server.url, { headers: idle })).body!.getReader();
  for (let n = 0; n < 48; n++) await site.openSession(site.tokens.write);
  assert.equal(await openSessions(site, "http"), 51);
  assert.equal((await idleStream.read()).done, true, "the idle one has made room");
  const refused = await fetch(site.server.url, { headers: idle });
  await refused.body?.cancel();
  assert.equal(refused.status, 405, "a stream alone takes nobody's place");
  assert.equal((await site.post(LIST, idle)).status, 200, "but a request does");
  assert.equal((await answerIn(site, asking, id)).status, 202);
  assert.match((await answered.read()).value ?? "", /"exit_code":0/);
  site.fake.finishTasks();
  assert.match((await call).text, /"exit_status":"OK"/);
  await site.server.shutdown();
  assert.equal((await reader.read()).done, true, "another token's was open until the end");
});

Deno.test("a token holds 10 SSE streams; while calls are under way in all of them more are refused", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const open = async (token: string) => {
    const response = await fetch(`${site.server.url}/sse`, { headers: site.headers(token) });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const endpoint = (await reader.read()).value?.match(/data: (\S+)/)?.[1] ?? "";
    return { status: response.status, reader, url: `${site.root}${endpoint}` };
  };
  const stranger = await open(site.tokens.user);
  const first = await open(site.tokens.admin);
  const others = [];
  for (let n = 0; n < 10; n++) others.push(await open(site.tokens.admin));
  assert.equal((await first.reader.read()).done, true, "the longest idle one makes room");
  assert.equal(await openSessions(site, "sse"), 11);
  for (const [n, { url }] of others.entries()) {
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: n,
      method: "tools/call",
      params: { name: "start_vm", arguments: { vmid: 101 } },
    });
    await fetch(url, { method: "POST", headers: site.headers(), body });
  }
  const refused = await fetch(`${site.server.url}/sse`, { headers: site.headers() });
  assert.equal(refused.status, 429);
  await refused.body?.cancel();
  assert.equal(await openSessions(site, "sse"), 11);
  site.fake.finishTasks();
  for (const { reader } of [...others, stranger]) await reader.cancel();
});

Deno.test("an answer that comes to another instance than its question is told so, and counts for none", async () => {
  await using pair = await startPair();
  const { first, second } = pair;
  const session = await first.openSession(first.tokens.admin, { elicitation: {} });
  const stop = { name: "stop_vm", arguments: { vmid: 100 } };
  const here = await askIn(first, session, stop);
  const there = await askIn(second, session, stop);
  assert.equal((await answerIn(second, session, here.id)).status, 400);
  assert.equal((await answerIn(second, session, 0)).status, 400);
  assert.ok(second.fake.requests.every(({ method }) => method === "GET"));
  assert.equal((await answerIn(second, session, there.id)).status, 202);
  assert.match((await there.reader.read()).value ?? "", /"exit_status/);
  await here.reader.cancel();
});
