import assert from "node:assert/strict";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { createRole, deleteRole, updateRole } from "../../lib/auth/role_changes.ts";
import { rotateToken, updateToken } from "../../lib/auth/token_changes.ts";
import { deleteUser, setActive, setPassword, setRole } from "../../lib/auth/user_changes.ts";
import { NO_LIMITS } from "../tokens.ts";
import { type Bench, hashFor, newToken, type Site, withBench } from "./site.ts";

/** What a case would lose if the last administrator went. */
const LAST = { code: "conflict", message: /no active administrator would be left.*--force$/ };

export function runChangeCases(name: string, makeSite: () => Promise<Site>): void {
  const withStore = (work: (bench: Bench) => Promise<void>) => () => withBench(makeSite, work);

  async function addUser({ store, clock }: Bench, username: string, roleName = "Administrator") {
    const user = { username, roleName, isSuperuser: false, createdAt: clock.now() };
    return await store.createUser(user);
  }

  Deno.test(
    `${name}: a change of a user concerns their tokens and no others`,
    withStore(async (bench) => {
      const { store } = bench;
      await addUser(bench, "boss");
      const mine = await store.createToken(newToken());
      await store.createToken(newToken({ username: "boss", tokenHash: hashFor("b") }));
      const told: number[] = [];
      // Null tells that listening has begun.
      store.onRevoked((id) => id === null ? 0 : told.push(id));
      await setPassword(store, { username: "alice", hash: "x" });
      assert.deepEqual(told, [], "a password is no token's");
      const [viewer] = (await store.listRoles()).filter((role) => role.name === "Viewer");
      const alice = { username: "alice", force: false };
      const changed = await setRole(store, { ...alice, role: viewer! });
      assert.equal(changed.role?.name, "Viewer");
      assert.equal((await setActive(store, { ...alice, active: false })).isActive, false);
      assert.deepEqual(new Set(told), new Set([mine.id]));
      for (
        const change of [
          () => setRole(store, { username: "nobody", role: null, force: true }),
          () => setActive(store, { username: "nobody", active: true, force: true }),
          () => setPassword(store, { username: "nobody", hash: null }),
          () => deleteUser(store, { username: "nobody", withTokens: true, force: true }),
        ]
      ) await assert.rejects(change(), { code: "not_found", message: /there is no such user$/ });
    }),
  );

  Deno.test(
    `${name}: a database that passes messages on tells other instances of every change`,
    withStore(async ({ store, site }) => {
      const { id } = await store.createToken(newToken());
      const database = await site.open();
      try {
        if (database.listen === null) return;
        const other = new AccountStore(database);
        const told: (number | null)[] = [];
        let pause = Promise.withResolvers<void>();
        other.onRevoked((id) => {
          told.push(id);
          if (id === null || id === 4711) pause.resolve();
        });
        await pause.promise;
        const alice = { username: "alice", force: false };
        const [operator] = (await store.listRoles()).filter((role) => role.name === "Operator");
        const at = new Date();
        for (
          const change of [
            () => setActive(store, { ...alice, active: false }),
            () => setActive(store, { ...alice, active: true }),
            () => rotateToken(store, { id, tokenHash: hashFor("c"), now: at }),
            () => updateToken(store, { id, edit: { name: "x" } }),
            () => updateRole(store, { role: "Operator", edit: {}, force: false, at }),
            () => setRole(store, { ...alice, role: operator! }),
            () => deleteUser(store, { ...alice, withTokens: true }),
          ]
        ) {
          told.length = 0;
          pause = Promise.withResolvers();
          await change();
          // What comes after it, lest a missing message be waited for.
          await site.run("SELECT pg_notify('proxmox_mcp_revoked', '4711')");
          await pause.promise;
          assert.deepEqual(told, [id, 4711], String(change));
        }
      } finally {
        await database.close();
      }
    }),
  );

  Deno.test(
    `${name}: the last active administrator cannot be disabled, demoted or deleted without force`,
    withStore(async (bench) => {
      const { store, clock } = bench;
      await addUser(bench, "boss");
      const root = { username: "root", roleName: null, isSuperuser: true, createdAt: clock.now() };
      await store.createUser(root);
      const boss = { username: "boss", force: false };
      await setActive(store, { ...boss, username: "root", active: false });
      const demote = { edit: { scope: "write" as const }, at: clock.now() };
      for (
        const change of [
          () => setRole(store, { ...boss, role: null }),
          () => setActive(store, { ...boss, active: false }),
          () => deleteUser(store, { ...boss, withTokens: true }),
          () => updateRole(store, { role: "Administrator", force: false, ...demote }),
        ]
      ) await assert.rejects(change(), LAST);
      const before = (await store.listUsers()).find(({ username }) => username === "boss");
      assert.deepEqual([before?.isActive, before?.role?.canAdmin], [true, true]);
      await updateRole(store, { role: "Administrator", force: true, ...demote });
      await setActive(store, { ...boss, active: false });
      await setActive(store, { ...boss, username: "root", active: true });
      await assert.rejects(setActive(store, { ...boss, username: "root", active: false }), LAST);
      await deleteUser(store, { username: "root", withTokens: false, force: true });
    }),
  );

  Deno.test(
    `${name}: two administrators who disable each other at once do not both succeed`,
    withStore(async (bench) => {
      const { store, site } = bench;
      await addUser(bench, "boss");
      await addUser(bench, "chef");
      const database = await site.open();
      try {
        const stores = [store, new AccountStore(database)];
        const set = (active: boolean) => async (username: string, at: number) =>
          await setActive(stores[at]!, { username, active, force: false });
        // The first round may find one of them still connecting.
        for (let round = 0; round < 5; round++) {
          const results = await Promise.allSettled(["boss", "chef"].map(set(false)));
          const ends = results.map(({ status }) => status).toSorted();
          assert.deepEqual(ends, ["fulfilled", "rejected"], `round ${round}`);
          await Promise.all(["boss", "chef"].map(set(true)));
        }
      } finally {
        await database.close();
      }
    }),
  );

  Deno.test(
    `${name}: deleting a user takes their tokens and limits along where that is asked for`,
    withStore(async ({ store, site }) => {
      const { id } = await store.createToken(newToken({ limits: { ...NO_LIMITS, pools: ["a"] } }));
      await site.run(
        "INSERT INTO proxmox_mcp_user_proxmox_token (user_id, token_id, sealed, created_at) " +
          "SELECT id, 'alice@pve!mcp', 'x', 1 FROM auth_user",
      );
      const whose = { username: "alice", force: false };
      await assert.rejects(deleteUser(store, { ...whose, withTokens: false }), {
        code: "conflict",
        message:
          `Cannot delete user alice: token ${id} is theirs; \`--with-tokens\` deletes them too, ` +
          "`user disable` keeps everything and lets nothing in",
      });
      assert.deepEqual(await deleteUser(store, { ...whose, withTokens: true }), [id]);
      for (
        const table of [
          ...["auth_user", "auth_application_tokens", "proxmox_mcp_token_limits"],
          "proxmox_mcp_user_proxmox_token",
        ]
      ) {
        assert.deepEqual(await site.run(`SELECT * FROM ${table}`), [], table);
      }
    }),
  );

  Deno.test(
    `${name}: rows of a table that nobody here knows keep a user`,
    withStore(async ({ store, site }) => {
      await site.script(
        "CREATE TABLE django_admin_log (id integer PRIMARY KEY, user_id integer NOT NULL " +
          "REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED); " +
          "INSERT INTO django_admin_log SELECT 1, id FROM auth_user",
      );
      await store.createToken(newToken());
      const whose = { username: "alice", withTokens: true, force: false };
      await assert.rejects(deleteUser(store, whose), (error: Error & { code?: string }) => {
        assert.equal(error.code, "conflict");
        assert.match(
          error.message,
          /^Cannot delete user alice: rows of (another table|the table django_admin_log) refer to it; disable/,
        );
        return true;
      });
      assert.equal((await store.listTokens()).length, 1, "nothing is half gone");
    }),
  );

  Deno.test(
    `${name}: a rotated token keeps everything but its hash`,
    withStore(async ({ store, clock }) => {
      const limits = { ...NO_LIMITS, pools: ["dev"] };
      const expires = new Date(clock.now().getTime() + 1_000);
      const before = await store.createToken(newToken({ limits, expires, allowedIps: "::1" }));
      const { id } = before;
      const told: number[] = [];
      // Null tells that listening has begun.
      store.onRevoked((id) => id === null ? 0 : told.push(id));
      const now = clock.now();
      const after = await rotateToken(store, { id, tokenHash: hashFor("c"), now });
      assert.deepEqual(after, { ...before, hashPrefix: "cccccccc" });
      assert.equal(await store.findToken(hashFor("a")), null);
      assert.deepEqual(await store.findToken(hashFor("c")), after);
      assert.deepEqual(told.filter((told) => told !== id), []);
      assert.ok(told.length > 0);
      const tokenHash = hashFor("d");
      const past = { code: "conflict", message: /it has expired; give it more time/ };
      await assert.rejects(rotateToken(store, { id, tokenHash, now: expires }), past);
      await store.revokeToken(id);
      await assert.rejects(rotateToken(store, { id, tokenHash, now }), { message: /is revoked/ });
      await assert.rejects(rotateToken(store, { id: 4711, tokenHash, now }), { code: "not_found" });
      assert.equal(await store.findToken(tokenHash), null);
    }),
  );

  Deno.test(
    `${name}: updateToken changes what is named, kind by kind`,
    withStore(async ({ store }) => {
      const before = await store.createToken(newToken({ limits: { ...NO_LIMITS, tags: ["x"] } }));
      const { id } = before;
      const expires = new Date("2026-06-01T00:00:00Z");
      const first = await updateToken(store, {
        id,
        edit: { name: "desk", expires, permission: "read", limits: { pools: ["dev"] } },
      });
      const limits = { ...NO_LIMITS, tags: ["x"], pools: ["dev"] };
      assert.deepEqual(first, { ...before, name: "desk", expires, permission: "read", limits });
      const second = await updateToken(store, {
        id,
        edit: { expires: null, allowedIps: "10.0.0.1", limits: { tags: null } },
      });
      assert.deepEqual([second.expires, second.allowedIps, second.limits], [
        null,
        "10.0.0.1",
        { ...NO_LIMITS, pools: ["dev"] },
      ]);
      assert.equal((await updateToken(store, { id, edit: { limits: NO_LIMITS } })).limits, null);
      assert.equal((await store.findToken(hashFor("a")))?.name, "desk");
      await assert.rejects(updateToken(store, { id: 4711, edit: {} }), { code: "not_found" });
    }),
  );

  Deno.test(
    `${name}: a role is made, changed and removed as Django would, and not while somebody has it`,
    withStore(async ({ store, site, clock }) => {
      const at = clock.now();
      const watch = { name: "Watch", scope: "write", description: "at night", at } as const;
      assert.equal((await createRole(store, watch)).canWrite, true);
      await assert.rejects(createRole(store, watch), {
        message: "Cannot create role Watch: the name is taken",
      });
      clock.advance(60_000);
      const later = clock.now();
      const changed = await updateRole(store, {
        ...{ role: "Watch", edit: { name: "Guard", scope: "admin" }, force: false, at: later },
      });
      assert.deepEqual([changed.name, changed.canAdmin, changed.isSuperuser, changed.description], [
        "Guard",
        true,
        false,
        "at night",
      ]);
      const [row] = await site.run(
        "SELECT updated_at > created_at AS later FROM auth_user_roles WHERE name = 'Guard'",
      );
      assert.ok(row?.later);
      const taken = { role: "Guard", edit: { name: "Viewer" }, force: false, at };
      await assert.rejects(updateRole(store, taken), { message: /the name is taken$/ });
      await deleteRole(store, "Guard");
      await assert.rejects(deleteRole(store, "Guard"), { code: "not_found" });
      await assert.rejects(deleteRole(store, "Operator"), {
        code: "conflict",
        message: /^Cannot delete role Operator: it is the role of alice; give them another/,
      });
      for (const bad of ["", " ", "x".repeat(51), "a\nb"]) {
        await assert.rejects(createRole(store, { ...watch, name: bad }), { code: "invalid" });
      }
    }),
  );

  Deno.test(
    `${name}: userWithPassword gives what stands in the row, and nothing for an unknown name`,
    withStore(async ({ store }) => {
      await setPassword(store, { username: "alice", hash: "pbkdf2_sha256$1$a$b" });
      const found = await store.userWithPassword("alice");
      assert.equal(found?.password, "pbkdf2_sha256$1$a$b");
      assert.deepEqual(found?.user, (await store.listUsers())[0]);
      await setPassword(store, { username: "alice", hash: null });
      assert.match((await store.userWithPassword("alice"))?.password ?? "", /^!.{40}$/);
      assert.equal(await store.userWithPassword("Alice"), undefined);
    }),
  );
}
