import assert from "node:assert/strict";
import { type SignInKind, SignIns } from "../../lib/auth/sign_ins.ts";
import { generateToken, hashToken } from "../../lib/auth/token.ts";
import { rotateToken, updateToken } from "../../lib/auth/token_changes.ts";
import type { Site } from "../site.ts";
import { renew, signedIn, startOwn, statusOf } from "../support/own_sign_in.ts";

/** A token of ada's that came from this, or was handed over. */
async function tokenBy(site: Site, kind?: SignInKind): Promise<{ raw: string; id: number }> {
  const raw = generateToken();
  const token = {
    ...{ username: "ada", name: "x", tokenHash: hashToken(raw), permission: "admin" } as const,
    ...{ expires: null, allowedIps: "", createdAt: new Date() },
  };
  const from = { issuer: site.root, clientId: "", clientName: "", grant: null };
  const { id } = kind === undefined
    ? await site.store.createToken(token)
    : await new SignIns(site.database, site.store).open(token, { kind, ...from });
  return { raw, id };
}

const ENDS: readonly [string, (site: Site, id: number) => Promise<unknown>][] = [
  ["revoked", ({ store }, id) => store.revokeToken(id)],
  [
    "rotated",
    ({ store }, id) =>
      rotateToken(store, { id, tokenHash: hashToken(generateToken()), now: new Date() }),
  ],
  ["limited", ({ store }, id) => updateToken(store, { id, edit: { limits: { pools: ["dev"] } } })],
  ["lowered", ({ store }, id) => updateToken(store, { id, edit: { permission: "read" } })],
];

for (const [how, end] of ENDS) {
  Deno.test(`what was let in by a token that was handed over ends when that is ${how}`, async () => {
    await using site = await startOwn();
    const [stolen, other] = [await tokenBy(site), await tokenBy(site)];
    const { access, refresh, clientId, row } = await signedIn(site, { token: stolen.raw });
    const kept = await signedIn(site, { token: other.raw });
    const session = await site.openSession(access);
    const stream = await fetch(site.server.url, {
      headers: { ...session, accept: "text/event-stream" },
    });
    assert.equal(stream.status, 200);
    await end(site, stolen.id);
    assert.equal(await statusOf(site, access), 401);
    assert.match((await renew(site, { clientId, refresh })).text, /the sign-in is over/);
    assert.equal((await stream.text()).includes("result"), false, "the stream has ended");
    assert.equal(await statusOf(site, kept.access), 200);
    const [left] = await site.store.findTokensById([row.id]);
    assert.equal(left?.isActive, false);
  });
}

Deno.test("what was let in by a token outlasts a new name of that", async () => {
  await using site = await startOwn();
  const { raw, id } = await tokenBy(site);
  const { access } = await signedIn(site, { token: raw });
  await updateToken(site.store, { id, edit: { name: "y" } });
  assert.equal(await statusOf(site, access), 200);
});

Deno.test("what was let in from a browser's session outlasts that", async () => {
  await using site = await startOwn();
  const browser = await tokenBy(site, "browser");
  const { access } = await signedIn(site, { token: browser.raw });
  await site.store.revokeToken(browser.id);
  assert.equal(await statusOf(site, access), 200);
});

Deno.test("by a token that has just been revoked nobody is let in", async () => {
  await using site = await startOwn();
  const { id } = await tokenBy(site);
  await site.store.revokeToken(id);
  const before = (await site.store.listTokens()).length;
  const opening = new SignIns(site.database, site.store).open({
    ...{ username: "ada", name: "x", tokenHash: hashToken(generateToken()), permission: "admin" },
    ...{ expires: null, allowedIps: "", createdAt: new Date() },
  }, {
    ...{ kind: "client", issuer: site.root, clientId: "", clientName: "", grant: null },
    letInBy: id,
  });
  await assert.rejects(opening, { code: "conflict" });
  assert.equal((await site.store.listTokens()).length, before);
});
