import assert from "node:assert/strict";
import type { ServerOptions } from "../../lib/parts.ts";
import { startServer } from "../../lib/server.ts";
import { createAuthenticatedToken, createLimitedToken } from "../tokens.ts";
import {
  ask,
  authorizeUrl,
  Browser,
  fieldsIn,
  LOOPBACK,
  register,
  signedIn,
  startOwn,
  statusOf,
} from "../support/own_sign_in.ts";

Deno.test("nobody is sent where no registered client is", async (t) => {
  await using site = await startOwn();
  const clientId = await register(site, { redirect_uris: ["https://app.example/cb?a=1"] });
  const browser = new Browser(site);
  await browser.signIn(authorizeUrl(site, clientId), site.tokens.admin);
  const targets = [
    ...["https://evil.example/cb", "https://app.example/cb", "https://app.example/cb?a=1&b=2"],
    ...["https://app.example/cb?a=1#x", "https://app.example.evil.example/cb?a=1"],
    ...["https://app.example@evil.example/cb?a=1", "javascript:alert(1)", "//evil.example"],
    ...["HTTPS://app.example/cb?a=1", "https://app.example:444/cb?a=1", ""],
  ];
  for (const redirect_uri of targets) {
    await t.step(redirect_uri || "none", async () => {
      const told = await browser.see(authorizeUrl(site, clientId, { redirect_uri }));
      assert.deepEqual([told.status, told.headers.get("location")], [400, null]);
      assert.doesNotMatch(told.text, /name="request"/);
    });
  }
  await t.step("an unknown client", async () => {
    const told = await browser.see(authorizeUrl(site, `${clientId}A`));
    assert.deepEqual([told.status, told.headers.get("location")], [400, null]);
  });
  await t.step("a faulty request of a client that nobody vouches for stays here", async () => {
    const redirect_uri = "https://app.example/cb?a=1";
    const url = authorizeUrl(site, clientId, { redirect_uri, code_challenge: null });
    const told = await browser.see(url);
    assert.deepEqual([told.status, told.headers.get("location")], [400, null]);
    assert.match(told.text, /PKCE/);
  });
  await t.step("nor from the sign-in", async () => {
    for (const next of ["https://evil.example", "//evil.example/oauth/authorize?"]) {
      const told = await browser.send("/sign-in", { do: "token", token: site.tokens.admin, next });
      assert.deepEqual([told.status, told.to().origin], [303, site.root], next);
    }
  });
  assert.match(site.lines.join("\n"), /Login failed: Cannot sign in: redirect_uri is none/);
});

Deno.test("a faulty request goes back with its state and who answers", async (t) => {
  await using site = await startOwn();
  const clientId = await register(site);
  const cases: [string, Record<string, string | null>, string][] = [
    ["no PKCE", { code_challenge: null, code_challenge_method: null }, "invalid_request"],
    ["plain PKCE", { code_challenge_method: "plain" }, "invalid_request"],
    ["plain by default", { code_challenge_method: null }, "invalid_request"],
    ["a short challenge", { code_challenge: "abc" }, "invalid_request"],
    ["implicit", { response_type: "token" }, "unsupported_response_type"],
    ["a fragment", { response_mode: "fragment" }, "invalid_request"],
    ["a request object", { request: "x.y.z" }, "invalid_request"],
    ["a request by address", { request_uri: "https://evil.example" }, "invalid_request"],
    ["another resource", { resource: "https://other.example/mcp" }, "invalid_target"],
    ["no person", { prompt: "none" }, "interaction_required"],
  ];
  for (const [name, changes, error] of cases) {
    await t.step(name, async () => {
      const told = await ask(authorizeUrl(site, clientId, changes));
      assert.equal(told.status, 303, told.text);
      const { origin, searchParams } = told.to();
      assert.equal(origin, new URL(LOOPBACK).origin);
      assert.deepEqual(
        ["error", "state", "iss"].map((key) => searchParams.get(key)),
        [error, "s t+a%te&=", site.root],
      );
    });
  }
  assert.match(site.lines.join("\n"), /Login failed: Cannot sign in: PKCE with/);
});

Deno.test("only the page's own form decides, once, and grants no more than it offers", async (t) => {
  await using site = await startOwn();
  const token = await createLimitedToken(site.store, {
    pools: ["web"],
    vmids: [{ from: 100, to: 105 }],
  });
  const clientId = await register(site);
  const url = authorizeUrl(site, clientId, { scope: "write" });
  const browser = new Browser(site);
  await browser.signIn(url, token);
  const before = (await site.store.listTokens()).length;
  const shown = fieldsIn((await browser.see(url)).text);
  const good: Record<string, string> = { ...shown, do: "allow" };
  const reader = await createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "read",
    now: () => new Date(),
  });
  const strange = new Browser(site);
  await strange.signIn(url, reader);
  const cases: [string, Record<string, string>, number, { origin?: string | null }?][] = [
    ["another site", good, 403, { origin: "https://evil.example" }],
    ["a hidden origin", good, 403, { origin: "null" }],
    ["no origin", good, 400, { origin: null }],
    ["no csrf token", { ...good, csrf: "" }, 403],
    ["a made-up request", { ...good, request: `${good.request}A` }, 400],
    ["a client's id as request", { ...good, request: clientId }, 400],
    ["more scope than was asked", { ...good, scope: "admin" }, 400],
    ["no scope", { ...good, scope: "root" }, 400],
    ["longer", { ...good, days: "3650" }, 400],
    ["other pools", { ...good, pools: "web, db" }, 400],
    ["other guests", { ...good, vmids: "100-106" }, 400],
    ["no guests", { ...good, vmids: "1" }, 400],
    ["names that are none", { ...good, nodes: "pve1;drop" }, 400],
    ["no choice", { ...good, do: "" }, 400],
  ];
  for (const [name, fields, status, options] of cases) {
    await t.step(name, async () => {
      const told = await browser.send("/oauth/consent", fields, options);
      assert.deepEqual([told.status, told.headers.get("location")], [status, null], told.text);
    });
  }
  await t.step("another person's form", async () => {
    const { csrf = "" } = fieldsIn((await strange.see(url)).text);
    assert.equal((await strange.send("/oauth/consent", good)).status, 403);
    const told = await strange.send("/oauth/consent", { ...good, csrf });
    assert.equal(told.status, 400, "a token that reads grants no more");
  });
  assert.equal((await site.store.listTokens()).length, before + 1, "only the reader's own");
  await t.step("once", async () => {
    assert.equal((await browser.send("/oauth/consent", good)).status, 303);
    assert.equal((await browser.send("/oauth/consent", good)).status, 400);
  });
});

Deno.test("what a client was given lets nobody else in", async () => {
  await using site = await startOwn();
  const { access, refresh, clientId } = await signedIn(site);
  const browser = new Browser(site);
  for (const token of [access, refresh]) {
    const told = await browser.signIn(authorizeUrl(site, clientId), token);
    assert.deepEqual([told.status, told.headers.get("set-cookie")], [401, null]);
  }
  assert.equal(await statusOf(site, refresh), 401, "and a refresh token calls nothing");
});

Deno.test("without tables of its own the server does not start", async () => {
  const options = {
    config: { server: { oauth: { own: true } } },
    database: { ownTables: false },
  } as unknown as ServerOptions;
  await assert.rejects(
    startServer(options),
    /^AppError: Cannot start: server\.oauth needs tables of its own/,
  );
});

Deno.test("registering is bounded and leaves nothing behind", async (t) => {
  await using site = await startOwn();
  const send = (body: string) =>
    ask(`${site.root}/oauth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
  const cases: [string, unknown, string][] = [
    ["javascript", { redirect_uris: ["javascript:alert(1)"] }, "invalid_redirect_uri"],
    [
      "javascript with a host",
      { redirect_uris: ["javascript://x/%0aalert(1)"] },
      "invalid_redirec",
    ],
    ["data", { redirect_uris: ["data:text/html,x"] }, "invalid_redirect_uri"],
    ["a program of the system", { redirect_uris: ["ms-msdt:/id"] }, "invalid_redirect_uri"],
    ["http elsewhere", { redirect_uris: ["http://app.example/cb"] }, "invalid_redirect_uri"],
    ["a fragment", { redirect_uris: ["https://app.example/#x"] }, "invalid_redirect_uri"],
    [
      "a host that browsers take for a path",
      { redirect_uris: ["https:app.example"] },
      "invalid_re",
    ],
    ["three slashes", { redirect_uris: ["https:///app.example/"] }, "invalid_redirect_uri"],
    ["letters of another alphabet", { redirect_uris: ["https://app.example/é"] }, "invalid_redi"],
    [
      "an answer of its own",
      { redirect_uris: ["http://localhost/callback?code=x"] },
      "invalid_redirect_uri",
    ],
    ["a user", { redirect_uris: ["https://a:b@app.example/"] }, "invalid_redirect_uri"],
    ["none", {}, "invalid_redirect_uri"],
    ["many", { redirect_uris: Array(11).fill(LOOPBACK) }, "invalid_redirect_uri"],
    ["no object", [], "invalid_client_metadata"],
    [
      "implicit only",
      { redirect_uris: [LOOPBACK], grant_types: ["implicit"] },
      "invalid_client_me",
    ],
    ["huge", { redirect_uris: [LOOPBACK], x: "x".repeat(9_000) }, "invalid_client_metadata"],
  ];
  for (const [name, metadata, error] of cases) {
    await t.step(name, async () => {
      const told = await send(JSON.stringify(metadata));
      assert.equal(told.status, 400, told.text);
      assert.match(told.json().error, new RegExp(`^${error}`));
    });
  }
  await t.step("a program's own scheme is none of these", async () => {
    for (const uri of ["cursor://anysphere.cursor-mcp/oauth/callback", "com.example.app:/cb"]) {
      const told = await send(JSON.stringify({ redirect_uris: [uri] }));
      assert.equal(told.status, 201, told.text);
    }
  });
  await t.step("a flood", async () => {
    const body = JSON.stringify({ redirect_uris: [LOOPBACK] });
    const tables = () =>
      Promise.all(
        ["oauth", "sign_in", "spent"].map((table) =>
          site.database.all(`SELECT count(*) AS count FROM proxmox_mcp_${table}`)
        ),
      );
    const before = await tables();
    const told = await Promise.all(Array.from({ length: 80 }, () => send(body)));
    const last = told.filter(({ status }) => status === 429);
    assert.ok(last.length >= 20, String(last.length));
    assert.ok(Number(last[0]?.headers.get("retry-after")) > 0);
    assert.deepEqual(await tables(), before);
    assert.equal((await ask(authorizeUrl(site, "x"))).status, 429, "the page too");
  });
});

Deno.test("a document is read only where the config says, and only as far as it may be", async (t) => {
  const id = "https://client.example/app";
  const good = { client_id: id, redirect_uris: [LOOPBACK], client_name: "x" };
  const visit = async (clientId: string, answer: () => Promise<Response>) => {
    const asked: RequestInit[] = [];
    await using site = await startOwn({
      clientFetch: (_, init) => {
        asked.push(init);
        return answer();
      },
    });
    const told = await ask(authorizeUrl(site, clientId));
    const again = await ask(authorizeUrl(site, clientId));
    assert.equal(again.status, told.status);
    return { told, asked, lines: site.lines.join("\n") };
  };
  const json = (value: unknown) => () => Promise.resolve(Response.json(value));
  await t.step("a host that is not listed is not asked, and the key is named", async () => {
    const { told, asked } = await visit("https://evil.example/app", json(good));
    assert.deepEqual([told.status, asked.length], [400, 0]);
    assert.match(told.text, /evil\.example is not in server\.oauth\.client_hosts/);
  });
  for (
    const odd of [
      ...["https://client.example:444/app", "https://client.example/", "http://client.example/app"],
      ...["https://a@client.example/app", "https://client.example/app#x", "https://127.0.0.1/app"],
      ...["https://client.example/../app", `https://client.example/${"x".repeat(300)}`],
    ]
  ) {
    await t.step(odd.slice(0, 40), async () => {
      const { told, asked } = await visit(odd, json({ ...good, client_id: odd }));
      assert.deepEqual([told.status, asked.length], [400, 0]);
    });
  }
  const endless = () =>
    Promise.resolve(
      new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(4_096)) }),
      ),
    );
  const bad: [string, () => Promise<Response>][] = [
    ["huge", json({ ...good, padding: "x".repeat(20_000) })],
    ["endless", endless],
    ["another client's", json({ ...good, client_id: "https://client.example/other" })],
    ["no JSON", () => Promise.resolve(new Response("<html>"))],
    ["null", json(null)],
    ["a redirect", () => Promise.resolve(new Response(null, { status: 302 }))],
    ["missing", () => Promise.resolve(new Response("", { status: 404 }))],
    ["out of reach", () => Promise.reject(new TypeError("no such name"))],
    ["with a bad redirect", json({ ...good, redirect_uris: ["javascript:alert(1)"] })],
  ];
  for (const [name, answer] of bad) {
    await t.step(name, async () => {
      const { told, asked, lines } = await visit(id, answer);
      if (name === "out of reach") assert.match(lines, /could not be read: no such name/);
      assert.deepEqual([told.status, told.headers.get("location")], [400, null]);
      assert.equal(asked.length, 1, "not asked again at once");
      assert.equal(asked[0]?.redirect, "manual");
      assert.ok(asked[0]?.signal);
    });
  }
});
