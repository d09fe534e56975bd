import assert from "node:assert/strict";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { TOKEN_TABLES, tokenQuery } from "../../lib/auth/queries.ts";
import { LIMIT_COLUMNS } from "../../lib/auth/limit_columns.ts";
import type { Database } from "../../lib/database/database.ts";
import { HALT_TABLES, haltsOf } from "../../lib/database/halts.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { auditRow, hashFor, newToken } from "./site.ts";
import { makeSqliteSite } from "./sqlite_site.ts";

const TABLES = [...TOKEN_TABLES, ...HALT_TABLES];
const now = () => new Date(0);

/** Two that watch one file, which anybody else may write too. */
async function watched() {
  const site = await makeSqliteSite();
  const [own, other] = [await site.open(), await site.open()];
  await migrate(own, { now });
  for (const database of [own, other]) await database.watch?.(TABLES);
  const store = new AccountStore(own);
  const user = { username: "ada", roleName: "Viewer", isSuperuser: false, createdAt: now() };
  await store.createUser(user);
  await store.createToken(newToken({ username: "ada" }));
  return {
    ...{ own, other, site, store },
    async [Symbol.asyncDispose]() {
      for (const database of [own, other]) await database.close();
      await site.dispose();
    },
  };
}

/** Whether this has `Database.mark` of the other change. */
async function changes(database: Database, work: () => Promise<unknown>): Promise<boolean> {
  const before = database.mark?.();
  await work();
  return database.mark?.() !== before;
}

Deno.test("the watched tables are those that tokens and halts are read from", () => {
  const query = tokenQuery(LIMIT_COLUMNS, { ownTables: true });
  const read = [...query.matchAll(/\b(?:FROM|JOIN) (\w+)/g)].map(([, table]) => table);
  assert.deepEqual([...new Set(read)].toSorted(), TOKEN_TABLES.toSorted());
});

Deno.test("what others write elsewhere leaves the mark of a watched file as it is", async () => {
  await using file = await watched();
  const trail = new AuditTrail(file.other);
  assert.equal(await changes(file.own, () => trail.append(auditRow())), false, "an audit row");
  const sql = "INSERT INTO proxmox_mcp_spent (key, expires) VALUES ('a', 1)";
  assert.equal(await changes(file.own, async () => await file.site.run(sql)), false, "a used key");
});

Deno.test("what others write of a watched table shows at once, whoever they are", async () => {
  await using file = await watched();
  const rows: Record<string, [columns: string, values: string]> = {
    auth_application_tokens: [
      "user_id, name, token_hash, permission, created_at, is_active, allowed_ips",
      "1, 'x', 'x', 'read', '', 1, ''",
    ],
    auth_user: [
      "password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined",
      "'', 0, 'x', '', '', '', 0, 1, ''",
    ],
    auth_user_roles: [
      "name, is_superuser, can_write, can_admin, description, created_at, updated_at",
      "'x', 0, 0, 0, '', '', ''",
    ],
    proxmox_mcp_token_limits: ["token_id", "9"],
    proxmox_mcp_user_proxmox_token: [
      "user_id, cluster, token_id, sealed, created_at",
      "9, '', 'x', 'x', 1",
    ],
    proxmox_mcp_halt: ["id, halted_by, reason, since", "1, 'x', '', 1"],
  };
  for (const table of TABLES) {
    const [columns, values] = rows[table] ?? [];
    const [first] = (columns ?? "").split(", ");
    const statements = [
      `INSERT INTO ${table} (${columns}) VALUES (${values})`,
      `UPDATE ${table} SET ${first} = ${first}`,
      `DELETE FROM ${table}`,
    ];
    for (const sql of statements) {
      assert.ok(await changes(file.own, async () => await file.site.run(sql)), sql);
    }
  }
});

Deno.test("a token that is revoked beside a watched file, and a halt, hold at once", async () => {
  await using file = await watched();
  const isActive = async () => (await file.store.findToken(hashFor("a")))?.isActive;
  assert.equal(await isActive(), true);
  await new AuditTrail(file.other).append(auditRow());
  assert.equal(await isActive(), true);
  await new AccountStore(file.other).revokeToken(1);
  assert.equal(await isActive(), false, "by another one that watches");
  await file.site.run("UPDATE auth_application_tokens SET is_active = 1");
  assert.equal(await isActive(), true, "by SQL");
  await file.site.run("UPDATE auth_user SET is_active = 0");
  assert.equal((await file.store.findToken(hashFor("a")))?.user.isActive, false, "its user");
  const [own, others] = [haltsOf(file.own), haltsOf(file.other)];
  assert.equal(await own.find(), undefined);
  await others.begin({ by: "bob", reason: "", since: now() });
  assert.equal((await own.find())?.by, "bob");
});

/** What Django does to change a column. */
const REBUILD = `PRAGMA foreign_keys = OFF; BEGIN;
  CREATE TABLE new__auth_application_tokens AS SELECT * FROM auth_application_tokens;
  DROP TABLE auth_application_tokens;
  ALTER TABLE new__auth_application_tokens RENAME TO auth_application_tokens; COMMIT`;
const REVOKE = "UPDATE auth_application_tokens SET is_active = 0";

Deno.test("a watched table that is made anew is watched by all that is committed", async () => {
  await using file = await watched();
  const { own, site, store } = file;
  const isActive = async () => (await store.findToken(hashFor("a")))?.isActive;
  assert.equal(await isActive(), true);
  assert.ok(await changes(own, async () => await site.script(REBUILD)), "made anew");
  assert.equal(await isActive(), true);
  await site.run(REVOKE);
  assert.equal(await isActive(), false, "without the triggers");
  const append = () => new AuditTrail(file.other).append(auditRow());
  assert.ok(await changes(own, append), "nothing else can be told apart");

  await file.other.watch?.(TABLES);
  own.mark?.();
  assert.equal(await changes(own, append), false, "since another one has made them again");
  assert.ok(await changes(own, async () => await site.run(REVOKE)), "by the triggers");
});

Deno.test("a counter that somebody takes away is no counter that stands still", async () => {
  await using file = await watched();
  const { own, site, store } = file;
  assert.equal((await store.findToken(hashFor("a")))?.isActive, true);
  await site.run("DELETE FROM sqlite_sequence WHERE name = 'proxmox_mcp_changes'");
  assert.equal((await store.findToken(hashFor("a")))?.isActive, true);
  assert.ok(await changes(own, async () => await site.run(REVOKE)));
  assert.equal((await store.findToken(hashFor("a")))?.isActive, false);
});

Deno.test("the triggers write no table of the program's own, which may be removed", async () => {
  await using file = await watched();
  await file.site.script(`DROP TABLE proxmox_mcp_token_limits; DROP TABLE proxmox_mcp_halt`);
  await file.site.run(REVOKE);
  assert.equal(
    (await file.site.run("SELECT is_active FROM auth_application_tokens"))[0]?.is_active,
    0,
  );
});
