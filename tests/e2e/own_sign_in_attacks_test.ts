import assert from "node:assert/strict";
import { OwnSeals } from "../../lib/oauth/own_seals.ts";
import { sharedKeysOf } from "../../lib/database/secret.ts";
import type { Site } from "../site.ts";
import { until } from "../support/until.ts";
import { createAuthenticatedToken } from "../tokens.ts";
import {
  ask,
  authorizeUrl,
  challengeOf,
  letIn,
  redeem,
  register,
  renew,
  signedIn,
  startOwn,
  statusOf,
  type Told,
  VERIFIER,
} from "../support/own_sign_in.ts";

/** Refused with this error, which the log tells of. */
function assertRefused(site: Site, told: Told, error: string, line: RegExp): void {
  assert.deepEqual([told.status, told.json().error], [
    error === "invalid_client" ? 401 : 400,
    error,
  ], told.text);
  assert.match(site.lines.join("\n"), line);
}

Deno.test("a code that comes twice ends what it gave", async () => {
  await using site = await startOwn();
  const { clientId, code, access, refresh, row } = await signedIn(site);
  assert.equal(await statusOf(site, access), 200);
  const again = await redeem(site, { clientId, code });
  assertRefused(site, again, "invalid_grant", /misused: a code came twice/);
  assert.equal(await statusOf(site, access), 401);
  assert.equal((await renew(site, { clientId, refresh })).status, 400);
  const [misuse] = await site.trail.list({ tool: "sign_in", outcome: "denied" });
  assert.deepEqual([misuse?.tokenId, misuse?.user], [row.id, "ada"]);
  assert.match(misuse?.error ?? "", /a code came twice/);
});

Deno.test("a refresh token that comes twice ends the sign-in, for thief and owner", async () => {
  await using site = await startOwn();
  const { clientId, access, refresh, row } = await signedIn(site);
  const renewed = (await renew(site, { clientId, refresh })).json();
  const again = await renew(site, { clientId, refresh });
  assertRefused(site, again, "invalid_grant", /misused: a refresh token came twice/);
  for (const token of [access, renewed.access_token]) {
    assert.equal(await statusOf(site, token), 401);
  }
  const owner = await renew(site, { clientId, refresh: renewed.refresh_token });
  assertRefused(site, owner, "invalid_grant", /the sign-in is over/);
  const [misuse] = await site.trail.list({ tool: "sign_in", outcome: "denied" });
  assert.deepEqual([misuse?.tokenId, /refresh token came twice/.test(misuse?.error ?? "")], [
    row.id,
    true,
  ]);
});

Deno.test("of many that come with one refresh token at once, at most one gets something", async () => {
  await using site = await startOwn();
  const { clientId, refresh } = await signedIn(site);
  const told = await Promise.all(
    Array.from({ length: 8 }, () => renew(site, { clientId, refresh })),
  );
  const good = told.filter(({ status }) => status === 200);
  assert.ok(good.length <= 1, String(good.length));
  for (const { json } of good) assert.equal(await statusOf(site, json().access_token), 401);
});

Deno.test("what does not fit a code gets nothing, and leaves the code to its owner", async (t) => {
  await using site = await startOwn();
  const { clientId, code } = await letIn(site);
  const other = await register(site, { client_name: "Other" });
  const cases: [string, Record<string, string | null>, string, RegExp][] = [
    ["a wrong verifier", { code_verifier: "w".repeat(43) }, "invalid_grant", /code_verifier/],
    ["no verifier", { code_verifier: null }, "invalid_grant", /code_verifier/],
    ["the challenge itself", { code_verifier: challengeOf(VERIFIER) }, "invalid_grant", /verifier/],
    ["another redirect", { redirect_uri: "http://127.0.0.1:7778/x" }, "invalid_grant", /redirect_/],
    ["no redirect", { redirect_uri: null }, "invalid_grant", /redirect_uri is not/],
    ["another client", { client_id: other }, "invalid_grant", /it is another client's/],
    ["no client", { client_id: null }, "invalid_grant", /it is another client's/],
    ["another resource", { resource: "https://other.example/mcp" }, "invalid_target", /resource/],
    ["another grant", { grant_type: "password" }, "unsupported_grant_type", /grant_type must/],
    ["a made-up code", { code: `${code}A` }, "invalid_grant", /unknown code/],
    [
      "a refresh token as code",
      { code: code.replace("pmcpo_", "pmcpr_") },
      "invalid_grant",
      /unkn/,
    ],
  ];
  for (const [name, changes, error, line] of cases) {
    await t.step(name, async () => {
      assertRefused(site, await redeem(site, { clientId, code, ...changes }), error, line);
    });
  }
  await t.step("misuse of a known grant is in the trail", async () => {
    const rows = await site.trail.list({ tool: "sign_in", outcome: "denied" });
    assert.equal(rows.length, 5);
  });
  assert.equal((await redeem(site, { clientId, code })).status, 200);
});

Deno.test("what does not fit a refresh token gets nothing, and ends nothing", async (t) => {
  await using site = await startOwn();
  const { clientId, access, refresh } = await signedIn(site, { choice: { scope: "write" } });
  const other = await register(site, { client_name: "Other" });
  const cases: [string, Record<string, string>, string, RegExp][] = [
    ["more scope", { scope: "admin" }, "invalid_scope", /scope admin was not granted/],
    ["another client", { client_id: other }, "invalid_grant", /it is another client's/],
    ["another resource", { resource: "https://other.example" }, "invalid_target", /resource must/],
    ["an access token", { refresh_token: access }, "invalid_grant", /unknown refresh token/],
    ["a made-up one", { refresh_token: "pmcpr_x" }, "invalid_grant", /unknown refresh token/],
  ];
  for (const [name, changes, error, line] of cases) {
    await t.step(name, async () => {
      assertRefused(site, await renew(site, { clientId, refresh, ...changes }), error, line);
    });
  }
  await t.step("given twice", async () => {
    const body = `grant_type=authorization_code&code=a&code=b&client_id=x`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const told = await ask(`${site.root}/oauth/token`, { method: "POST", headers, body });
    assertRefused(site, told, "invalid_request", /code is given more than once/);
  });
  assert.equal((await renew(site, { clientId, refresh })).status, 200);
});

Deno.test("code, access token, refresh token and grant end in time", async (t) => {
  const clock = { ahead: 0 };
  await using site = await startOwn({ now: () => new Date(Date.now() + clock.ahead) });
  const late = await letIn(site);
  const { clientId, access, refresh } = await signedIn(site, { choice: { days: "1" } });
  clock.ahead = 121_000;
  await t.step("code", async () => {
    const { clientId, code } = late;
    assertRefused(site, await redeem(site, { clientId, code }), "invalid_grant", /expired/);
    const unused = (await site.store.listTokens()).filter(({ expires }) =>
      expires !== null && expires.getTime() < Date.now() + clock.ahead
    );
    assert.equal(unused.length, 1, "what nobody took up has expired");
  });
  clock.ahead = 601_000;
  await t.step("access token", async () => assert.equal(await statusOf(site, access), 401));
  const next = (await renew(site, { clientId, refresh })).json();
  assert.equal(await statusOf(site, next.access_token), 200);
  clock.ahead = 86_401_000;
  await t.step("refresh token, with the grant", async () => {
    const told = await renew(site, { clientId, refresh: next.refresh_token });
    assertRefused(site, told, "invalid_grant", /expired/);
  });
});

Deno.test("a token's addresses and end hold for what it lets in", async () => {
  await using site = await startOwn();
  const expires = new Date(Date.now() + 3_600_000);
  const token = await createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "admin",
    now: () => new Date(),
    expires,
    allowedIps: "127.0.0.0/8",
  });
  const { row } = await signedIn(site, { token });
  assert.deepEqual([row.allowedIps, row.expires?.getTime()], ["127.0.0.0/8", expires.getTime()]);
});

Deno.test("an access token for another resource, or made by who knows the keys alone, is refused", async (t) => {
  await using site = await startOwn();
  const { row } = await signedIn(site);
  const seals = new OwnSeals(sharedKeysOf(site.database, { fallback: "" }));
  const made = { clientDigest: "x", scope: "admin", expires: Date.now() + 60_000 } as const;
  const resource = site.server.url;
  await t.step("another resource", async () => {
    const token = await seals.access.seal({ ...made, secret: "x", resource: "https://other" });
    assert.equal(await statusOf(site, token), 401);
    assert.match(site.lines.join("\n"), /access token is for https:\/\/other/);
  });
  await t.step("the hash that the database holds", async () => {
    const [held] = await site.database.all(
      `SELECT token_hash FROM auth_application_tokens WHERE id = ${row.id}`,
    );
    const token = await seals.access.seal({ ...made, secret: String(held?.token_hash), resource });
    assert.equal(await statusOf(site, token), 401);
  });
});

Deno.test("guessing codes, tokens and clients counts as guessing tokens does", async (t) => {
  const rate_limit = { requests_per_minute: 0, failed_logins_per_minute: 3 };
  for (const kind of ["code", "refresh", "client", "revoke"]) {
    await t.step(kind, async () => {
      await using site = await startOwn({ config: { server: { rate_limit } } });
      const clientId = await register(site);
      const statuses = [];
      for (let guess = 0; guess < 4; guess++) {
        const wrong = `pmcpx_${guess}`;
        const revoke = { method: "POST", body: new URLSearchParams({ token: wrong }) };
        const told = kind === "code"
          ? await redeem(site, { clientId, code: wrong })
          : kind === "refresh"
          ? await renew(site, { clientId, refresh: wrong })
          : kind === "revoke"
          ? await ask(`${site.root}/oauth/revoke`, revoke)
          : await ask(authorizeUrl(site, wrong));
        statuses.push(told.status);
      }
      assert.equal(statuses[3], 429, statuses.join());
      assert.equal(await statusOf(site, "pmcp_wrong"), 429, "the same limit");
      assert.equal(await statusOf(site, site.tokens.user), 200, "good ones still pass");
    });
  }
});

Deno.test("a client renews no more often than its token may be used", async () => {
  const rate_limit = { requests_per_minute: 5, failed_logins_per_minute: 0 };
  await using site = await startOwn({ config: { server: { rate_limit } } });
  const { clientId, refresh } = await signedIn(site);
  const held = { refresh };
  const statuses = [];
  for (let turn = 0; turn < 5; turn++) {
    const told = await renew(site, { clientId, ...held });
    statuses.push(told.status);
    held.refresh = told.json().refresh_token ?? held.refresh;
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 429]);
});

Deno.test("strangers do not fill the log while the database is away, and are told to come back", async () => {
  const site = await startOwn();
  const file = `${site.folder}/test.db`;
  await Deno.rename(file, `${file}.old`);
  const post = (text: string) => ({ method: "POST", body: new URLSearchParams(text) });
  const asked: [string, RequestInit][] = [
    ["/oauth/authorize?client_id=pmcpc_AAAA", {}],
    ["/oauth/token", post("grant_type=refresh_token&refresh_token=pmcpr_AAAA")],
    ["/oauth/revoke", post("token=pmcpr_AAAA")],
    ["/my-access", {}],
    ["/approve/abc", {}],
  ];
  const times = 10;
  for (const [path, init] of asked) {
    for (let count = 0; count < times; count++) {
      assert.equal((await ask(site.root + path, init)).status, 503, path);
    }
  }
  await Deno.rename(`${file}.old`, file);
  await site[Symbol.asyncDispose]();
  const told = site.lines.filter((line) => / ERROR .*(failed|Cannot show)/.test(line));
  const left = site.lines.map((line) => Number(/Left out (\d+) more/.exec(line)?.[1] ?? 0));
  assert.ok(told.length < times * asked.length, told.join("\n"));
  assert.equal(told.length + left.reduce((sum, each) => sum + each), times * asked.length);
  assert.ok(!told.some((line) => line.includes("stack")), "it is no fault of the program");
});

Deno.test("all clients that a person has let in have 20 calls under way together", async () => {
  await using site = await startOwn({ config: { server: { shutdown_seconds: 0 } } });
  site.fake.fault({ path: /pve1\/status$/ }, { kind: "hang" }, { times: 100 });
  const [one, other] = [await signedIn(site), await signedIn(site)];
  const params = { name: "get_node_status", arguments: { node: "pve1" } };
  const slow = { id: 1, method: "tools/call", params };
  const refusals: boolean[] = [];
  const asked = Array.from(
    { length: 24 },
    (_, at) =>
      site.post(slow, site.headers(at % 2 === 0 ? one.access : other.access))
        // Those that pass at one moment are refused as they begin.
        .then(({ status, json }) => refusals.push(status === 429 || json.result.isError), () => {}),
  );
  await until(() => refusals.length === 4);
  assert.deepEqual(refusals, [true, true, true, true]);
  assert.equal((await site.call("get_nodes")).isError, false, "a token has its own");
  await site.server.shutdown();
  await Promise.all(asked);
});
