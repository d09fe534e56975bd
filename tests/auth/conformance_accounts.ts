import assert from "node:assert/strict";
import { NO_LIMITS } from "../tokens.ts";
import { hashFor, newToken, type Site, withBench } from "./site.ts";

export function runAccountCases(name: string, makeSite: () => Promise<Site>): void {
  const withStore = (work: Parameters<typeof withBench>[1]) => () => withBench(makeSite, work);

  Deno.test(
    `${name}: createUser refuses a name twice, an unknown role and a malformed name`,
    withStore(async ({ store, clock }) => {
      const bob = { username: "bob", roleName: null, isSuperuser: true, createdAt: clock.now() };
      assert.deepEqual((await store.createUser(bob)).role, null);
      await assert.rejects(store.createUser(bob), {
        code: "conflict",
        message: "Cannot create user bob: the name is taken",
      });
      await assert.rejects(store.createUser({ ...bob, username: "carol", roleName: "Boss" }), {
        code: "not_found",
        message:
          "Cannot create user carol: there is no role Boss, only Administrator, Operator, Viewer",
      });
      for (const username of ["", "two words", "nul\0", "x".repeat(151)]) {
        await assert.rejects(store.createUser({ ...bob, username }), { code: "invalid" });
      }
      assert.deepEqual((await store.listUsers()).map((user) => user.username), ["alice", "bob"]);
    }),
  );

  Deno.test(
    `${name}: a user made by createUser has a password that Django never accepts`,
    withStore(async ({ site }) => {
      const [row] = await site.run("SELECT password FROM auth_user WHERE username = 'alice'");
      assert.match(String(row?.password), /^!.{40}$/);
    }),
  );

  Deno.test(
    `${name}: a token is found by its hash with its user, role and limits`,
    withStore(async ({ store, clock }) => {
      const expires = new Date("2026-04-01T00:00:00.250Z");
      const limits = {
        ...NO_LIMITS,
        pools: ["dev", "qa/nightly"],
        tags: ["sandbox"],
        vmids: [{ from: 100, to: 199 }, { from: 250, to: 250 }],
        nodes: ["pve1"],
        toolsAllow: ["get_vms"],
        toolsDeny: ["stop_vm"],
        needsApproval: true,
      };
      const made = await store.createToken(
        newToken({ expires, allowedIps: "10.0.0.0/8, ::1", limits }),
      );
      const found = await store.findToken(hashFor("a"));
      assert.deepEqual(found, made);
      assert.deepEqual(found, {
        id: made.id,
        name: "laptop",
        permission: "write",
        expires,
        isActive: true,
        allowedIps: "10.0.0.0/8, ::1",
        createdAt: clock.now(),
        lastUsed: null,
        hashPrefix: "aaaaaaaa",
        limits,
        proxmoxTokens: new Map(),
        user: {
          id: found?.user.id,
          username: "alice",
          isActive: true,
          isSuperuser: false,
          role: {
            id: found?.user.role?.id,
            name: "Operator",
            isSuperuser: false,
            canWrite: true,
            canAdmin: false,
            description: "Changes what can be changed back",
          },
        },
      });
      assert.equal(await store.findToken(hashFor("b")), null);
      assert.equal(await store.findToken(hashFor("A")), null);
    }),
  );

  Deno.test(
    `${name}: limits that name nothing reach nothing, unlike limits that are not given`,
    withStore(async ({ store }) => {
      const limits = { ...NO_LIMITS, pools: [], vmids: [], toolsAllow: [] };
      await store.createToken(newToken({ limits }));
      assert.deepEqual((await store.findToken(hashFor("a")))?.limits, limits);
    }),
  );

  Deno.test(
    `${name}: a malformed vmid range in a row reaches no guest`,
    withStore(async ({ site, store }) => {
      const { id } = await store.createToken(newToken());
      await site.run(
        "INSERT INTO proxmox_mcp_token_limits (token_id, vmids) " +
          `VALUES (${id}, '100-199, all, 9-1, 300')`,
      );
      assert.deepEqual((await store.findToken(hashFor("a")))?.limits?.vmids, [
        { from: 100, to: 199 },
        { from: 300, to: 300 },
      ]);
    }),
  );

  Deno.test(
    `${name}: createToken refuses an unknown user, a duplicate and a malformed hash or name`,
    withStore(async ({ store }) => {
      await store.createToken(newToken());
      await assert.rejects(store.createToken(newToken()), { code: "conflict" });
      await assert.rejects(
        store.createToken(newToken({ username: "nobody", tokenHash: hashFor("b") })),
        { code: "not_found", message: /^Cannot find user nobody/ },
      );
      for (const tokenHash of ["", hashFor("A"), "a".repeat(127), "a".repeat(129)]) {
        await assert.rejects(store.createToken(newToken({ tokenHash })), { code: "invalid" });
      }
      for (const badName of ["", "  ", "x".repeat(101), "a\nb"]) {
        const token = newToken({ name: badName, tokenHash: hashFor("c") });
        await assert.rejects(store.createToken(token), { code: "invalid" });
      }
      assert.equal((await store.listTokens()).length, 1);
    }),
  );

  Deno.test(
    `${name}: revoked tokens stay listed, tell listeners, and may be revoked again`,
    withStore(async ({ store }) => {
      const { id } = await store.createToken(newToken());
      await store.createToken(newToken({ tokenHash: hashFor("b"), name: "ci" }));
      const told: (number | null)[] = [];
      const stop = store.onRevoked((tokenId) => told.push(tokenId));
      assert.equal((await store.revokeToken(id)).isActive, false);
      assert.ok(told.includes(id));
      stop();
      assert.equal((await store.revokeToken(id)).isActive, false);
      assert.deepEqual((await store.listTokens()).map((token) => [token.name, token.isActive]), [
        ["laptop", false],
        ["ci", true],
      ]);
      for (const missing of [4711, 1.5, -1, NaN]) {
        await assert.rejects(store.revokeToken(missing), { code: "not_found" });
      }
    }),
  );

  Deno.test(
    `${name}: findTokensById gives those that exist`,
    withStore(async ({ store }) => {
      const a = await store.createToken(newToken());
      const b = await store.createToken(newToken({ tokenHash: hashFor("b") }));
      const found = await store.findTokensById([a.id, b.id, 4711]);
      assert.deepEqual(found.map((token) => token.id).sort(), [a.id, b.id].sort());
      assert.deepEqual(await store.findTokensById([]), []);
    }),
  );

  Deno.test(
    `${name}: last use is noted at most once a minute`,
    withStore(async ({ store, clock }) => {
      const { id } = await store.createToken(newToken());
      const lastUsed = async () => (await store.findToken(hashFor("a")))?.lastUsed;
      const first = clock.now();
      await store.touchToken(id, first);
      assert.deepEqual(await lastUsed(), first);
      clock.advance(59_999);
      await store.touchToken(id, clock.now());
      assert.deepEqual(await lastUsed(), first);
      clock.advance(1);
      await store.touchToken(id, clock.now());
      assert.deepEqual(await lastUsed(), clock.now());
    }),
  );

  Deno.test(
    `${name}: a row inserted by plain SQL is a token`,
    withStore(async ({ site, store }) => {
      await site.run(
        "INSERT INTO auth_application_tokens " +
          "(user_id, name, token_hash, permission, expires, created_at, is_active, allowed_ips) " +
          `SELECT id, 'by hand', '${hashFor("d")}', 'read', '2026-05-01 02:00:00+02:00', ` +
          "'2026-03-01 00:00:00+00:00', TRUE, '' FROM auth_user WHERE username = 'alice'",
      );
      const token = await store.findToken(hashFor("d"));
      assert.equal(token?.name, "by hand");
      assert.equal(token?.isActive, true);
      assert.deepEqual(token?.expires, new Date("2026-05-01T00:00:00Z"));
    }),
  );
}
