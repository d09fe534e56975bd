import assert from "node:assert/strict";
import { type NewPasskey, Passkeys } from "../../lib/auth/passkeys.ts";
import { SignIns } from "../../lib/auth/sign_ins.ts";
import { hashFor, newToken, type Site, withBench } from "./site.ts";

function passkeyNamed(name: string, changes: Partial<NewPasskey> = {}): NewPasskey {
  return {
    userId: 1,
    credentialId: `id of ${name}`,
    publicKey: "key",
    counter: 0,
    transports: ["usb", "nfc"],
    name,
    createdAt: new Date("2026-03-01T12:00:00Z"),
    ...changes,
  };
}

export function runPasskeyCases(name: string, makeSite: () => Promise<Site>): void {
  Deno.test(`${name}: a passkey is its user's, is used once at a time, and is removed by its user`, () =>
    withBench(makeSite, async ({ database, store }) => {
      const passkeys = new Passkeys(database);
      const alice = (await store.userWithPassword("alice"))?.user;
      assert.ok(alice);
      await passkeys.add(passkeyNamed("one", { userId: alice.id }));
      await passkeys.add(passkeyNamed("other", { userId: alice.id + 1 }));
      await assert.rejects(passkeys.add(passkeyNamed("one")), { code: "conflict" });
      const found = await passkeys.find("id of one");
      assert.equal(found?.user.username, "alice");
      assert.deepEqual(found.passkey.transports, ["usb", "nfc"]);
      assert.equal(await passkeys.find("id of other"), undefined, "of nobody");
      const at = new Date("2026-03-02T12:00:00Z");
      const uses = await Promise.all(
        [1, 1].map((counter) => passkeys.used(found.passkey, { counter, at })),
      );
      assert.deepEqual(uses.toSorted(), [false, true]);
      const [kept] = await passkeys.ofUser(alice.id);
      assert.deepEqual([kept?.counter, kept?.lastUsed], [1, at]);
      assert.equal(await passkeys.remove(found.passkey.id, alice.id + 1), undefined);
      assert.equal(await passkeys.remove(found.passkey.id, alice.id), "one");
      assert.deepEqual(await passkeys.ofUser(alice.id), []);
      for (let n = 0; n < 20; n++) await passkeys.add(passkeyNamed(`n ${n}`));
      await assert.rejects(passkeys.add(passkeyNamed("one more")), { code: "conflict" });
    }));

  Deno.test(`${name}: a user's tokens that are good, and how they came to be`, () =>
    withBench(makeSite, async ({ database, store, clock }) => {
      const signIns = new SignIns(database, store);
      const now = clock.now();
      const late = new Date(now.getTime() + 60_000);
      const from = {
        kind: "browser",
        issuer: "x",
        clientId: "",
        clientName: "",
        grant: null,
      } as const;
      const { id, user } = await signIns.open(newToken({ expires: late }), from);
      const handed = await store.createToken(newToken({ tokenHash: hashFor("b") }));
      const over = await store.createToken(newToken({ tokenHash: hashFor("c"), expires: now }));
      const ended = await store.createToken(newToken({ tokenHash: hashFor("d") }));
      await store.revokeToken(ended.id);
      const good = await store.listTokensOf(user.id, now);
      assert.deepEqual(good.map((token) => token.id), [id, handed.id]);
      assert.deepEqual(await store.listTokensOf(user.id + 1, now), []);
      assert.equal((await signIns.byToken(id))?.kind, "browser");
      assert.equal(await signIns.byToken(over.id), undefined);
    }));
}
