import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { metaOf } from "../support/meta.ts";
import {
  AUDIENCE,
  AYSE,
  PUBLIC_URL,
  startProvided,
  startProvidedSite,
} from "../support/provided_site.ts";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const METADATA = `resource_metadata="${PUBLIC_URL}${WELL_KNOWN}/mcp"`;
const STEP_UP = (scope: string) =>
  `Bearer realm="proxmox-mcp", error="insufficient_scope", scope="${scope}", ${METADATA}`;

Deno.test("the documents name the authorization server, to pages of any site too", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  for (const path of [WELL_KNOWN, `${WELL_KNOWN}/mcp`]) {
    const response = await fetch(`${site.root}${path}`, {
      headers: { origin: "http://localhost:6274", authorization: "Bearer wrong" },
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), "*");
    assert.deepEqual(await response.json(), {
      resource: AUDIENCE,
      authorization_servers: [provider.issuer],
      scopes_supported: ["user", "write", "admin"],
      bearer_methods_supported: ["header"],
      resource_name: "Proxmox VE",
    });
    const asked = await fetch(`${site.root}${path}`, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:6274",
        "access-control-request-method": "GET",
        "access-control-request-headers": "mcp-protocol-version",
      },
    });
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get("access-control-allow-headers"), "mcp-protocol-version");
    await asked.body?.cancel();
  }
  const metrics = await (await fetch(`${site.root}/metrics`, { headers: site.headers() })).text();
  assert.match(metrics, /failed_logins\w*(\{\})? 0/);
});

Deno.test("with a server of its own the document names that, and another path another document", async () => {
  const server = { public_url: PUBLIC_URL, path: "/pve/mcp", oauth: { own: true } };
  await using site = await Site.start({ config: { server } });
  const { resource, authorization_servers } =
    await (await fetch(`${site.root}${WELL_KNOWN}/pve/mcp`)).json();
  assert.deepEqual([resource, authorization_servers], [`${PUBLIC_URL}/pve/mcp`, [PUBLIC_URL]]);
  const other = await fetch(`${site.root}${WELL_KNOWN}/mcp`);
  assert.equal(other.status, 404);
  await other.body?.cancel();
});

Deno.test("without OAuth nothing of it is served, and the challenge is the plain one", async () => {
  await using site = await Site.start();
  for (const path of [WELL_KNOWN, `${WELL_KNOWN}/mcp`]) {
    const response = await fetch(`${site.root}${path}`, { headers: site.headers("x.y.z") });
    assert.equal(response.status, 404);
    assert.equal((await response.json()).error.message, `Nothing is served at ${path}: use /mcp`);
  }
  for (const headers of [site.headers("eyJhbGciOiJub25lIn0.e30."), {}]) {
    const { status, headers: told } = await site.post({ method: "tools/list" }, headers);
    assert.deepEqual([status, told.get("www-authenticate")], [401, 'Bearer realm="proxmox-mcp"']);
  }
});

Deno.test("every door tells the same challenge, with the error where a token was given", async () => {
  await using all = await startProvided();
  const { site } = all;
  const doors: [method: string, path: string][] = [
    ["POST", "/mcp"],
    ["GET", "/mcp"],
    ["GET", "/mcp/sse"],
    ["POST", "/mcp/sse/messages?session_id=x"],
    ["POST", "/api/get_nodes"],
    ["GET", "/openapi.json"],
    ["GET", "/metrics"],
  ];
  for (const [method, path] of doors) {
    for (const authorization of [null, "Bearer wrong"]) {
      const response = await fetch(`${site.root}${path}`, {
        method,
        headers: authorization === null ? {} : { authorization },
      });
      await response.body?.cancel();
      const error = authorization === null ? "" : 'error="invalid_token", ';
      assert.deepEqual([response.status, response.headers.get("www-authenticate")], [
        401,
        `Bearer realm="proxmox-mcp", ${error}scope="user write admin", ${METADATA}`,
      ], `${method} ${path}`);
    }
  }
});

Deno.test("a page of another origin may read the challenge", async () => {
  const origin = "https://assistant.example";
  await using all = await startProvided({ server: { allowed_origins: [origin] } });
  const response = await fetch(all.site.url, { method: "POST", headers: { origin } });
  await response.body?.cancel();
  assert.match(response.headers.get("access-control-expose-headers") ?? "", /WWW-Authenticate/);
});

Deno.test("a call above the token's scope is told by status at every door, and audited", async (t) => {
  await using all = await startProvided();
  const { site, provider } = all;
  const { access_token: token } = await provider.signIn(AYSE, { scope: "openid user" });
  const headers = site.headers(token);
  const call = { method: "tools/call", params: { name: "stop_vm", arguments: { vmid: 100 } } };
  const rpc = { jsonrpc: "2.0", id: 7, ...call };
  const meta = metaOf();
  const accept = "application/json, text/event-stream";
  const sse = await fetch(`${site.url}/sse`, { headers });
  const reader = sse.body!.pipeThrough(new TextDecoderStream()).getReader();
  const endpoint = /data: (\S+)/.exec((await reader.read()).value ?? "")?.[1] ?? "";
  const post = async (url: string, body: unknown, more: Record<string, string> = {}) => {
    const init = { method: "POST", headers: { ...headers, ...more }, body: JSON.stringify(body) };
    const response = await fetch(url, init);
    return { response, json: await response.json() };
  };
  const doors: Record<string, [door: string, id: unknown, answer: ReturnType<typeof post>]> = {
    curl: ["curl", null, post(site.url, call)],
    "2026-07-28": [
      "mcp",
      7,
      post(site.url, { ...rpc, params: { ...rpc.params, _meta: meta } }, {
        accept,
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "stop_vm",
      }),
    ],
    "a session": ["mcp", 7, post(site.url, rpc, await site.openSession(token))],
    SSE: ["sse", 7, post(`${site.root}${endpoint}`, rpc)],
    "another tool's door": [
      "curl",
      null,
      post(site.url, {
        method: "tools/call",
        params: { name: "call_tool", arguments: { name: "stop_vm", arguments: { vmid: 100 } } },
      }),
    ],
    REST: ["rest", undefined, post(`${site.root}/api/stop_vm`, { vmid: 100 })],
  };
  for (const [name, [door, id, answer]] of Object.entries(doors)) {
    await t.step(name, async () => {
      const { response, json } = await answer;
      assert.equal(response.status, 403);
      assert.equal(response.headers.get("www-authenticate"), STEP_UP("admin"));
      const message = "You do not have the required scope (admin) for this operation.";
      if (door === "rest") {
        assert.deepEqual([json.detail, json.code, json.status], [message, "forbidden", 403]);
      } else {
        assert.deepEqual(json, { jsonrpc: "2.0", id, error: { code: -32000, message } });
      }
    });
  }
  await reader.cancel();
  const rows = await site.trail.list({ tool: "stop_vm" });
  assert.deepEqual(
    rows.map(({ door, outcome, user, vmid }) => [door, outcome, user, vmid]).toSorted(),
    Object.values(doors).map(([door]) => [door, "denied", "ayse", 100]).toSorted(),
  );
  assert.equal(site.fake.requests.some(({ method }) => method === "POST"), false);
});

Deno.test("by hand, in a batch and above the role a refusal is told by the result alone", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const call = { method: "tools/call", params: { name: "stop_vm", arguments: { vmid: 100 } } };
  const { access_token } = await provider.signIn(AYSE, { scope: "openid user" });
  const byHand = await site.post(call, site.headers(site.tokens.user));
  assert.deepEqual([byHand.status, byHand.json.result.isError], [200, true]);
  const rpc = { jsonrpc: "2.0", id: 1, ...call };
  const batch = await site.post([rpc], site.headers(access_token));
  assert.deepEqual([batch.status, batch.json[0].result.isError], [200, true]);
  const reader = { subject: "s-3", username: "veli", groups: ["pve-readers"] };
  const { access_token: readers } = await provider.signIn(reader, { scope: "openid user" });
  const above = await site.post(call, site.headers(readers));
  assert.deepEqual([above.status, above.json.result.isError], [200, true]);
  for (const { headers } of [byHand, batch, above]) {
    assert.equal(headers.get("www-authenticate"), null);
  }
  const unknown = await site.post(
    { method: "tools/call", params: { name: "no_tool" } },
    site.headers(access_token),
  );
  assert.equal(unknown.status, 200);
  const rows = await site.trail.list({ tool: "stop_vm" });
  assert.deepEqual(rows.map(({ outcome }) => outcome), ["denied", "denied", "denied"]);
});

Deno.test("a client that asks for more is given more", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const call = async (scope: string) => {
    const { access_token } = await provider.signIn(AYSE, { scope });
    const body = { method: "tools/call", params: { name: "start_vm", arguments: { vmid: 101 } } };
    return await site.post(body, site.headers(access_token));
  };
  const refused = await call("openid user");
  assert.equal(refused.headers.get("www-authenticate"), STEP_UP("write"));
  const done = await call("openid user write");
  assert.deepEqual([done.status, done.json.result.isError], [200, undefined]);
});

Deno.test("an audience of another name is the only one taken", async () => {
  await using all = await startProvided();
  const { provider } = all;
  await using site = await startProvidedSite(provider, { oauth: { audience: "proxmox" } });
  const claims = { sub: AYSE.subject, preferred_username: "ayse", groups: ["pve-admins"] };
  const statusFor = async (aud: string) => {
    const token = await provider.sign({ ...claims, aud });
    return (await site.post({ method: "tools/list" }, site.headers(token))).status;
  };
  assert.deepEqual([await statusFor("proxmox"), await statusFor(AUDIENCE)], [200, 401]);
});
