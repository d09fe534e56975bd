import assert from "node:assert/strict";
import { MIGRATIONS, SCHEMA_VERSION } from "../../lib/database/schema.ts";
import { Clock } from "./clock.ts";
import { auditRow, hashFor, newToken, type Site, withBench } from "./site.ts";

export function runSchemaCases(name: string, makeSite: () => Promise<Site>): void {
  const withStore = (work: Parameters<typeof withBench>[1]) => () => withBench(makeSite, work);

  Deno.test(`${name}: migrate creates the schema once, and seeds the roles`, async () => {
    const clock = new Clock();
    const site = await makeSite();
    const store = await site.open({ now: clock.now });
    try {
      await assert.rejects(store.checkSchema(), {
        code: "conflict",
        message: "Cannot use the database: it has no schema yet, this program needs version " +
          `${SCHEMA_VERSION}; run \`proxmox-mcp migrate\``,
      });
      const report = await store.migrate();
      assert.equal(report.from, 0);
      assert.equal(report.to, SCHEMA_VERSION);
      assert.ok(report.applied.includes("created table auth_application_tokens"));
      assert.deepEqual(await store.migrate(), {
        from: SCHEMA_VERSION,
        to: SCHEMA_VERSION,
        applied: [],
      });
      await store.checkSchema();
      await store.ping();
      assert.deepEqual(
        (await store.listRoles()).map((role) => [role.name, role.canWrite, role.canAdmin]),
        [["Administrator", true, true], ["Operator", true, false], ["Viewer", false, false]],
      );
    } finally {
      await store.close();
      await site.dispose();
    }
  });

  Deno.test(
    `${name}: a schema newer than the program is refused, naming both versions`,
    withStore(async ({ site, store }) => {
      await site.run(
        "INSERT INTO proxmox_mcp_schema (version, name, applied_at) " +
          "VALUES (99, 'later', '2026-01-01 00:00:00')",
      );
      const refusal = {
        code: "conflict",
        message: "Cannot use the database: it has schema version 99, this program knows versions " +
          `up to ${SCHEMA_VERSION}; use a newer proxmox-mcp`,
      };
      await assert.rejects(store.checkSchema(), refusal);
      await assert.rejects(store.migrate(), refusal);
    }),
  );

  Deno.test(
    `${name}: a schema older than the program is refused until migrated`,
    withStore(async ({ site, store }) => {
      const last = MIGRATIONS.at(-1)?.tables ?? [];
      await site.run(`DELETE FROM proxmox_mcp_schema WHERE version = ${SCHEMA_VERSION}`);
      for (const table of last) await site.run(`DROP TABLE ${table}`);
      await assert.rejects(store.checkSchema(), {
        code: "conflict",
        message: `Cannot use the database: it has schema version ${SCHEMA_VERSION - 1}, ` +
          `this program needs version ${SCHEMA_VERSION}; run \`proxmox-mcp migrate\``,
      });
      const { applied } = await store.migrate();
      assert.deepEqual(applied, last.map((table) => `created table ${table}`));
      await store.checkSchema();
    }),
  );

  Deno.test(
    `${name}: tables that are there are adopted with their rows, and roles are not seeded`,
    withStore(async ({ site, store }) => {
      await store.createToken(newToken());
      await site.run("DELETE FROM auth_user_roles WHERE name = 'Viewer'");
      await site.run("DROP TABLE proxmox_mcp_schema");
      const { applied } = await store.migrate();
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
    withStore(async ({ site, store }) => {
      await site.run("ALTER TABLE auth_application_tokens DROP COLUMN allowed_ips");
      const refusal = {
        code: "conflict",
        message: "Cannot use the table auth_application_tokens: it has no column allowed_ips",
      };
      await assert.rejects(store.checkSchema(), refusal);
      await site.run("DROP TABLE proxmox_mcp_schema");
      await assert.rejects(store.migrate(), refusal);
    }),
  );

  Deno.test(
    `${name}: without the audit table the program runs on Django's tables alone`,
    withStore(async ({ site, clock }) => {
      for (const table of MIGRATIONS.flatMap((migration) => migration.tables)) {
        if (table.startsWith("proxmox_mcp_")) await site.run(`DROP TABLE ${table}`);
      }
      const store = await site.open({ now: clock.now, auditDatabase: false });
      try {
        await store.checkSchema();
        await store.createToken(newToken());
        assert.equal((await store.findToken(hashFor("a")))?.limits, null);
        await store.checkAudit();
        await store.appendAudit(auditRow());
        await assert.rejects(store.listAudit(), { code: "invalid" });
        const limits = {
          pools: ["dev"],
          tags: null,
          vmids: null,
          nodes: null,
          toolsAllow: null,
          toolsDeny: [],
        };
        await assert.rejects(store.createToken(newToken({ limits })), { code: "conflict" });
      } finally {
        await store.close();
      }
    }),
  );

  Deno.test(
    `${name}: without the audit table limits still hold where their table is`,
    withStore(async ({ site, store, clock }) => {
      const limits = {
        pools: null,
        tags: null,
        vmids: [{ from: 100, to: 199 }],
        nodes: null,
        toolsAllow: null,
        toolsDeny: [],
      };
      await store.createToken(newToken({ limits }));
      const other = await site.open({ now: clock.now, auditDatabase: false });
      try {
        await other.checkSchema();
        assert.deepEqual((await other.findToken(hashFor("a")))?.limits, limits);
      } finally {
        await other.close();
      }
    }),
  );
}
