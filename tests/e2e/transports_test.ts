import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { connectClient } from "../support/official_client.ts";

Deno.test("progress shows what is not seen as escapes", async () => {
  await using site = await Site.start({ pve: { taskPolls: 3 } });
  const volume = site.fake.state.volumes.find(({ content }) => content === "iso");
  assert.ok(volume);
  const volid = `${volume.storage}:iso/a\u202eb\u{e0041}.iso`;
  volume.volid = volid;
  const client = await connectClient(site);
  const told: unknown[] = [];
  const result = await client.callTool({ name: "delete_volume", arguments: { volid } }, {
    onprogress: ({ message }) => void told.push(message),
  });
  await client.close();
  assert.equal(result.isError ?? false, false, JSON.stringify(result.content));
  assert.match(String(told[0]), /^delete volume \w+:iso\/a\\u202eb\\udb40\\udc41\.iso: task runs$/);
});

Deno.test("a request that is none is refused with its JSON-RPC code", async () => {
  await using site = await Site.start({ config: { server: { max_body_bytes: 1024 } } });
  const cases: [string, Record<string, string>, number, number][] = [
    ["{", {}, 400, -32700],
    ["", {}, 400, -32700],
    ["3", {}, 400, -32600],
    ["[]", {}, 400, -32600],
    ['{"x":1}', {}, 400, -32600],
    ['{"method":7}', {}, 400, -32600],
    ['{"method":"tools/list"}', { "content-type": "text/plain" }, 415, -32000],
    [JSON.stringify({ method: "x".repeat(2000) }), {}, 413, -32000],
    ['{"method":"nothing/here"}', {}, 200, -32601],
    ['{"method":"tools/call","params":{"name":"no_such_tool"}}', {}, 200, -32602],
    ['{"method":"tools/call"}', {}, 200, -32602],
    ['{"method":"tools/call","params":{"name":7}}', {}, 200, -32602],
    ['{"method":"tools/call","params":{"name":"health","arguments":[]}}', {}, 200, -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":"health"}', {}, 200, -32602],
  ];
  for (const [body, headers, status, code] of cases) {
    const answer = await site.post(body, { ...site.headers(), ...headers });
    assert.equal(answer.status, status, body.slice(0, 60));
    assert.equal(answer.json.error.code, code, body.slice(0, 60));
    assert.doesNotMatch(answer.json.error.message, /\n/, "one line");
  }
});

Deno.test("requests without a session know nothing of one another, though their ids are the same", async () => {
  await using site = await Site.start({ config: { tools: { confirm: "always" } } });
  const { admin, user } = site.tokens;
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const ask = async (token: string) => (await site.post(list, site.headers(token))).json;
  const [all, few, again] = await Promise.all([ask(admin), ask(user), ask(admin)]);
  assert.deepEqual([all.id, few.id], [1, 1]);
  assert.ok(all.result.tools.length > few.result.tools.length);
  assert.deepEqual(again, all);
  const capabilities = { elicitation: { form: {} } };
  const clientInfo = { name: "other", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities, clientInfo };
  await site.post({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  const refused = await site.call("stop_vm", { vmid: 100 });
  assert.match(refused.text, /a person must confirm it/, "what another declared counts for nobody");
});

Deno.test("params that fit no schema of MCP are told in one line, not in the schema's words", async () => {
  await using site = await Site.start();
  const session = await site.openSession();
  const requests = [
    { method: "initialize" },
    { method: "initialize", params: { protocolVersion: 7, capabilities: [], clientInfo: {} } },
    { method: "tools/list", params: { cursor: 7 } },
  ];
  for (const request of requests) {
    for (const headers of [site.headers(), session]) {
      const { text } = await site.post({ jsonrpc: "2.0", id: 1, ...request }, headers);
      const { error } = JSON.parse(text.slice(text.indexOf("{")));
      assert.equal(error.code, -32602, text);
      assert.match(error.message, /^Invalid params: [^\n]*$/);
    }
  }
});

Deno.test("a body over the limit is refused though it names no length", async () => {
  await using site = await Site.start({ config: { server: { max_body_bytes: 1024 } } });
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(512).fill(32)),
  });
  const response = await fetch(site.server.url, {
    method: "POST",
    headers: site.headers(),
    body: endless,
  }).catch(() => undefined);
  // Closing the connection before the endless body ends is as good an answer as 413.
  assert.ok(response === undefined || response.status === 413);
  await response?.body?.cancel();
  assert.equal((await site.post({ method: "tools/list" })).status, 200);
});

Deno.test("every answer bears an X-Request-Id of the server's own", async () => {
  await using site = await Site.start();
  const given = "0123456789";
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { ...site.headers(), ...init.headers, "x-request-id": given };
    const response = await fetch(`${site.root}${path}`, { ...init, headers });
    await response.body?.cancel();
    return [response.status, response.headers.get("x-request-id") ?? ""] as const;
  };
  const call = { method: "tools/call", params: { name: "get_nodes", arguments: {} } };
  const answers = [
    await ask("/healthz"),
    await ask("/metrics"),
    await ask("/nothing"),
    await ask("/mcp"),
    await ask("/mcp", { headers: { authorization: "Bearer wrong" } }),
    await ask("/mcp", { headers: { origin: "https://evil.example" } }),
    await ask("/mcp/sse"),
    await ask("/mcp", { method: "POST", body: "{" }),
    await ask("/mcp", { method: "POST", body: JSON.stringify(call) }),
  ];
  assert.deepEqual(answers.map(([status]) => status), [
    200,
    200,
    404,
    405,
    401,
    403,
    200,
    400,
    200,
  ]);
  const ids = answers.map(([, id]) => id);
  for (const id of ids) assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(new Set(ids).size, ids.length);
  const [row] = await site.trail.list({ limit: 1 });
  assert.equal(row?.requestId, ids.at(-1));
});

Deno.test("events ask a proxy not to keep them, as nginx does with all of a stream over HTTP/1.0", async () => {
  await using site = await Site.start();
  const buffering = async (url: string, init: RequestInit) => {
    const response = await fetch(url, init);
    await response.body?.cancel();
    return response.headers.get("x-accel-buffering");
  };
  const post = (headers: HeadersInit) =>
    buffering(site.server.url, {
      method: "POST",
      headers,
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });
  assert.equal(await buffering(`${site.server.url}/sse`, { headers: site.headers() }), "no");
  assert.equal(await post(await site.openSession()), "no");
  assert.equal(await post(site.headers()), null);
});

Deno.test("an SSE session belongs to its token, and revoking the token closes it", async () => {
  await using site = await Site.start();
  const stream = await fetch(`${site.server.url}/sse`, { headers: site.headers(site.tokens.user) });
  assert.equal(stream.headers.get("content-type"), "text/event-stream");
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader.read()).value ?? "";
  const endpoint = first.match(
    /^event: endpoint\ndata: (\/mcp\/sse\/messages\?session_id=[\w-]+)\n\n$/,
  )?.[1];
  assert.ok(endpoint, first);
  const send = (token: string) =>
    fetch(`${site.root}${endpoint}`, {
      method: "POST",
      headers: site.headers(token),
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
    }).then(async (response) => [response.status, await response.text()]);
  assert.equal((await send(site.tokens.admin))[0], 404);
  assert.deepEqual(await send(site.tokens.user), [202, "Accepted"]);
  assert.match((await reader.read()).value ?? "", /^event: message\ndata: \{.*"id":1.*\}\n\n$/);
  const [token] = (await site.store.listTokens()).filter((row) => row.permission === "read");
  await site.store.revokeToken(token!.id);
  assert.equal((await reader.read()).done, true);
});

Deno.test("another path moves every transport below it", async () => {
  await using site = await Site.start({ config: { server: { path: "/mcp-x798631" } } });
  assert.match(site.server.url, /\/mcp-x798631$/);
  assert.equal((await site.post({ method: "tools/list" })).status, 200);
  const stream = await fetch(`${site.server.url}/sse`, { headers: site.headers() });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await reader.read()).value ?? "", /data: \/mcp-x798631\/sse\/messages/);
  await reader.cancel();
  const old = await fetch(`${site.root}/mcp`, { method: "POST", headers: site.headers() });
  assert.equal(old.status, 404);
  await old.body?.cancel();
});
