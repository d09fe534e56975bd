import assert from "node:assert/strict";
import { nearest } from "../../lib/nearest.ts";
import { Site } from "../site.ts";
import { until } from "../support/until.ts";

const call = (name: string, args?: unknown, more: Record<string, unknown> = {}) => ({
  jsonrpc: "2.0",
  method: "tools/call",
  params: { name, ...(args === undefined ? {} : { arguments: args }) },
  ...more,
});

Deno.test("nearest does not compare words that nobody mistypes", () => {
  assert.equal(nearest("get_vmz", ["get_vms"]), "get_vms");
  assert.equal(nearest("a".repeat(101), ["a".repeat(102)]), null);
});

Deno.test("wrong arguments by the thousand are told in short", async () => {
  await using site = await Site.start();
  const many = Object.fromEntries(Array.from({ length: 1_900 }, (_, at) => [`k${at}`, at]));
  const long = { ["k".repeat(50_000)]: 1 };
  const deep = JSON.parse(`{"limit":${'{"a":'.repeat(50)}1${"}".repeat(50)}}`);
  for (const args of [many, long, deep]) {
    const { code, text } = await site.call("get_vms", args);
    assert.equal(code, "invalid", text.slice(0, 300));
    assert.ok(text.length < 1_000, `${text.length} characters`);
    const [row] = await site.trail.list({ limit: 1 });
    assert.equal(row?.outcome, "invalid");
    assert.ok(row.arguments.length <= 4_096);
  }
});

Deno.test("names that every object has are no tools, arguments or methods", async () => {
  await using site = await Site.start();
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const { json } = await site.post(call(name, {}, { id: 1 }));
    assert.equal(json.error.code, -32602, name);
    const [row] = await site.trail.list({ limit: 1 });
    assert.deepEqual([row?.tool, row?.outcome], [name, "invalid"]);
    assert.equal((await site.post({ method: name })).json.error.code, -32601, name);
  }
  await site.post(
    '{"method":"tools/call","params":{"name":"get_vms","arguments":{"__proto__":{"limit":1}}}}',
  );
  assert.equal(({} as Record<string, unknown>).limit, undefined);
  const { code } = await site.call("get_vms", { constructor: { limit: 1 } });
  assert.equal(code, "invalid");
});

Deno.test("arguments that are no object are refused", async () => {
  await using site = await Site.start();
  for (const args of [[1], "x", 3, null]) {
    assert.equal((await site.post(call("get_vms", args, { id: 1 }))).json.error.code, -32602);
  }
  assert.equal(site.fake.requests.length, 0);
});

Deno.test("a batch is answered as one, and each of its calls is audited", async () => {
  await using site = await Site.start();
  const batch = [
    call("get_nodes", {}, { id: 1 }),
    call("start_vm", { vmid: 101 }, { id: 1 }),
    call("nosuch", {}, { id: "two" }),
    { jsonrpc: "2.0", method: "notifications/initialized" },
  ];
  for (const more of [{}, { accept: "application/json, text/event-stream" }]) {
    const headers = { ...site.headers(site.tokens.user), ...more };
    const { status, json } = await site.post(batch, headers);
    assert.equal(status, 200);
    assert.deepEqual(json.map((answer: { id: unknown }) => answer.id), [1, 1, "two"]);
    assert.equal(json[0].result.structuredContent.total, 3);
    assert.equal(json[1].result._meta.code, "forbidden");
    assert.equal(json[2].error.code, -32602);
    const rows = await site.trail.list({ limit: 3 });
    assert.deepEqual(rows.map((row) => `${row.tool} ${row.outcome}`).sort(), [
      "get_nodes ok",
      "nosuch invalid",
      "start_vm denied",
    ]);
  }
  assert.equal((await site.post(batch.slice(3))).status, 202);
  assert.equal((await site.post([1, 2])).json.error.code, -32600);
  const rows = (await site.trail.list({})).length;
  const long = await site.post(Array.from({ length: 21 }, () => batch[0]));
  assert.deepEqual([long.status, long.json.error.code], [400, -32600]);
  const refused = await site.trail.list({ outcome: "denied" });
  assert.deepEqual(
    [refused.length, refused[0]?.error],
    [22, "Cannot call get_nodes: Invalid request: a batch holds at most 20 messages"],
  );
  assert.equal((await site.post(batch, { "content-type": "application/json" })).status, 401);
  assert.equal((await site.trail.list({})).length, rows + 20);
});

Deno.test("each call of a batch counts against the rate", async () => {
  await using site = await Site.start({
    config: { server: { rate_limit: { requests_per_minute: 5, failed_logins_per_minute: 0 } } },
  });
  const batch = [1, 2, 3, 4].map((id) => call("get_nodes", {}, { id }));
  assert.equal((await site.post(batch)).status, 200);
  assert.equal((await site.post(batch)).status, 429);
});

Deno.test("20 calls of a token may be under way; everything else goes on meanwhile", async () => {
  await using site = await Site.start({ config: { server: { shutdown_seconds: 0 } } });
  site.fake.fault({ path: /pve1\/status$/ }, { kind: "hang" }, { times: 100 });
  const slow = call("get_node_status", { node: "pve1" }, { id: 1 });
  const refusals: unknown[] = [];
  const asked = Array.from(
    { length: 25 },
    () => site.post(slow).then((answer) => refusals.push(answer), () => {}),
  );
  await until(() => refusals.length === 5);
  await until(() => site.fake.requests.length === 1);
  const refused = await site.post(call("get_nodes", {}, { id: 2 }));
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  assert.equal((await site.post([call("get_nodes", {}, { id: 2 })])).status, 429, "in a batch");
  assert.equal((await site.post({ method: "ping" })).status, 200);
  assert.equal((await site.post({ method: "notifications/cancelled" })).status, 202);
  assert.equal((await site.call("get_nodes", {}, { role: "user" })).isError, false);
  await site.server.shutdown();
  await Promise.all(asked);
});

Deno.test("a token whose reads of a node hang leaves room there for another one's", async () => {
  const config = { server: { shutdown_seconds: 0 } };
  await using site = await Site.start({ config, pve: { guests: 90 } });
  site.fake.fault({ path: /\/firewall\// }, { kind: "hang" }, { times: 100 });
  // Equal ones would be one request.
  const guests = [...site.fake.state.guests.values()].filter(({ node }) => node === "pve1");
  const asked = guests.slice(0, 20).map(({ vmid }) =>
    site.post(call("get_firewall_rules", { vmid }, { id: 1 })).catch(() => {})
  );
  const hanging = () => site.fake.requests.filter(({ path }) => path.includes("/firewall/")).length;
  await until(() => hanging() === 24);
  const other = await site.call("get_node_status", { node: "pve1" }, { role: "user" });
  assert.equal(other.isError, false, other.text);
  assert.equal(hanging(), 24);
  await site.server.shutdown();
  await Promise.all(asked);
});

Deno.test("other methods than GET, POST and DELETE are not allowed; HEAD opens no stream", async () => {
  await using site = await Site.start();
  for (const method of ["PUT", "PATCH", "OPTIONS", "HEAD"]) {
    const response = await fetch(site.server.url, { method, headers: site.headers() });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get("allow"), "POST");
    await response.body?.cancel();
  }
  const head = await fetch(`${site.server.url}/sse`, { method: "HEAD", headers: site.headers() });
  assert.equal(head.status, 200);
  const metrics = await fetch(`${site.root}/metrics`, { headers: site.headers() });
  assert.match(await metrics.text(), /proxmox_mcp_open_sessions\{door="sse"\} 0/);
});

Deno.test("headers of any kind make no failure", async () => {
  await using site = await Site.start();
  const { hostname, port } = new URL(site.root);
  const ask = async (...lines: string[]): Promise<string> => {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const text = [...lines, "Connection: close", "", ""].join("\r\n");
    await connection.write(new TextEncoder().encode(text));
    return (await new Response(connection.readable).text()).split("\r\n")[0] ?? "";
  };
  const cases: [string[], number][] = [
    [["GET /healthz HTTP/1.1", "Host: [::1]:80"], 200],
    [["GET /healthz HTTP/1.1", "Host:"], 403],
    [["GET /healthz HTTP/1.1", "Host: localhost@evil.example"], 403],
    [["GET /healthz HTTP/1.1", "Host: localhost", "Host: evil.example"], 400],
    [
      ["GET /healthz HTTP/1.1", "Host: localhost", `Accept-Language: ${"tr;q=..,".repeat(500)}`],
      200,
    ],
    [["GET /metrics HTTP/1.1", "Host: localhost", "Accept-Language: tr-\u00fc;q=-1,*;q=9"], 401],
    [["GET /healthz/../metrics HTTP/1.1", "Host: localhost"], 404],
    [["GET //metrics HTTP/1.1", "Host: localhost"], 404],
    [["GET http://localhost/healthz HTTP/1.1", "Host: localhost"], 200],
    [["GET http://evil.example/healthz HTTP/1.1", "Host: localhost"], 403],
    [["GET metrics HTTP/1.1", "Host: localhost"], 400],
    [["TRACE /healthz HTTP/1.1", "Host: localhost"], 404],
    [["GET /mcp HTTP/1.1", "Host: localhost", "Authorization: Bearer a b"], 401],
  ];
  for (const [lines, status] of cases) {
    assert.match(await ask(...lines), new RegExp(`^HTTP/1\\.1 ${status} `), lines.join(" | "));
  }
  assert.ok(!site.lines.some((line) => line.includes("Request failed")));
});

Deno.test("a body whose declared length is over the limit is refused unread", async () => {
  await using site = await Site.start();
  const { hostname, port } = new URL(site.root);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const head = [
    "POST /mcp HTTP/1.1",
    "Host: localhost",
    `Authorization: Bearer ${site.tokens.admin}`,
    "Content-Type: application/json",
    `Content-Length: ${1024 ** 3}`,
    "",
    "",
  ];
  await connection.write(new TextEncoder().encode(head.join("\r\n")));
  const answer = new Uint8Array(1024);
  const read = await connection.read(answer);
  assert.match(new TextDecoder().decode(answer.subarray(0, read ?? 0)), /^HTTP\/1\.1 413 /);
});

Deno.test("unfinished bodies of a token hold no more than eight bodies may", async () => {
  await using site = await Site.start({ config: { server: { max_body_bytes: 1024 } } });
  const { hostname, port } = new URL(site.root);
  const head = [
    "POST /mcp HTTP/1.1",
    "Host: localhost",
    `Authorization: Bearer ${site.tokens.admin}`,
    "Content-Type: application/json",
    "Content-Length: 1024",
    ...["", " ".repeat(1000)],
  ];
  const unfinished: Deno.Conn[] = [];
  for (let count = 0; count < 8; count++) {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(head.join("\r\n")));
    unfinished.push(connection);
  }
  const whole = JSON.stringify({ method: "ping" }).padEnd(1000);
  await until(async () => (await site.post(whole)).status === 429);
  assert.equal((await site.post(whole, site.headers(site.tokens.user))).status, 200);
  assert.equal((await site.post({ method: "ping" })).status, 200, "small ones go on");
  for (const connection of unfinished) connection.close();
  await until(async () => (await site.post(whole)).status === 200);
});

Deno.test("readyz asks Proxmox once a second, however often it is called", async () => {
  let passed = 0;
  await using site = await Site.start({ monotonic: () => passed });
  const ask = () => fetch(`${site.root}/readyz`).then((response) => response.json());
  await Promise.all([ask(), ask(), ask()]);
  await ask();
  assert.equal(site.fake.requests.length, 1);
  passed += 1_000;
  await ask();
  assert.equal(site.fake.requests.length, 2);
});

Deno.test("readyz is about the database too", async () => {
  await using site = await Site.start();
  site.database.all = () => Promise.reject(new Error("away"));
  const response = await fetch(`${site.root}/readyz`);
  assert.deepEqual([response.status, await response.json()], [503, {
    status: "unavailable",
    database: "unavailable",
    proxmox: "ok",
  }]);
});

Deno.test("metrics count calls by their outcome, unknown tools under one name", async () => {
  await using site = await Site.start();
  await site.call("start_vm", { vmid: 101 }, { role: "user" });
  await site.call("get_vm_usage", { vmid: 999 });
  await site.call("get_vm_usage", { vmid: 1 });
  await site.call("no_such_tool");
  const metrics = await fetch(`${site.root}/metrics`, { headers: site.headers() });
  const text = await metrics.text();
  for (
    const [tool, outcome] of [
      ["start_vm", "denied"],
      ["get_vm_usage", "error"],
      ["get_vm_usage", "invalid"],
      ["unknown", "invalid"],
    ]
  ) {
    const line = `proxmox_mcp_tool_calls_total{tool="${tool}",outcome="${outcome}"} 1`;
    assert.ok(text.includes(line), line);
  }
});

Deno.test("an answer over 1 MiB is refused, not sent", async () => {
  await using site = await Site.start();
  const rows = Array.from({ length: 400 }, (_, at) => ({
    type: "qemu",
    id: `qemu/${at + 100}`,
    vmid: at + 100,
    node: "pve1",
    status: "running",
    name: "x".repeat(4_000),
  }));
  site.fake.fault({ path: /^\/cluster\/resources$/ }, {
    kind: "body",
    body: JSON.stringify({ data: rows }),
  });
  const { code, text } = await site.call("get_vms", { limit: 500 });
  assert.equal(code, "invalid");
  assert.match(text, /larger than 1 MiB; ask for less at once/);
});

Deno.test("after a change its guest alone is looked up anew", async () => {
  const now = new Date();
  await using site = await Site.start({ now: () => now });
  const lookups = () =>
    site.fake.requests.filter(({ path }) => path === "/cluster/resources").length;
  await site.call("get_vm_usage", { vmid: 100 });
  await site.call("update_vm", { vmid: 101, description: "x" });
  assert.equal(lookups(), 1);
  await site.call("get_vm_usage", { vmid: 101 });
  assert.equal(lookups(), 1);
  const status = "/nodes/pve1/qemu/101/status/current";
  assert.ok(site.fake.requests.some(({ path }) => path === status));
});
