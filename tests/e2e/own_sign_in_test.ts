import assert from "node:assert/strict";
import { auth, type OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { SignIns } from "../../lib/auth/sign_ins.ts";
import { Site } from "../site.ts";
import { createLimitedToken } from "../tokens.ts";
import { until } from "../support/until.ts";
import {
  ask,
  authorizeUrl,
  Browser,
  fieldsIn,
  letIn,
  LOOPBACK,
  register,
  renew,
  signedIn,
  startOwn,
  statusOf,
} from "../support/own_sign_in.ts";

Deno.test("without server.oauth nothing of it is there", async () => {
  await using site = await Site.start();
  for (const path of ["/.well-known/oauth-authorization-server", "/oauth/authorize"]) {
    assert.equal((await ask(site.root + path)).status, 404, path);
  }
  const told = await ask(`${site.root}/oauth/token`, { method: "POST", body: "grant_type=x" });
  assert.equal(told.status, 404);
});

Deno.test("the metadata says what is served and nothing else, to pages of any origin", async () => {
  await using site = await startOwn();
  const url = `${site.root}/.well-known/oauth-authorization-server`;
  const told = await ask(url, { headers: { origin: "https://inspector.example" } });
  assert.equal(told.headers.get("access-control-allow-origin"), "*");
  const metadata = told.json();
  assert.equal(metadata.issuer, site.root);
  assert.deepEqual(metadata.code_challenge_methods_supported, ["S256"]);
  assert.deepEqual(metadata.grant_types_supported, ["authorization_code", "refresh_token"]);
  assert.deepEqual(metadata.token_endpoint_auth_methods_supported, ["none"]);
  for (const name of ["authorization", "token", "registration", "revocation"]) {
    assert.match(metadata[`${name}_endpoint`], new RegExp(`^${site.root}/oauth/`));
  }
  const preflight = await ask(metadata.token_endpoint, {
    method: "OPTIONS",
    headers: { origin: "https://inspector.example", "access-control-request-method": "POST" },
  });
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.equal((await ask(`${site.root}/.well-known/openid-configuration`)).status, 404);
});

Deno.test("a client is let in, calls as that person, renews, and is ended", async (t) => {
  await using site = await startOwn();
  const { clientId, access, refresh, rest, row } = await signedIn(site);
  await t.step("what it is given", () => {
    assert.deepEqual(rest, { token_type: "Bearer", expires_in: 600, scope: "user write admin" });
    assert.deepEqual([row.name, row.permission, row.user.username], [
      "Tester (sign-in)",
      "admin",
      "ada",
    ]);
    const days = (row.expires!.getTime() - Date.now()) / 86_400_000;
    assert.ok(days > 89 && days <= 90, String(days));
  });
  await t.step("its calls are the person's, by a token of its own", async () => {
    assert.equal((await site.call("start_vm", { vmid: 101 }, { token: access })).isError, false);
    const [call] = await site.trail.list({ tool: "start_vm" });
    assert.deepEqual([call?.user, call?.tokenId], ["ada", row.id]);
  });
  await t.step("its row says what it came from", async () => {
    const [signIn] = await new SignIns(site.database, site.store).ofUser(row.user.id);
    assert.deepEqual(
      [signIn?.tokenId, signIn?.kind, signIn?.issuer, signIn?.clientName],
      [row.id, "client", site.root, "Tester"],
    );
  });
  await t.step("the trail says who let what in", async () => {
    const [signIn] = await site.trail.list({ tool: "sign_in" });
    assert.deepEqual([signIn?.user, signIn?.tokenId, signIn?.outcome, signIn?.confirmation], [
      "ada",
      row.id,
      "ok",
      "accepted",
    ]);
    const { scope, client_name, verified } = JSON.parse(signIn?.arguments ?? "");
    assert.deepEqual([scope, client_name, verified], ["admin", "Tester", false]);
  });
  let next = refresh;
  await t.step("a refresh token gives new ones", async () => {
    const told = await renew(site, { clientId, refresh, scope: "user" });
    assert.equal(told.status, 200, told.text);
    const { access_token, refresh_token, scope } = told.json();
    assert.equal(scope, "user");
    assert.notEqual(refresh_token, refresh);
    const change = await site.call("stop_vm", { vmid: 100 }, { token: access_token });
    assert.equal(change.isError, true, "the narrower scope holds");
    const wider = await renew(site, { clientId, refresh: refresh_token });
    assert.equal(wider.json().scope, "user write admin", "the grant is not narrowed for good");
    next = wider.json().refresh_token;
  });
  await t.step("the client ends it, with a row", async () => {
    const told = await ask(`${site.root}/oauth/revoke`, {
      method: "POST",
      body: new URLSearchParams({ token: next, client_id: clientId }),
    });
    assert.equal(told.status, 200, told.text);
    assert.equal(await statusOf(site, access), 401);
    assert.equal((await renew(site, { clientId, refresh: next })).json().error, "invalid_grant");
    const [signOut] = await site.trail.list({ tool: "sign_out" });
    assert.deepEqual([signOut?.user, signOut?.tokenId], ["ada", row.id]);
  });
  await t.step("nothing of the tokens is in log or database", async () => {
    const text = JSON.stringify([
      site.lines,
      await site.trail.list({}),
      await site.database.all("SELECT * FROM proxmox_mcp_oauth"),
      await site.database.all("SELECT * FROM proxmox_mcp_sign_in"),
    ]);
    assert.doesNotMatch(text, /pmcp[a-z]?_[\w-]{20}/);
  });
});

Deno.test("revoking the row, disabling the user and narrowing the role are felt at once", async (t) => {
  await using site = await startOwn();
  const run = (statement: string) => site.database.transaction((tx) => tx.all(statement));
  await t.step("an open stream ends when the row is revoked", async () => {
    const { access, refresh, clientId, row } = await signedIn(site);
    const stream = await fetch(`${site.server.url}/sse`, { headers: site.headers(access) });
    const reader = stream.body!.getReader();
    await reader.read();
    await site.store.revokeToken(row.id);
    await until(async () => (await reader.read()).done);
    assert.equal(await statusOf(site, access), 401);
    assert.equal((await renew(site, { clientId, refresh })).status, 400);
  });
  await t.step("role", async () => {
    const { access } = await signedIn(site);
    await run(`UPDATE auth_user SET is_superuser = FALSE WHERE username = 'ada'`);
    const change = await site.call("stop_vm", { vmid: 100 }, { token: access });
    assert.equal(change.isError, true);
    assert.equal(await statusOf(site, access), 200);
    await run(`UPDATE auth_user SET is_active = FALSE WHERE username = 'ada'`);
    assert.equal(await statusOf(site, access), 401);
  });
});

Deno.test("the person lowers scope, reach, approval and time, and they hold", async () => {
  await using site = await startOwn();
  const choice = { scope: "write", vmids: "101", approval: "yes", days: "7" };
  const { access, row, rest } = await signedIn(site, { choice });
  assert.equal(rest.scope, "user write");
  assert.deepEqual([row.permission, row.limits?.vmids, row.limits?.needsApproval], [
    "write",
    [{ from: 101, to: 101 }],
    true,
  ]);
  const days = (row.expires!.getTime() - Date.now()) / 86_400_000;
  assert.ok(days > 6 && days <= 7);
  const { value } = await site.call("start_vm", { vmid: 101 }, { token: access });
  assert.ok(value.approval, "somebody else must approve");
  assert.equal((await site.call("get_vm_status", { vmid: 100 }, { token: access })).isError, true);
});

Deno.test("what a limited person lets in reaches no further, whatever the form says", async () => {
  await using site = await startOwn();
  const token = await createLimitedToken(site.store, {
    pools: ["web"],
    vmids: [{ from: 100, to: 105 }],
    toolsDeny: ["stop_vm"],
    needsApproval: true,
  });
  const { row } = await signedIn(site, { token, choice: { vmids: "", pools: "" } });
  assert.deepEqual(row.limits?.pools, ["web"], "a field left empty lowers nothing");
  assert.deepEqual(row.limits?.vmids, [{ from: 100, to: 105 }]);
  assert.deepEqual(row.limits?.toolsDeny, ["stop_vm"]);
  assert.equal(row.limits?.needsApproval, true);
});

Deno.test("pools within pools, tags with a plus and many names are taken as they are shown", async () => {
  await using site = await startOwn();
  const many = Array.from({ length: 60 }, (_, at) => `pve${at}`);
  const limits = { pools: ["dept/web", "dept/db"], tags: ["c++", "web"], nodes: many };
  const token = await createLimitedToken(site.store, limits);
  const { row: whole } = await signedIn(site, { token });
  assert.deepEqual([whole.limits?.pools, whole.limits?.tags], [limits.pools, limits.tags]);
  assert.deepEqual(whole.limits?.nodes, many);
  const { row } = await signedIn(site, { token, choice: { pools: "dept/db", tags: "c++" } });
  assert.deepEqual([row.limits?.pools, row.limits?.tags], [["dept/db"], ["c++"]]);
});

Deno.test("saying no tells the client so, and makes nothing", async () => {
  await using site = await startOwn();
  const before = (await site.store.listTokens()).length;
  const { back } = await letIn(site, { choice: { do: "deny" } });
  assert.deepEqual(Object.fromEntries(back.searchParams), {
    error: "access_denied",
    state: "s t+a%te&=",
    iss: site.root,
  });
  assert.equal((await site.store.listTokens()).length, before);
  const [row] = await site.trail.list({ tool: "sign_in" });
  assert.deepEqual([row?.user, row?.outcome], ["ada", "denied"]);
});

Deno.test("the page shows who asks, that nobody vouches for the name, and runs nothing", async (t) => {
  await using site = await startOwn();
  const name = "<b>Claude</b>” is verified by “X\u202e\n by Anthropic";
  const clientId = await register(site, { client_name: name });
  const url = authorizeUrl(site, clientId, { scope: "write" });
  const stranger = await ask(url);
  const { pathname, search } = new URL(url);
  assert.deepEqual([stranger.status, stranger.to().pathname, stranger.text], [303, "/sign-in", ""]);
  assert.equal(stranger.to().searchParams.get("next"), pathname + search);
  const browser = new Browser(site);
  const entered = await browser.signIn(url, site.tokens.admin);
  assert.deepEqual([entered.status, entered.to().href], [303, url]);
  const flags = entered.headers.get("set-cookie") ?? "";
  for (const flag of ["HttpOnly", "SameSite=Lax"]) assert.ok(flags.includes(flag));
  assert.ok(!flags.includes(site.tokens.admin));
  const { text, headers } = await browser.see(url);
  await t.step("name", () => {
    assert.match(
      text,
      /“&lt;b&gt;Claude&lt;\/b&gt;(?:&#39;|') is verified by (?:&#39;|')X by Anthropic”/,
    );
    assert.match(text, /nobody has checked it/);
    assert.match(text, /a program on the computer that you are using/);
  });
  await t.step("no more scope than was asked", () => {
    assert.match(text, /value="write" checked/);
    assert.doesNotMatch(text, /value="admin"/);
  });
  await t.step("headers", () => {
    const policy = headers.get("content-security-policy") ?? "";
    for (
      const part of [
        "default-src 'none'",
        "frame-ancestors 'none'",
        `form-action 'self' ${new URL(LOOPBACK).origin}`,
      ]
    ) assert.ok(policy.includes(part), policy);
    assert.doesNotMatch(policy, /unsafe|script/);
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("cache-control"), "no-store");
  });
  await t.step("in Turkish", async () => {
    const { text } = await ask(url, {
      headers: { cookie: browser.cookie, "accept-language": "tr" },
    });
    assert.match(text, /Geri çevir/);
  });
});

Deno.test("a client whose host is listed is known by its document", async () => {
  const id = "https://client.example/oauth/metadata.json";
  const document = {
    client_id: id,
    client_name: "Example Client",
    redirect_uris: ["https://client.example/cb", "http://localhost/callback"],
  };
  const asked: string[] = [];
  await using site = await startOwn({
    clientFetch: (url) => {
      asked.push(url);
      return Promise.resolve(Response.json(document));
    },
  });
  const redirect_uri = "http://localhost:5123/callback";
  const url = authorizeUrl(site, id, { redirect_uri });
  const browser = new Browser(site);
  await browser.signIn(url, site.tokens.admin);
  assert.match((await browser.see(url)).text, /what client\.example says/);
  const told = await browser.decide(url);
  assert.equal(told.to().origin, "http://localhost:5123", "any port of this machine");
  assert.deepEqual(asked, [id], "read once");
  const error = await browser.see(authorizeUrl(site, id, {
    redirect_uri: "https://client.example/cb",
    code_challenge: null,
  }));
  assert.deepEqual(
    [error.status, error.to().host, error.to().searchParams.get("error")],
    [303, "client.example", "invalid_request"],
  );
});

/** The official client's side of a sign-in; the person's clicks are made where it sends the browser. */
class Person implements OAuthClientProvider {
  readonly redirectUrl = LOOPBACK;
  readonly clientMetadata = { client_name: "SDK", redirect_uris: [LOOPBACK] };
  readonly saved: Record<string, unknown> = {};
  code = "";
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  state() {
    return "the state";
  }
  clientInformation() {
    return this.saved.client as never;
  }
  saveClientInformation(client: unknown) {
    this.saved.client = client;
  }
  tokens() {
    return this.saved.tokens as never;
  }
  saveTokens(tokens: unknown) {
    this.saved.tokens = tokens;
  }
  saveCodeVerifier(verifier: string) {
    this.saved.verifier = verifier;
  }
  codeVerifier() {
    return this.saved.verifier as string;
  }
  async redirectToAuthorization(url: URL) {
    const browser = new Browser(this.#site);
    await browser.signIn(url.href, this.#site.tokens.admin);
    const told = await browser.decide(url.href, { scope: "user" });
    assert.equal(told.to().searchParams.get("state"), "the state");
    this.code = told.to().searchParams.get("code") ?? "";
  }
}

Deno.test("the official client finds everything by itself, signs in, renews and calls", async () => {
  const clock = { ahead: 0 };
  await using site = await startOwn({ now: () => new Date(Date.now() + clock.ahead) });
  const person = new Person(site);
  const serverUrl = site.server.url;
  assert.equal(await auth(person, { serverUrl }), "REDIRECT");
  const authorizationCode = person.code;
  assert.equal(await auth(person, { serverUrl, authorizationCode }), "AUTHORIZED");
  const first = person.saved.tokens;
  clock.ahead = 601_000;
  const client = new Client({ name: "sdk", version: "1" });
  const options = { authProvider: person };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(serverUrl), options) as never,
  );
  assert.notDeepEqual(person.saved.tokens, first, "the first access token had expired");
  const { tools } = await client.listTools();
  assert.ok(tools.length > 10);
  await client.close();
});

Deno.test("an access token that has expired is no guess", async () => {
  const clock = { ahead: 0 };
  const rate_limit = { requests_per_minute: 0, failed_logins_per_minute: 2 };
  await using site = await startOwn({
    now: () => new Date(Date.now() + clock.ahead),
    config: { server: { rate_limit } },
  });
  const held = [];
  for (let client = 0; client < 4; client++) held.push(await signedIn(site));
  clock.ahead = 601_000;
  for (const { access } of held) assert.equal(await statusOf(site, access), 401);
  assert.match(site.lines.join("\n"), /Login failed: access token expired/);
});

Deno.test("the form as it is shown holds every field", async () => {
  await using site = await startOwn();
  const clientId = await register(site);
  const url = authorizeUrl(site, clientId);
  const browser = new Browser(site);
  await browser.signIn(url, site.tokens.admin);
  const fields = fieldsIn((await browser.see(url)).text);
  assert.deepEqual(
    Object.keys(fields).toSorted(),
    ["csrf", "days", "nodes", "pools", "request", "scope", "tags", "vmids"],
  );
  assert.deepEqual([fields.scope, fields.days], ["admin", "90"]);
});
