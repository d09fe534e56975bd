import assert from "node:assert/strict";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { ping } from "../../lib/database/database.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { checkSchema, SCHEMA_VERSION } from "../../lib/database/schema.ts";
import { NO_LIMITS } from "../tokens.ts";
import {
  auditRow,
  hashFor,
  newToken,
  OWN_TABLES,
  type Site,
  withBench,
  withDatabase,
} from "./site.ts";

export function runSchemaCases(name: string, makeSite: () => Promise<Site>): void {
  const withStore = (work: Parameters<typeof withBench>[1]) => () => withBench(makeSite, work);

  Deno.test(`${name}: migrate creates the schema once, and seeds the roles`, () =>
    withDatabase(makeSite, async ({ database, clock: { now } }) => {
      await assert.rejects(checkSchema(database), {
        code: "conflict",
        message: "Cannot use the database: it has no schema yet, this program needs version " +
          `${SCHEMA_VERSION}; run \`deno run -A main.ts migrate\``,
      });
      const { from, to, applied } = await migrate(database, { now });
      assert.deepEqual([from, to], [0, SCHEMA_VERSION]);
      const known = [
        "created table proxmox_mcp_schema",
        "created table auth_user_roles",
        "added the roles Administrator, Operator, Viewer",
        "created table auth_user",
        "created table auth_application_tokens",
        "created table proxmox_mcp_audit",
        "created table proxmox_mcp_audit_head",
        "created table proxmox_mcp_token_limits",
        "created table proxmox_mcp_rates",
        "added the column format to table proxmox_mcp_audit",
        "created table proxmox_mcp_spent",
        "created table proxmox_mcp_secret",
      ];
      assert.deepEqual(applied.slice(0, known.length), known);
      assert.deepEqual(await migrate(database, { now }), {
        from: SCHEMA_VERSION,
        to: SCHEMA_VERSION,
        applied: [],
      });
      await checkSchema(database);
      await ping(database);
      assert.deepEqual(
        (await new AccountStore(database).listRoles())
          .map((role) => [role.name, role.canWrite, role.canAdmin]),
        [["Administrator", true, true], ["Operator", true, false], ["Viewer", false, false]],
      );
    }));

  Deno.test(
    `${name}: a schema newer than the program is refused, naming both versions`,
    withStore(async ({ site, database, clock: { now } }) => {
      await site.run(
        "INSERT INTO proxmox_mcp_schema (version, name, applied_at) " +
          "VALUES (99, 'later', '2026-01-01 00:00:00')",
      );
      const refusal = {
        code: "conflict",
        message: "Cannot use the database: it has schema version 99, this program knows versions " +
          `up to ${SCHEMA_VERSION}; use a newer proxmox-mcp`,
      };
      await assert.rejects(checkSchema(database), refusal);
      await assert.rejects(migrate(database, { now }), refusal);
    }),
  );

  Deno.test(
    `${name}: tables that are there are adopted with their rows, and roles are not seeded`,
    withStore(async ({ site, database, store, clock: { now } }) => {
      await store.createToken(newToken());
      await site.run("DELETE FROM auth_user_roles WHERE name = 'Viewer'");
      for (const table of OWN_TABLES) await site.run(`DROP TABLE ${table}`);
      const { applied } = await migrate(database, { now });
      assert.ok(applied.includes("kept table auth_user_roles"));
      assert.deepEqual((await store.listRoles()).map((role) => role.name), [
        "Administrator",
        "Operator",
      ]);
      assert.equal((await store.findToken(hashFor("a")))?.name, "laptop");
    }),
  );

  Deno.test(
    `${name}: a table of Django's that lacks a column is named`,
    withStore(async ({ site, database, clock: { now } }) => {
      await site.run("ALTER TABLE auth_application_tokens DROP COLUMN allowed_ips");
      const refusal = {
        code: "conflict",
        message: "Cannot use the table auth_application_tokens: it has no column allowed_ips",
      };
      await assert.rejects(checkSchema(database), refusal);
      await site.run("DROP TABLE proxmox_mcp_schema");
      await assert.rejects(migrate(database, { now }), refusal);
    }),
  );

  Deno.test(
    `${name}: without the audit table the program runs on Django's tables alone`,
    withStore(async ({ site }) => {
      for (const table of OWN_TABLES) await site.run(`DROP TABLE ${table}`);
      const database = await site.open({ ownTables: false });
      const store = new AccountStore(database);
      const trail = new AuditTrail(database);
      try {
        await checkSchema(database);
        await store.createToken(newToken());
        assert.equal((await store.findToken(hashFor("a")))?.limits, null);
        await trail.check();
        await trail.append(auditRow());
        const refusal = {
          code: "invalid",
          message: "Cannot read the audit trail: audit.database is false",
        };
        await assert.rejects(trail.list(), refusal);
        await assert.rejects(trail.verify(), refusal);
        const at = new Date();
        await assert.rejects(trail.prune({ before: at, by: "root", at }), refusal);
        const limits = { ...NO_LIMITS, pools: ["dev"] };
        await assert.rejects(store.createToken(newToken({ limits })), { code: "conflict" });
      } finally {
        await database.close();
      }
    }),
  );

  Deno.test(
    `${name}: without the audit table limits still hold where their table is`,
    withStore(async ({ site, store }) => {
      const limits = { ...NO_LIMITS, vmids: [{ from: 100, to: 199 }] };
      await store.createToken(newToken({ limits }));
      const database = await site.open({ ownTables: false });
      try {
        await checkSchema(database);
        const token = await new AccountStore(database).findToken(hashFor("a"));
        assert.deepEqual(token?.limits, limits);
      } finally {
        await database.close();
      }
    }),
  );
}
