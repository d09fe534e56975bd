import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { type CryptoKey, exportSPKI, generateKeyPair, importJWK, SignJWT } from "jose";
import { IdentityProvider } from "../support/identity_provider.ts";
import {
  AUDIENCE,
  AYSE,
  startProvided,
  startProvidedSite,
  statusOf,
} from "../support/provided_site.ts";

const now = () => Math.floor(Date.now() / 1000);
const GOOD = { sub: AYSE.subject, preferred_username: "ayse", groups: ["pve-admins"] };

function base64url(value: unknown): string {
  return new TextEncoder().encode(JSON.stringify(value))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

Deno.test("tokens that are not good are refused with one line each, and nothing else is told", async (t) => {
  await using provider = await IdentityProvider.start({ audience: AUDIENCE });
  const sign = provider.sign.bind(provider);
  const { privateKey: stranger } = await generateKeyPair("RS256");
  const spki = await exportSPKI(await importJWK(provider.publicJwk, "RS256") as CryptoKey);
  const claims = { ...GOOD, iss: provider.issuer, aud: AUDIENCE, exp: now() + 600 };
  const good = await sign(GOOD);
  const [header = "", payload = "", signature = ""] = good.split(".");
  const { id_token } = await provider.signIn(AYSE);
  const evil = "http://127.0.0.1:9/evil";
  const attacks: Record<string, [token: string, reason: string]> = {
    "wrong issuer": [await sign({ ...GOOD, iss: "https://evil.example" }), "wrong iss"],
    "issuer with a slash more": [await sign({ ...GOOD, iss: `${provider.issuer}/` }), "wrong iss"],
    "wrong audience": [await sign({ ...GOOD, aud: "https://other.example/mcp" }), "wrong aud"],
    "no audience of ours in a list": [await sign({ ...GOOD, aud: ["a", "b"] }), "wrong aud"],
    "no audience": [await sign({ ...GOOD, aud: [] }), "wrong aud"],
    "expired": [await sign({ ...GOOD, exp: now() - 90 }), "expired"],
    "without an end": [await sign({ ...GOOD, exp: undefined }), "no exp"],
    "not yet valid": [await sign({ ...GOOD, nbf: now() + 90 }), "not valid yet"],
    "without a subject": [await sign({ ...GOOD, sub: undefined }), "no sub"],
    "algorithm none": [
      `${base64url({ alg: "none" })}.${base64url(claims)}.`,
      "its algorithm is not allowed",
    ],
    "HS256 by the public key": [
      await sign(GOOD, { header: { alg: "HS256" }, key: new TextEncoder().encode(spki) }),
      "its algorithm is not allowed",
    ],
    "another's key of the same name": [await sign(GOOD, { key: stranger }), "wrong signature"],
    "another's key beside its own": [
      await sign(GOOD, { header: { jwk: provider.publicJwk }, key: stranger }),
      "wrong signature",
    ],
    "a key that the token says where to fetch": [
      await sign(GOOD, { header: { jku: evil, x5u: evil, kid: "evil" }, key: stranger }),
      "the issuer has no such key",
    ],
    "a key id that is a path": [
      await sign(GOOD, { header: { kid: "../../../../dev/null" }, key: stranger }),
      "the issuer has no such key",
    ],
    "an extension that must be understood": [
      await sign(GOOD, { header: { crit: ["x-test"], "x-test": true } }),
      "it is malformed",
    ],
    "changed claims": [
      `${header}.${base64url({ ...claims, groups: ["pve-admins"] })}.${signature}`,
      "wrong signature",
    ],
    "no claims": [`${header}..${signature}`, "wrong signature"],
    "claims that are no object": [`${header}.${base64url([1])}.${signature}`, "wrong signature"],
    "without a signature": [`${header}.${payload}.`, "wrong signature"],
    "an ID token for us": [
      await sign({ ...GOOD, at_hash: "x" }, { header: { typ: "JWT" } }),
      "it is no access token",
    ],
    "an ID token with a nonce": [
      await sign({ ...GOOD, nonce: "x" }, { header: { typ: undefined } }),
      "it is no access token",
    ],
    "a token that Keycloak calls an ID token": [
      await sign({ ...GOOD, typ: "ID" }, { header: { typ: "JWT" } }),
      "it is no access token",
    ],
    "a logout token": [
      await sign(GOOD, { header: { typ: "logout+jwt" } }),
      "it is a logout+jwt",
    ],
    "the client's ID token": [id_token, "wrong aud"],
    "huge": [await sign({ ...GOOD, padding: "x".repeat(9_000) }), "token too long"],
    "a subject that is no name": [await sign({ ...GOOD, sub: "a\nb" }), "its sub is no name"],
  };
  for (const [name, [token, reason]] of Object.entries(attacks)) {
    await t.step(name, async () => {
      await using site = await startProvidedSite(provider);
      assert.equal(await statusOf(site, good), 200);
      const before = site.lines.length;
      const asked = provider.asked.length;
      const { status, json, headers } = await site.post(
        { method: "tools/list" },
        site.headers(token),
      );
      assert.equal(status, 401);
      assert.equal(json.error.message, "Authentication required. Provide a valid token.");
      assert.match(headers.get("www-authenticate") ?? "", /error="invalid_token"/);
      const lines = site.lines.slice(before);
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.ok(lines[0]?.includes(`Login failed: `) && lines[0].includes(reason), lines[0]);
      assert.ok(!lines[0]?.includes(token.slice(0, 40)), "a token in the log");
      assert.deepEqual(provider.asked.slice(asked), [], "the token made the server ask for keys");
      const rows = await site.trail.list({});
      assert.deepEqual(rows.map(({ tool }) => tool), ["get_nodes", "user_create"]);
    });
  }
});

Deno.test("tokens a minute off by the clock, for several audiences and without a key's name are good", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const sign = provider.sign.bind(provider);
  const tokens = [
    await sign({ ...GOOD, exp: now() - 30 }),
    await sign({ ...GOOD, nbf: now() + 30 }),
    await sign({ ...GOOD, aud: ["account", AUDIENCE] }),
    await sign(GOOD, { header: { kid: undefined } }),
    await sign({ ...GOOD, nonce: "x" }),
    await sign(GOOD, { header: { typ: "JWT" } }),
  ];
  for (const token of tokens) assert.equal(await statusOf(site, token), 200);
});

Deno.test("a new key is fetched once, and a flood of unknown ones does not ask again and again", async () => {
  let time = 0;
  await using all = await startProvided({ monotonic: () => time });
  const { site, provider } = all;
  const keys = () => provider.asked.filter((path) => path === "/jwks").length;
  assert.equal(await statusOf(site, (await provider.signIn(AYSE)).access_token), 200);
  assert.equal(keys(), 1);
  const { privateKey } = await generateKeyPair("RS256");
  const flood = async (from: number) => {
    const tokens = await Promise.all(
      Array.from(
        { length: 20 },
        (_, at) => provider.sign(GOOD, { header: { kid: `k${from + at}` }, key: privateKey }),
      ),
    );
    const statuses = await Promise.all(tokens.map((token) => statusOf(site, token)));
    assert.deepEqual(new Set(statuses), new Set([401]));
  };
  await flood(0);
  assert.equal(keys(), 1, "within the cool-down");
  time += 30_000;
  await flood(20);
  assert.equal(keys(), 2);
  await provider.rotate("second");
  const { access_token } = await provider.signIn(AYSE);
  assert.equal(await statusOf(site, access_token), 401, "within the cool-down");
  time += 30_000;
  assert.equal(await statusOf(site, access_token), 200);
  assert.equal(keys(), 3);
});

Deno.test("while the provider is away its tokens wait, and those by hand go on", async () => {
  let time = 0;
  await using all = await startProvided({ monotonic: () => time });
  const { site, provider } = all;
  const token = (await provider.signIn(AYSE)).access_token;
  provider.break((_, response) => answer(response, { status: 500 }));
  const { status, headers } = await site.post({ method: "tools/list" }, site.headers(token));
  assert.deepEqual([status, headers.get("retry-after")], [503, "5"]);
  assert.match(
    site.lines.at(-1) ?? "",
    /Login could not be decided: Cannot read https:\/\/localhost:\d+\/\.well-known\/oauth-authorization-server: it answers 500/,
  );
  assert.equal(await statusOf(site, site.tokens.user), 200);
  provider.break();
  const asked = provider.asked.length;
  assert.equal(await statusOf(site, token), 503, "asked again at once");
  assert.equal(provider.asked.length, asked);
  time += 5_000;
  assert.equal(await statusOf(site, token), 200);
  // What was verified needs no provider, and known keys serve for an hour.
  provider.break((_, response) => answer(response, { status: 502 }));
  assert.equal(await statusOf(site, token), 200);
  time += 15 * 60_000;
  assert.equal(await statusOf(site, token), 200);
  time += 60 * 60_000;
  assert.equal(await statusOf(site, token), 503);
});

Deno.test("documents that are not the issuer's own are not used", async (t) => {
  const cases: Record<string, [config: Record<string, unknown>, fault: Fault, reason: string]> = {
    "another issuer": [
      {},
      {
        "/.well-known/": {
          body: { issuer: "https://evil.example", jwks_uri: "https://evil.example/" },
        },
      },
      'it is of the issuer "https://evil.example", not of',
    ],
    "keys on another host": [
      {},
      {
        "/.well-known/": {
          body: (issuer: string) => ({ issuer, jwks_uri: "https://evil.example/jwks" }),
        },
      },
      "its keys are on another host; if that is right, name it in server.oauth.jwks_url",
    ],
    "a redirecting document": [
      {},
      { "/.well-known/": { status: 302, location: "https://evil.example/" } },
      "it redirects (302)",
    ],
    "redirecting keys": [
      {},
      { "/jwks": { status: 307, location: "/other" } },
      "it redirects (307)",
    ],
    "no document": [{}, { "/.well-known/": { status: 404 } }, "it has none"],
    "a page": [{}, { "/.well-known/": { body: "<html>" } }, "it is no JSON"],
    "a huge document": [
      {},
      { "/jwks": { body: { keys: [], padding: "x".repeat(600_000) } } },
      "it is larger than 524288 bytes",
    ],
    "secret keys": [
      {},
      { "/jwks": { body: { keys: [{ kty: "oct", k: "c2VjcmV0", kid: "first" }] } } },
      "there is no public key in it",
    ],
    "a certificate of nobody": [{ ca_file: undefined }, {}, "invalid peer certificate"],
  };
  await using provider = await IdentityProvider.start({ audience: AUDIENCE });
  const token = (await provider.signIn(AYSE)).access_token;
  for (const [name, [oauth, faults, reason]] of Object.entries(cases)) {
    await t.step(name, async () => {
      await using site = await startProvidedSite(provider, { oauth });
      provider.break((path, response) => {
        const [, fault] = Object.entries(faults).find(([start]) => path.startsWith(start)) ?? [];
        return fault === undefined ? false : answer(response, fault, provider.issuer);
      });
      assert.equal(await statusOf(site, token), 503);
      const line = site.lines.find((line) => line.includes("Login could not be decided")) ?? "";
      assert.ok(line.includes(reason), line);
      assert.equal(await statusOf(site, site.tokens.user), 200);
    });
  }
});

Deno.test("keys may be named by the config, and the document by OpenID Connect alone", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const token = (await provider.signIn(AYSE)).access_token;
  provider.break((path, response) =>
    path.includes("oauth-authorization-server") && answer(response, { status: 404 })
  );
  assert.equal(await statusOf(site, token), 200);
  provider.break((path, response) =>
    path.startsWith("/.well-known/") && answer(response, { status: 500 })
  );
  const oauth = { jwks_url: `${provider.issuer}/jwks` };
  await using other = await startProvidedSite(provider, { oauth });
  assert.equal(await statusOf(other, token), 200);
});

Deno.test("who brings an expired token may go on renewing it; who guesses must wait", async () => {
  const rate_limit = { requests_per_minute: 0, failed_logins_per_minute: 3 };
  await using all = await startProvided({ server: { rate_limit } });
  const { site, provider } = all;
  for (let at = 0; at < 6; at++) {
    const expired = await provider.sign({ ...GOOD, exp: now() - 600 - at });
    assert.equal(await statusOf(site, expired), 401);
  }
  const { privateKey } = await generateKeyPair("RS256");
  const statuses: number[] = [];
  for (let at = 0; at < 4; at++) {
    const guessed = await provider.sign({ ...GOOD, jti: String(at) }, { key: privateKey });
    statuses.push(await statusOf(site, guessed));
  }
  assert.deepEqual(statuses, [401, 401, 401, 429]);
});

Deno.test("a token with dots that is no JWT is a token by hand like any other", async () => {
  await using all = await startProvided();
  const { site, provider } = all;
  const asked = provider.asked.length;
  for (const token of ["a.b.c", "eyJhIjoxfQ.b.c", "a.b"]) {
    assert.equal(await statusOf(site, token), 401);
    assert.match(site.lines.at(-1) ?? "", /unknown token/);
  }
  assert.equal(provider.asked.length, asked);
  const jwt = await new SignJWT({}).setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("x".repeat(32)));
  assert.equal(await statusOf(site, jwt), 401);
  assert.match(site.lines.at(-1) ?? "", /its algorithm is not allowed/);
});

interface Answer {
  readonly status?: number;
  readonly location?: string;
  readonly body?: unknown;
}

/** What is answered at the paths that begin so. */
type Fault = Record<string, Answer>;

function answer(
  response: ServerResponse,
  { status = 200, location, body = {} }: Answer,
  issuer = "",
): true {
  const told = typeof body === "function" ? body(issuer) : body;
  response.writeHead(status, location === undefined ? {} : { location });
  response.end(typeof told === "string" ? told : JSON.stringify(told));
  return true;
}
