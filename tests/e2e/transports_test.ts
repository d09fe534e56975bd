import assert from "node:assert/strict";
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { Site } from "../site.ts";

const ME = { name: "test", version: "1" };

Deno.test("the newer client lists and calls tools, in both eras", async () => {
  await using site = await Site.start();
  for (const mode of ["auto", "legacy"] as const) {
    const client = new ModernClient(ME, { versionNegotiation: { mode } });
    const transport = new ModernTransport(new URL(site.server.url), {
      requestInit: { headers: site.headers() },
    });
    await client.connect(transport);
    try {
      assert.equal(
        client.getNegotiatedProtocolVersion(),
        mode === "auto" ? "2026-07-28" : "2025-11-25",
      );
      const listed = await client.listTools();
      assert.deepEqual(listed.tools.map((tool) => tool.name), TOOLS.map((tool) => tool.name));
      const result = await client.callTool({ name: "get_nodes", arguments: {} });
      const { nodes } = result.structuredContent as { nodes: unknown[] };
      assert.equal(nodes.length, 3);
      assert.deepEqual(JSON.parse(textOf(result)), result.structuredContent);
    } finally {
      await client.close();
    }
  }
});

Deno.test("the older client lists and calls tools over Streamable HTTP and over SSE", async () => {
  await using site = await Site.start();
  const requestInit = { headers: site.headers() };
  const url = new URL(site.server.url);
  const sse = new SSEClientTransport(new URL(`${url}/sse`), {
    requestInit,
    eventSourceInit: {
      fetch: (input: string | URL, init: RequestInit) =>
        fetch(input, { ...init, headers: { ...init.headers, ...site.headers() } }),
    },
  });
  for (const transport of [new StreamableHTTPClientTransport(url, { requestInit }), sse]) {
    const client = new Client(ME);
    // The SDK's own transports do not fit its Transport type under exactOptionalPropertyTypes.
    await client.connect(transport as Parameters<Client["connect"]>[0]);
    try {
      const listed = await client.listTools();
      assert.equal(listed.tools.length, TOOLS.length);
      const result = await client.callTool({ name: "get_vms", arguments: { limit: 1 } });
      assert.deepEqual(JSON.parse(textOf(result)), result.structuredContent);
    } finally {
      await client.close();
    }
  }
});

Deno.test("progress shows what is not seen as escapes", async () => {
  await using site = await Site.start({ pve: { taskPolls: 3 } });
  const volume = site.fake.state.volumes.find(({ content }) => content === "iso");
  assert.ok(volume);
  const volid = `${volume.storage}:iso/a\u202eb\u{e0041}.iso`;
  volume.volid = volid;
  const client = new ModernClient(ME, { versionNegotiation: { mode: "auto" } });
  await client.connect(
    new ModernTransport(new URL(site.server.url), { requestInit: { headers: site.headers() } }),
  );
  const told: unknown[] = [];
  const result = await client.callTool({ name: "delete_volume", arguments: { volid } }, {
    onprogress: ({ message }) => void told.push(message),
  });
  await client.close();
  assert.equal(result.isError ?? false, false, textOf(result));
  assert.match(String(told[0]), /^delete volume \w+:iso\/a\\u202eb\\udb40\\udc41\.iso: task runs$/);
});

Deno.test("initialize serves each older revision that a client asks for", async () => {
  await using site = await Site.start();
  for (const protocolVersion of ["2025-11-25", "2025-06-18", "2025-03-26"]) {
    const { status, json } = await site.post({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion, capabilities: {}, clientInfo: ME },
    });
    assert.equal(status, 200);
    assert.equal(json.result.protocolVersion, protocolVersion);
    assert.equal(json.result.serverInfo.name, "proxmox-mcp");
  }
});

Deno.test("plain requests need neither jsonrpc nor id", async () => {
  await using site = await Site.start();
  const { status, headers, json } = await site.post({ method: "tools/list" });
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^application\/json/);
  assert.equal(json.jsonrpc, "2.0");
  assert.equal(json.id, null);
  assert.equal(json.result.tools.length, TOOLS.length);
  for (const id of [7, "seven"]) {
    const called = await site.post({ id, method: "tools/call", params: { name: "health" } });
    assert.equal(called.json.id, id);
    assert.equal(called.json.result.structuredContent.status, "ok");
  }
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

Deno.test("GET and DELETE without a session are not allowed; an unknown session is not found", async () => {
  await using site = await Site.start();
  for (const method of ["GET", "DELETE"]) {
    const response = await fetch(site.server.url, { method, headers: site.headers() });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "POST");
    await response.body?.cancel();
  }
  const body = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const headers = { ...site.headers(), "mcp-session-id": "unknown" };
  assert.equal((await site.post(body, headers)).status, 404);
});

Deno.test("a session belongs to the token that opened it", async () => {
  await using site = await Site.start();
  const session = await site.openSession();
  const body = { jsonrpc: "2.0", id: 2, method: "tools/list" };
  assert.equal((await site.post(body, session)).status, 200);
  const other = { ...session, ...site.headers(site.tokens.user) };
  assert.equal((await site.post(body, other)).status, 404);
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

function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content[0]?.text ?? "";
}
