import assert from "node:assert/strict";
import { hashToken } from "../../lib/auth/token.ts";
import { type NewSignIn, SignIns } from "../../lib/auth/sign_ins.ts";
import { Passkeys } from "../../lib/auth/passkeys.ts";
import type { Site } from "../site.ts";
import { tokenOf } from "../support/approval.ts";
import { csrfIn, PASSWORD, startPages, Visit } from "../support/pages.ts";
import { createAuthenticatedToken } from "../tokens.ts";

const HOSTILE = '<script>document.title="owned"</script><b id="b">"x"</b>';

/** Makes a token of boss; gives it raw. */
function tokenNamed(site: Site, name: string): Promise<string> {
  const now = () => new Date();
  return createAuthenticatedToken(site.store, {
    username: "boss",
    permission: "admin",
    now,
    name,
  });
}

async function clientOf(site: Site, changes: Partial<NewSignIn> = {}): Promise<string> {
  const raw = `pmcp_client${crypto.randomUUID()}`;
  await new SignIns(site.database, site.store).open({
    username: "boss",
    name: "Claude",
    tokenHash: hashToken(raw),
    permission: "admin",
    expires: new Date(Date.now() + 3_600_000),
    allowedIps: "",
    createdAt: new Date(),
  }, {
    kind: "client",
    issuer: site.root,
    clientId: "https://claude.ai/client",
    clientName: "Claude",
    grant: null,
    ...changes,
  });
  return raw;
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/<h3>([^<]*)/g)].map((match) => match[1] ?? "");
}

function idOf(text: string, name: string): string {
  const row = text.split("<li>").find((row) => row.startsWith(`<h3>${name}`)) ?? "";
  return /name="id" value="(\d+)"/.exec(row)?.[1] ?? "";
}

async function isGood(site: Site, token: string): Promise<boolean> {
  const { status } = await site.post({ method: "tools/list" }, site.headers(token));
  return status === 200;
}

Deno.test("people see what has access in their name, and nobody else's", async () => {
  await using site = await startPages();
  await tokenNamed(site, "laptop");
  await clientOf(site);
  const visit = new Visit(site);
  await visit.enter();
  const { text } = await visit.see("/my-access");
  assert.deepEqual(namesIn(text), ["browser", "Claude", "laptop"]);
  assert.match(text, /this one/);
  assert.match(text, /application that you let in: Claude \(https:\/\/claude\.ai\/client\)/);
  assert.match(text, /create, change and destroy/);
  assert.match(text, /<time datetime="\d{4}-[^"]+Z">\d+ \w+ \d{4}, \d\d:\d\d UTC<\/time>/);
  const turkish = await visit.see("/my-access", { "accept-language": "tr" });
  assert.match(turkish.text, /<html lang="tr">[\s\S]*izin verdiğiniz uygulama/);
});

Deno.test("what is ended has no access at once: its streams close", async () => {
  await using site = await startPages();
  const laptop = await tokenNamed(site, "laptop");
  const ci = await tokenNamed(site, "ci");
  const client = await clientOf(site);
  const visit = new Visit(site);
  await visit.enter();
  const stream = await fetch(`${site.url}/sse`, { headers: site.headers(laptop) });
  const { text } = await visit.see("/my-access");
  const csrf = csrfIn(text);
  const ended = await visit.send("/my-access", { do: "end", id: idOf(text, "laptop"), csrf });
  assert.deepEqual([ended.status, ended.location], [303, "/my-access?done=ended"]);
  await stream.text();
  assert.deepEqual([await isGood(site, laptop), await isGood(site, ci)], [false, true]);
  const others = await visit.send("/my-access", { do: "end_others", csrf });
  assert.equal(others.location, "/my-access?done=ended_others");
  assert.deepEqual([await isGood(site, ci), await isGood(site, client)], [false, false]);
  const left = await visit.see("/my-access?done=ended_others");
  assert.deepEqual(namesIn(left.text), ["browser"]);
  assert.match(left.text, /All others have no access any more/);
  const rows = await site.trail.list({ tool: "end_access" });
  assert.deepEqual(
    rows.map((row) => [row.user, row.tokenName, row.door, JSON.parse(row.arguments).name]),
    ["laptop", "Claude", "ci"].map((name) => ["boss", "browser", "page", name]).toReversed(),
  );
  const self = await visit.send("/my-access", { do: "end", id: idOf(left.text, "browser"), csrf });
  assert.equal(self.location, "/sign-in?next=%2Fmy-access");
  assert.equal((await visit.see("/my-access")).status, 303);
});

Deno.test("nobody ends or changes what is another's", async (t) => {
  await using site = await startPages();
  const visit = new Visit(site);
  await visit.enter();
  const csrf = await visit.csrf();
  const [first] = await site.store.listTokens();
  assert.equal(first?.user.username, "ada");
  const ada = await site.store.userWithPassword("ada");
  const passkeys = new Passkeys(site.database);
  await passkeys.add({
    userId: ada?.user.id ?? 0,
    credentialId: "x",
    publicKey: "x",
    counter: 0,
    transports: [],
    name: "ada's",
    createdAt: new Date(),
  });
  const [passkey] = await passkeys.ofUser(ada?.user.id ?? 0);
  const attempts: [string, Record<string, string>, number][] = [
    ["another's token", { do: "end", id: String(first.id), csrf }, 409],
    ["no token", { do: "end", id: "x", csrf }, 409],
    ["another's passkey", { do: "remove_passkey", id: String(passkey?.id), csrf }, 409],
    ["no passkey", { do: "remove_passkey", id: "1e400", csrf }, 409],
    ["nothing", { csrf }, 409],
    ["no csrf token", { do: "end_others" }, 403],
    ["a wrong csrf token", { do: "end_others", csrf: "x" }, 403],
  ];
  for (const [name, fields, status] of attempts) {
    await t.step(name, async () => {
      assert.equal((await visit.send("/my-access", fields)).status, status);
    });
  }
  await t.step("from elsewhere", async () => {
    for (const [origin, status] of [["https://evil.example", 403], [null, 400]] as const) {
      const sent = await visit.send("/my-access", { do: "end_others", csrf }, { origin });
      assert.equal(sent.status, status);
    }
  });
  assert.equal(await isGood(site, site.tokens.user), true);
  assert.equal((await passkeys.ofUser(ada?.user.id ?? 0)).length, 1);
});

Deno.test("a token that is a part of one's access shows only itself", async (t) => {
  await using site = await startPages();
  const enter = async (token: string) => {
    const visit = new Visit(site);
    const { status } = await visit.send("/sign-in", { do: "token", token });
    return { visit, status };
  };
  const whole = await tokenNamed(site, "whole");
  const parts: [string, string][] = [
    ["limited to guests", await tokenOf(site.store, "boss", { limits: { vmids: [] } })],
    ["of less scope", await tokenOf(site.store, "boss", { permission: "write" })],
  ];
  for (const [name, token] of parts) {
    await t.step(name, async () => {
      const { visit } = await enter(token);
      const { text } = await visit.see("/my-access");
      assert.equal(namesIn(text).length, 1);
      assert.match(text, /only a part of your access/);
      const csrf = csrfIn(text);
      const [other] = (await site.store.listTokens()).filter(({ name }) => name === "whole");
      await visit.send("/my-access", { do: "end", id: String(other?.id), csrf });
      await visit.send("/my-access", { do: "end_others", csrf });
      assert.equal(await isGood(site, whole), true);
      assert.equal(await isGood(site, token), true);
    });
  }
  await t.step(
    "a whole one shows all, and still changes no password and adds no passkey",
    async () => {
      const { visit } = await enter(whole);
      const { text } = await visit.see("/my-access");
      assert.equal(namesIn(text).length, 3);
      assert.doesNotMatch(text, /type="password"|data-passkey/);
      const csrf = csrfIn(text);
      const change = {
        do: "change_password",
        old: PASSWORD,
        new: "0123456789ab",
        again: "0123456789ab",
      };
      assert.equal((await visit.send("/my-access", { ...change, csrf })).status, 409);
      assert.equal((await visit.send("/my-access", { do: "add_passkey", csrf })).status, 409);
      assert.equal((await new Visit(site).enter()).status, 303, "the password is the old one");
    },
  );
  await t.step("an application's is nobody's sign-in", async () => {
    assert.equal((await enter(await clientOf(site))).status, 401);
    assert.match(site.lines.join("\n"), /it is an application's/);
  });
});

Deno.test("a password is changed by whoever knows it, and ends the other browsers' sessions", async () => {
  await using site = await startPages();
  const [visit, other] = [new Visit(site), new Visit(site)];
  await visit.enter();
  await other.enter();
  const token = await tokenNamed(site, "laptop");
  const csrf = await visit.csrf();
  const change = (fields: Record<string, string>) =>
    visit.send("/my-access", { do: "change_password", csrf, ...fields });
  const next = "a better one, longer";
  const refusals: [Record<string, string>, RegExp][] = [
    [{ old: "wrong", new: next, again: next }, /The current password is wrong/],
    [{ old: PASSWORD, new: next, again: `${next}r` }, /not the same/],
    [{ old: PASSWORD, new: "short", again: "short" }, /at least 10/],
    [{ old: PASSWORD, new: "x-the-Boss-x", again: "x-the-Boss-x" }, /hold your name/],
    [{ old: PASSWORD, new: `${next}\u0001`, again: `${next}\u0001` }, /at least 10/],
    [{}, /at least 10/],
  ];
  for (const [fields, reason] of refusals) {
    const { status, text } = await change(fields);
    assert.equal(status, 409);
    assert.match(text, new RegExp(`role="alert">[^<]*${reason.source}`));
  }
  const done = await change({ old: PASSWORD, new: next, again: next });
  assert.equal(done.location, "/my-access?done=changed");
  assert.equal((await visit.see("/my-access")).status, 200);
  assert.equal((await other.see("/my-access")).status, 303);
  assert.equal(await isGood(site, token), true);
  assert.equal((await new Visit(site).enter()).status, 401);
  assert.equal((await new Visit(site).enter({ password: next })).status, 303);
  const rows = await site.trail.list({ tool: "change_password" });
  assert.deepEqual(rows.map(({ outcome }) => outcome).toSorted(), ["denied", "ok"]);
  assert.equal((await site.trail.list({ tool: "end_access" })).length, 1);
  assert.ok(!(site.lines.join("\n") + JSON.stringify(rows)).includes(next));
});

Deno.test("names are shown, never run", async () => {
  await using site = await startPages();
  await tokenNamed(site, HOSTILE);
  await clientOf(site, { clientName: HOSTILE, clientId: `https://x.example/${HOSTILE}` });
  const visit = new Visit(site);
  await visit.enter();
  const { text } = await visit.see("/my-access");
  assert.doesNotMatch(text, /<b |<script>/);
  assert.ok(text.includes("&lt;script&gt;document.title="));
  const wrong = await new Visit(site).enter({ username: `"><b>${HOSTILE}`, password: "x" });
  assert.equal(wrong.status, 401);
  assert.doesNotMatch(wrong.text, /<b>|<b |<script>/);
  assert.ok(wrong.text.includes("&lt;script&gt;"));
});
