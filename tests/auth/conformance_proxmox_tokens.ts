import assert from "node:assert/strict";
import { ProxmoxTokens, TokenSeal } from "../../lib/auth/proxmox_tokens.ts";
import { hashFor, newToken, type Site, withBench } from "./site.ts";

const SECRET = "1f0c2b1e-3d8a-4b7c-9f00-aaaabbbbcccc";

export function runProxmoxTokenCases(name: string, makeSite: () => Promise<Site>): void {
  Deno.test(`${name}: a user's Proxmox token is found with each of the user's tokens`, () =>
    withBench(makeSite, async ({ site, database, store, clock }) => {
      const at = clock.now();
      const tokens = new ProxmoxTokens(database);
      const { user } = await store.createToken(newToken());
      const found = async () => (await store.findToken(hashFor("a")))?.proxmoxTokens.get("default");
      assert.equal(await found(), undefined);

      const mine = { cluster: "default", tokenId: "alice@pve!mcp", sealed: "sealed" };
      await tokens.put(user.id, { ...mine, at });
      assert.deepEqual(await found(), mine);
      const other = { cluster: "default", tokenId: "alice@pve!other", sealed: "sealed too" };
      await tokens.put(user.id, { ...other, at });
      assert.deepEqual(await found(), other, "one for a user");
      const elsewhere = { cluster: "dc2", tokenId: "a,b@pve!mcp", sealed: "sealed there" };
      await tokens.put(user.id, { ...elsewhere, at });
      assert.deepEqual(await found(), other, "one for a user and cluster");
      const all = (await store.findToken(hashFor("a")))?.proxmoxTokens;
      assert.deepEqual(all?.get("dc2"), elsewhere);
      assert.equal((await store.listTokens()).length, 1, "a token is told once");
      assert.equal(await tokens.remove(user.id, "dc2"), elsewhere.tokenId);
      assert.deepEqual([...await tokens.list()], [[user.id, new Map([["default", other]])]]);

      assert.equal(await tokens.remove(user.id, "default"), other.tokenId);
      assert.equal(await tokens.remove(user.id, "default"), undefined);
      assert.equal(await found(), undefined);

      const alone = await site.open({ ownTables: false });
      try {
        const refused = new ProxmoxTokens(alone);
        await assert.rejects(refused.put(user.id, { ...mine, at }), { code: "conflict" });
        assert.equal((await refused.list()).size, 0);
      } finally {
        await alone.close();
      }
    }));

  Deno.test(`${name}: what is kept of a Proxmox token opens with its key, for its user, alone`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const key = (fill: number) => new Uint8Array(32).fill(fill);
      const owner = { cluster: "default", userId: 7, tokenId: "alice@pve!mcp" };
      const seal = new TokenSeal(key(1));
      const sealed = await seal.seal(SECRET, owner);
      await new ProxmoxTokens(database).put(7, { ...owner, sealed, at: clock.now() });
      const [row] = await site.run("SELECT * FROM proxmox_mcp_user_proxmox_token");
      assert.doesNotMatch(JSON.stringify(row), new RegExp(SECRET));
      assert.equal(row?.cluster, "default");

      const kept = { cluster: "default", tokenId: owner.tokenId, sealed: String(row?.sealed) };
      assert.equal(await seal.open(kept, 7), SECRET);
      assert.equal(await seal.open(kept, 8), undefined, "another user's");
      assert.equal(await seal.open({ ...kept, tokenId: "root@pam!mcp" }, 7), undefined);
      assert.equal(await seal.open({ ...kept, cluster: "dc2" }, 7), undefined, "another cluster");
      assert.equal(await new TokenSeal(key(2)).open(kept, 7), undefined, "another key");
    }));
}
