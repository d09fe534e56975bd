import assert from "node:assert/strict";
import { Site } from "../site.ts";

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
