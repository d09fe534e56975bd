import assert from "node:assert/strict";
import { type Role, Site } from "../site.ts";

Deno.test("refusals come in Turkish to those who ask for it", async () => {
  await using site = await Site.start();
  const turkish = { "accept-language": "tr-TR,tr;q=0.9", "content-type": "application/json" };
  const refused = await site.post({ method: "tools/list" }, turkish);
  assert.equal(
    refused.json.error.message,
    "Kimlik doğrulama gerekli. Geçerli bir token sağlayın.",
  );
  const denied = await site.post(
    { method: "tools/call", params: { name: "stop_vm", arguments: { vmid: 100 } } },
    { ...site.headers(site.tokens.user), ...turkish },
  );
  assert.equal(
    denied.json.result.content[0].text,
    "Bu işlem için gerekli yetkilere (admin) sahip değilsiniz.",
  );
});

Deno.test("a read token of a superuser stays read", async () => {
  await using site = await Site.start();
  const answer = await site.call("start_vm", { vmid: 101 }, { role: "user" });
  assert.equal(answer.code, "forbidden");
});

Deno.test("read-only mode beats the allow-list, and deny takes a tool away", async () => {
  await using site = await Site.start({
    config: {
      tools: { read_only: true, allow: ["start_vm", "get_vms", "get_nodes"], deny: ["get_nodes"] },
    },
  });
  const listed = await site.post({ method: "tools/list" });
  assert.deepEqual(listed.json.result.tools.map((tool: { name: string }) => tool.name), [
    "get_vms",
  ]);
  for (const name of ["start_vm", "get_nodes", "health"]) {
    const answer = await site.call(name, { vmid: 101 });
    assert.equal(answer.code, "forbidden", name);
    assert.match(answer.text, /switched off/);
  }
});

Deno.test("tools.scopes says who may call a tool, in lists, calls and rows", async () => {
  await using site = await Site.start({
    config: { tools: { scopes: { rollback_snapshot: "write", get_nodes: "admin" } } },
  });
  const listed = async (role: Role) => {
    const { json } = await site.post({ method: "tools/list" }, site.headers(site.tokens[role]));
    const names: string[] = json.result.tools.map((tool: { name: string }) => tool.name);
    return ["get_nodes", "rollback_snapshot", "delete_snapshot"].filter((name) =>
      names.includes(name)
    );
  };
  assert.deepEqual(await listed("user"), []);
  assert.deepEqual(await listed("write"), ["rollback_snapshot"]);
  assert.deepEqual(await listed("admin"), ["get_nodes", "rollback_snapshot", "delete_snapshot"]);
  const args = { vmid: 100, name: "before1" };
  await site.call("create_snapshot", args, { role: "write" });
  const rolled = await site.call("rollback_snapshot", args, { role: "write" });
  assert.equal(rolled.value?.exit_status, "OK", rolled.text);
  const refused = await site.call("get_nodes", {}, { role: "write" });
  assert.match(refused.text, /required scope \(admin\)/);
  const [nodes, rollback] = await site.trail.list({ limit: 2 });
  assert.deepEqual([nodes?.scope, nodes?.outcome], ["admin", "denied"]);
  assert.deepEqual([rollback?.tool, rollback?.scope], ["rollback_snapshot", "write"]);
});

Deno.test("a foreign Host or Origin is refused before authentication", async () => {
  await using site = await Site.start({
    config: { server: { allowed_origins: ["https://console.example"] } },
  });
  const { hostname, port } = new URL(site.root);
  const status = async (host: string, origin?: string): Promise<number> => {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const lines = [
      "GET /healthz HTTP/1.1",
      `Host: ${host}`,
      ...(origin === undefined ? [] : [`Origin: ${origin}`]),
      "Connection: close",
      "",
      "",
    ];
    await connection.write(new TextEncoder().encode(lines.join("\r\n")));
    const text = await new Response(connection.readable).text();
    return Number(text.match(/^HTTP\/1\.1 (\d+)/)?.[1]);
  };
  assert.equal(await status(`127.0.0.1:${port}`), 200);
  assert.equal(await status(`localhost:${port}`), 200);
  assert.equal(await status("evil.example"), 403);
  assert.equal(await status(`127.0.0.1:${port}`, `http://127.0.0.1:${port}`), 200);
  assert.equal(await status(`127.0.0.1:${port}`, "https://console.example"), 200);
  for (const origin of ["https://evil.example", "null", "https://console.example.evil.example"]) {
    assert.equal(await status(`127.0.0.1:${port}`, origin), 403, origin);
  }
});

Deno.test("rates are limited per token and failed logins per address", async () => {
  await using site = await Site.start({
    config: { server: { rate_limit: { requests_per_minute: 3, failed_logins_per_minute: 2 } } },
  });
  const list = (token: string) => site.post({ method: "tools/list" }, site.headers(token));
  for (let i = 0; i < 3; i++) assert.equal((await list(site.tokens.user)).status, 200);
  const limited = await list(site.tokens.user);
  assert.equal(limited.status, 429);
  assert.ok(Number(limited.headers.get("retry-after")) >= 1);
  assert.equal((await list(site.tokens.admin)).status, 200, "another token has its own budget");
  assert.equal((await list("wrong")).status, 401);
  assert.equal((await list("wronger")).status, 401);
  assert.equal((await list("wrongest")).status, 429);
});

Deno.test("whoever guesses from all addresses of an IPv6 network is one", async () => {
  const rate_limit = { requests_per_minute: 0, failed_logins_per_minute: 2 };
  const trusted_proxies = ["127.0.0.1"];
  await using site = await Site.start({ config: { server: { rate_limit, trusted_proxies } } });
  const guess = async (address: string) => {
    const headers = { authorization: `Bearer from-${address}`, "x-forwarded-for": address };
    const response = await fetch(site.server.url, { headers });
    await response.body?.cancel();
    return response.status;
  };
  const statuses = [];
  for (let host = 1; host <= 4; host++) statuses.push(await guess(`2001:db8::1:${host}`));
  assert.deepEqual(statuses, [401, 401, 429, 429]);
  assert.equal(await guess("2001:db8:0:1::1"), 401, "another network");
});

Deno.test("a lock-out is for who guesses: not for good tokens, repeated ones, or other paths", async () => {
  await using site = await Site.start({
    config: { server: { rate_limit: { requests_per_minute: 0, failed_logins_per_minute: 2 } } },
  });
  const status = async (path: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${site.root}${path}`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  for (let probe = 0; probe < 5; probe++) {
    assert.equal(await status("/.well-known/oauth-protected-resource/mcp", "stale"), 404);
    assert.equal(await status("/register", `other-${probe}`), 404);
    assert.equal(await status("/mcp", "stale"), 401);
    assert.equal(await status("/mcp"), 401);
  }
  assert.ok(!site.lines.some((line) => /Login failed.*well-known/.test(line)));
  assert.equal(await status("/mcp", "guess"), 401);
  for (let again = 0; again < 3; again++) assert.equal(await status("/mcp", "guess-2"), 429);
  assert.equal(await status("/mcp"), 401, "who shows no token is told to");
  assert.equal((await site.post({ method: "ping" })).status, 200, "a good token passes");
  const told = site.lines.filter((line) => line.includes("Locked out"));
  assert.equal(told.length, 1, told.join("\n"));
  assert.match(told[0] ?? "", /Locked out for 60 seconds.*server\.trusted_proxies.*127\.0\.0\.1/);
});

Deno.test("answers are kept by nobody and taken for nothing else", async () => {
  await using site = await Site.start();
  const answers = [
    await fetch(`${site.root}/healthz`),
    await fetch(`${site.root}/nothing`),
    await fetch(site.server.url, { method: "POST" }),
    await fetch(site.server.url, {
      method: "POST",
      headers: site.headers(),
      body: '{"method":"ping"}',
    }),
  ];
  assert.deepEqual(answers.map(({ status }) => status), [200, 404, 401, 200]);
  for (const { body, headers } of answers) {
    await body?.cancel();
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  }
});

Deno.test("requests without a good token leave ten short lines a second at most", async () => {
  await using site = await Site.start();
  const path = `/mcp/sse?${"x".repeat(3_000)}`;
  const before = site.lines.length;
  await fetch(`${site.server.url}/sse/${"y".repeat(3_000)}`).then(({ body }) => body?.cancel());
  assert.equal(site.lines.length, before, "what is no route is not told");
  for (let count = 0; count < 40; count++) {
    await fetch(`${site.root}${path}`).then(({ body }) => body?.cancel());
  }
  await site.server.shutdown();
  const failed = site.lines.filter((line) => line.includes("Login failed"));
  const left = site.lines.filter((line) => line.includes("more lines about requests without"));
  const counted = left.map((line) => Number(/Left out (\d+) more/.exec(line)?.[1]));
  assert.equal(failed.length + counted.reduce((sum, count) => sum + count, 0), 40);
  assert.ok(failed.length < 40, "some are left out");
});

Deno.test("metrics are told to any token", async () => {
  await using site = await Site.start();
  await site.call("get_nodes");
  const response = await fetch(`${site.root}/metrics`, { headers: site.headers(site.tokens.user) });
  assert.equal(response.status, 200);
  assert.match(
    await response.text(),
    /proxmox_mcp_tool_calls_total\{tool="get_nodes",outcome="ok"\} 1/,
  );
});

Deno.test("a browser is refused with a page that is the same for everybody and tells nothing", async () => {
  const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  await using site = await Site.start();
  const get = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(`${site.root}${path}`, { headers });
    return { response, status: response.status, text: await response.text() };
  };
  const english = await get("/", { accept, "accept-language": "en-GB" });
  const turkish = await get("/", { accept, "accept-language": "tr-TR,tr;q=0.9" });
  assert.deepEqual([english.status, turkish.status], [404, 404]);
  assert.match(english.text, /<html lang="en">[^]*<h1>This is an MCP server<\/h1>/);
  assert.match(turkish.text, /<html lang="tr">[^]*<h1>Bu bir MCP sunucusudur<\/h1>/);
  for (const path of ["/mcp", "/mcp/"]) {
    const refused = await get(path, { accept, "accept-language": "en" });
    assert.equal(refused.status, 401);
    assert.match(refused.response.headers.get("www-authenticate") ?? "", /^Bearer /);
    assert.equal(refused.text, english.text);
  }
  const { headers } = english.response;
  assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(headers.get("cache-control"), "no-store");
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /^default-src 'none'; style-src 'sha256-/);
  const [, style = ""] = /<style>([^]*)<\/style>/.exec(english.text) ?? [];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  assert.ok(policy.includes(`'sha256-${new Uint8Array(digest).toBase64()}'`), policy);
  for (const { text } of [english, turkish]) {
    assert.doesNotMatch(text, /<script|style=|\bon\w+=|src=|127\.0\.0\.1|\d+\.\d+\.\d+|8006/);
    for (const entry of ["mcpServers", '"servers"', "claude mcp add", "curl -X POST", "docs"]) {
      assert.ok(text.includes(entry), entry);
    }
  }
  const failures = site.lines.filter((line) => line.includes("Login failed")).length;
  assert.equal(failures, 2, "who is refused on the MCP path is counted as ever");
  const others: [string, Record<string, string>, number][] = [
    ["/", {}, 404],
    ["/nothing", { accept }, 404],
    ["/mcp", { accept: "text/event-stream" }, 401],
    ["/mcp", { accept, authorization: "Bearer wrong" }, 401],
    ["/metrics", { accept }, 401],
    ["/mcp/sse", { accept }, 401],
  ];
  for (const [path, given, status] of others) {
    const answer = await get(path, given);
    assert.equal(answer.status, status, path);
    assert.equal(JSON.parse(answer.text).jsonrpc, "2.0", path);
  }
});
