import assert from "node:assert/strict";
import { setPassword } from "../../lib/auth/user_changes.ts";
import { Passkeys } from "../../lib/auth/passkeys.ts";
import type { Site } from "../site.ts";
import { type Assertion, Authenticator } from "../support/authenticator.ts";
import { csrfIn, PASSWORD, startPages, Visit } from "../support/pages.ts";
import { until } from "../support/until.ts";

const LIMITED = { rate_limit: { requests_per_minute: 0, failed_logins_per_minute: 3 } };

/** The rows that signing in has left, oldest first. */
async function rowsOf(site: Site, tool = "sign_in"): Promise<string[]> {
  const rows = await site.trail.list({ tool });
  return rows.map(({ user, outcome, door, arguments: told, error }) =>
    [user, outcome, door, told, error].join(" ").trim()
  ).reverse();
}

function deactivate(site: Site, username: string): Promise<unknown> {
  return site.database.transaction((tx) =>
    tx.all("UPDATE auth_user SET is_active = FALSE WHERE username = $1", [username])
  );
}

Deno.test("whoever signs in gets a token of this browser's own, and ends it by signing out", async () => {
  await using site = await startPages();
  const visit = new Visit(site);
  const stranger = await visit.see("/my-access");
  assert.deepEqual([stranger.status, stranger.location], [303, "/sign-in?next=%2Fmy-access"]);
  const entered = await visit.enter();
  assert.deepEqual([entered.status, entered.location], [303, "/my-access"]);
  const flags = entered.headers.getSetCookie().find((line) => line.includes("session")) ?? "";
  for (const flag of ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"]) {
    assert.ok(flags.includes(flag), flags);
  }
  const token = (await site.store.listTokens()).at(-1);
  assert.equal(token?.user.username, "boss");
  assert.equal(token?.permission, "admin");
  assert.equal(token.expires?.getTime(), token.createdAt.getTime() + 12 * 3_600_000);
  const page = await visit.see("/my-access");
  assert.equal(page.status, 200);
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.equal(page.headers.get("referrer-policy"), "same-origin");
  const policy = page.headers.get("content-security-policy") ?? "";
  for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
    assert.ok(policy.includes(part), policy);
  }
  assert.doesNotMatch(policy, /unsafe/);
  const { cookie } = visit;
  const left = await visit.send("/sign-out", { csrf: csrfIn(page.text) });
  assert.deepEqual([left.status, left.location], [303, "/sign-in?next=%2Fmy-access"]);
  const { cookies } = visit;
  assert.equal(cookies.has("proxmox_mcp_session"), false);
  const again = await fetch(`${site.root}/my-access`, { redirect: "manual", headers: { cookie } });
  await again.body?.cancel();
  assert.equal(again.status, 303, "the cookie is of no use any more");
  assert.equal((await site.store.listTokens()).at(-1)?.isActive, false);
  assert.deepEqual(await rowsOf(site), ['boss ok page {"by":"password"}']);
  assert.deepEqual(await rowsOf(site, "sign_out"), ["boss ok page {}"]);
  assert.ok(!site.lines.join("\n").includes(PASSWORD));
});

Deno.test("without server.oauth.own only tokens sign in", async () => {
  await using site = await startPages({ own: false });
  const visit = new Visit(site);
  const { text } = await visit.see("/sign-in");
  assert.match(text, /name="token"/);
  assert.doesNotMatch(text, /name="password"|passkey/);
  assert.equal((await visit.enter()).status, 400);
  for (const by of ["passkey", "", "leave"]) {
    assert.equal((await visit.send("/sign-in", { do: by })).status, 400, by);
  }
  const entered = await visit.send("/sign-in", { do: "token", token: site.tokens.admin });
  assert.equal(entered.status, 303);
  assert.deepEqual(await rowsOf(site), ['ada ok page {"by":"token"}']);
});

Deno.test("a role gives the browser's token no more than it allows", async () => {
  await using site = await startPages();
  await site.database.transaction((tx) =>
    tx.all(`UPDATE auth_user SET is_superuser = FALSE,
      role_id = (SELECT id FROM auth_user_roles WHERE name = 'Viewer') WHERE username = 'boss'`)
  );
  assert.equal((await new Visit(site).enter()).status, 303);
  assert.equal((await site.store.listTokens()).at(-1)?.permission, "read");
});

Deno.test("whatever is wrong, the answer is the same, and no password is kept", async () => {
  await using site = await startPages();
  const at = new Date();
  await site.store.createUser({
    username: "gone",
    roleName: null,
    isSuperuser: true,
    createdAt: at,
  });
  const [{ password = "" } = {}] = [await site.store.userWithPassword("boss")];
  await setPassword(site.store, { username: "gone", hash: password });
  await deactivate(site, "gone");
  const attempts: Record<string, string>[] = [
    { username: "boss", password: "hunter2hunter2" },
    { username: "nobody", password: PASSWORD },
    { username: "gone", password: PASSWORD },
    { username: "ada", password: PASSWORD },
  ];
  const answers: string[] = [];
  for (const { username = "", password = "" } of attempts) {
    const { status, text } = await new Visit(site).enter({ username, password });
    answers.push(
      `${status} ${
        text.replaceAll(`value="${username}"`, 'value="NAME"')
          .replaceAll(/data-passkey="[^"]*"|name="state" value="[^"]*"/g, "")
      }`,
    );
  }
  assert.match(answers[0] ?? "", /^401 [\s\S]*User or password is wrong\./);
  for (const answer of answers) assert.equal(answer, answers[0]);
  await until(async () => (await rowsOf(site)).length >= 3);
  assert.deepEqual((await rowsOf(site)).toSorted(), [
    'ada denied page {"by":"password"} user ada: wrong password',
    'boss denied page {"by":"password"} user boss: wrong password',
    'gone denied page {"by":"password"} user gone: is not active',
  ]);
  const log = site.lines.join("\n");
  assert.match(log, /Login failed: unknown user/);
  assert.doesNotMatch(log, /hunter2|nobody|correct horse/);
});

Deno.test("a flood of passwords from one address, or at one name, must wait", async (t) => {
  await t.step("by address, for whoever is named", async () => {
    await using site = await startPages({ server: LIMITED });
    const statuses = [];
    for (const username of ["a", "b", "c", "d"]) {
      statuses.push((await new Visit(site).enter({ username, password: "wrong" })).status);
    }
    assert.deepEqual(statuses, [401, 401, 401, 429]);
    assert.equal((await new Visit(site).enter()).status, 429);
    const bearer = await new Visit(site).send("/sign-in", {
      do: "token",
      token: site.tokens.admin,
    });
    assert.equal(bearer.status, 303, "a good token still passes");
  });
  await t.step("by name, from wherever; who has been in from this browser passes", async () => {
    await using site = await startPages({
      server: { ...LIMITED, trusted_proxies: ["127.0.0.1", "::1"] },
    });
    const owner = new Visit(site);
    assert.equal((await owner.enter()).status, 303);
    const guess = (n: number, username = "boss") =>
      new Visit(site).send("/sign-in", { do: "password", username, password: `wrong ${n}` }, {
        headers: { "x-forwarded-for": `192.0.2.${n}` },
      });
    const statuses = [];
    for (const n of [1, 2, 3, 4]) statuses.push((await guess(n)).status);
    assert.deepEqual(statuses, [401, 401, 401, 429]);
    assert.equal((await new Visit(site).enter()).status, 429, "even with the right password");
    const unknown = [];
    for (const n of [11, 12, 13, 14]) unknown.push((await guess(n, "nobody")).status);
    assert.deepEqual(unknown, statuses, "a name that is none is locked alike");
    owner.cookies.delete("proxmox_mcp_session");
    assert.equal((await owner.enter()).status, 303, "the owner's browser is known");
    owner.cookies.set("proxmox_mcp_known", `${owner.cookies.get("proxmox_mcp_known")}A`);
    assert.equal((await owner.enter()).status, 429, "a forged one is not");
    assert.match(site.lines.join("\n"), /Locked for 60 seconds after too many wrong passwords/);
  });
  await t.step("a repeated password is one guess", async () => {
    await using site = await startPages({ server: LIMITED });
    const statuses = [];
    for (let n = 0; n < 5; n++) {
      statuses.push((await new Visit(site).enter({ password: "typing error" })).status);
    }
    assert.deepEqual(statuses, [401, 401, 401, 401, 401]);
    assert.equal((await site.trail.list({ tool: "sign_in" })).length, 1, "nor rows without end");
    assert.equal((await new Visit(site).enter()).status, 303);
  });
});

Deno.test("a sign-in leads to this server only", async () => {
  await using site = await startPages();
  const token = site.tokens.admin;
  const enter = (next: string) => new Visit(site).send("/sign-in", { do: "token", token, next });
  assert.equal((await enter("/approve/abc?x=1")).location, "/approve/abc?x=1");
  for (const next of ["//evil.example", "/\\evil.example", "https://evil.example", "/.//evil.x"]) {
    assert.equal((await enter(next)).location, "/my-access", next);
    const page = await new Visit(site).see(`/sign-in?next=${encodeURIComponent(next)}`);
    assert.doesNotMatch(page.text, /evil/);
  }
});

Deno.test("other sites cannot sign anybody in or out, and a session cannot be foisted", async () => {
  await using site = await startPages({
    server: { allowed_origins: ["https://assistant.example"] },
  });
  const fields = { do: "password", username: "boss", password: PASSWORD };
  for (
    const [origin, status] of [
      ["https://evil.example", 403],
      ["null", 403],
      ["https://assistant.example", 400],
      [null, 400],
    ] as const
  ) {
    const visit = new Visit(site);
    assert.equal((await visit.send("/sign-in", fields, { origin })).status, status, `${origin}`);
    assert.equal(visit.cookies.size, 0);
  }
  const visit = new Visit(site);
  visit.cookies.set("proxmox_mcp_session", "chosen-by-somebody-else");
  await visit.enter();
  const first = visit.cookies.get("proxmox_mcp_session");
  const csrf = await visit.csrf();
  assert.equal((await visit.send("/sign-out", { csrf: "x" })).status, 403);
  assert.equal((await visit.send("/sign-out", { csrf }, { origin: null })).status, 400);
  assert.equal((await visit.see("/my-access")).status, 200);
  await visit.enter();
  assert.notEqual(visit.cookies.get("proxmox_mcp_session"), first);
  assert.notEqual(await visit.csrf(), csrf);
  const old = await fetch(`${site.root}/my-access`, {
    redirect: "manual",
    headers: { cookie: `proxmox_mcp_session=${first}` },
  });
  await old.body?.cancel();
  assert.equal(old.status, 303, "the session before has ended");
});

Deno.test("a session of another key, that is over, or whose user is disabled, is none", async (t) => {
  let now = new Date("2026-07-01T12:00:00Z");
  await using site = await startPages({ now: () => now });
  await t.step("another instance's key", async () => {
    await using other = await startPages();
    const there = new Visit(other);
    await there.enter();
    const here = new Visit(site);
    for (const [name, value] of there.cookies) here.cookies.set(name, value);
    assert.equal((await here.see("/my-access")).status, 303);
  });
  await t.step("over", async () => {
    const visit = new Visit(site);
    await visit.enter();
    const { cookie } = visit;
    now = new Date(now.getTime() + 12 * 3_600_000);
    const { status } = await visit.see("/my-access", { cookie });
    assert.equal(status, 303);
  });
  await t.step("disabled", async () => {
    const visit = new Visit(site);
    await visit.enter();
    const csrf = await visit.csrf();
    assert.notEqual(csrf, "");
    await deactivate(site, "boss");
    assert.equal((await visit.see("/my-access")).status, 303);
    assert.equal((await visit.send("/my-access", { do: "end_others", csrf })).status, 303);
    assert.equal((await visit.enter()).status, 401);
  });
});

Deno.test("over HTTPS the cookies belong to this host alone", async () => {
  await using site = await startPages({ server: { public_url: "https://mcp.example" } });
  const visit = new Visit(site);
  const { headers } = await visit.enter();
  const lines = headers.getSetCookie();
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /^__Host-proxmox_mcp_\w+=.*; Secure/);
});

Deno.test("a passkey is believed once, for this site, by whom it belongs to", async (t) => {
  await using site = await startPages();
  const key = new Authenticator();
  const passkeys = new Passkeys(site.database);
  const boss = (await site.store.userWithPassword("boss"))?.user;
  assert.ok(boss);
  const { credentialId, publicKey } = key;
  await passkeys.add({
    userId: boss.id,
    credentialId,
    publicKey,
    counter: 0,
    transports: [],
    name: "key",
    createdAt: new Date(),
  });
  const ask = async () => {
    const { text } = await new Visit(site).see("/sign-in");
    return {
      state: /name="state" value="([^"]+)"/.exec(text)?.[1] ?? "",
      challenge: /&quot;challenge&quot;:&quot;([^&]+)&quot;/.exec(text)?.[1] ?? "",
    };
  };
  const enter = async (changes: Partial<Assertion> = {}, state?: string) => {
    const asked = await ask();
    const sent = {
      do: "passkey",
      state: state ?? asked.state,
      credential: key.assert({
        challenge: asked.challenge,
        origin: site.root,
        userId: boss.id,
        ...changes,
      }),
    };
    const { status } = await new Visit(site).send("/sign-in", sent);
    return { status, sent };
  };
  const foreign = (await ask()).state;
  const cases: [string, () => ReturnType<typeof enter>, number][] = [
    ["another origin", () => enter({ origin: "https://evil.example" }), 401],
    ["another site's name", () => enter({ rpId: "evil.example" }), 401],
    ["nobody verified", () => enter({ verified: false }), 401],
    ["another challenge", () => enter({}, foreign), 401],
    ["another user", () => enter({ userId: boss.id + 1 }), 401],
    ["a state that is none", () => enter({}, "x"), 400],
  ];
  for (const [name, attempt, status] of cases) {
    await t.step(name, async () => {
      const counted = (await passkeys.find(credentialId))?.passkey.counter;
      assert.equal((await attempt()).status, status);
      assert.equal((await passkeys.find(credentialId))?.passkey.counter, counted);
    });
  }
  await t.step("the right one, once", async () => {
    const { status, sent } = await enter({ counter: 5 });
    assert.equal(status, 303);
    assert.equal((await new Visit(site).send("/sign-in", sent)).status, 400, "replayed");
  });
  await t.step("a counter that does not rise", async () => {
    assert.equal((await enter({ counter: 5 })).status, 401);
    assert.equal((await enter({ counter: 6 })).status, 303);
  });
  await t.step("garbage, of which nothing is kept", async () => {
    const kept = () => site.database.all("SELECT key FROM proxmox_mcp_spent");
    const before = await kept();
    for (const credential of ["", "null", "{}", '{"id":1}', '{"id":"x"}', "[".repeat(500)]) {
      const { state } = await ask();
      const sent = { do: "passkey", state, credential };
      assert.equal((await new Visit(site).send("/sign-in", sent)).status, 401, credential);
    }
    const id = JSON.stringify({ id: credentialId, response: { userHandle: "Mg" } });
    const { state } = await ask();
    const sent = { do: "passkey", state, credential: id };
    assert.equal((await new Visit(site).send("/sign-in", sent)).status, 401);
    assert.deepEqual(await kept(), before);
  });
  await t.step("a disabled user", async () => {
    await deactivate(site, "boss");
    assert.equal((await enter({ counter: 9 })).status, 401);
  });
  await until(async () => (await rowsOf(site)).some((row) => row.includes("is not active")));
  assert.ok((await rowsOf(site)).includes('boss ok page {"by":"passkey"}'));
});
