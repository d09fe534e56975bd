import assert from "node:assert/strict";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import type { Row } from "../../lib/database/database.ts";
import { migrate } from "../../lib/database/migrate.ts";
import type { Change, Migration } from "../../lib/database/migrations/migration.ts";
import { MIGRATIONS } from "../../lib/database/migrations/mod.ts";
import { checkSchema, SCHEMA_VERSION } from "../../lib/database/schema.ts";
import { describeSchema } from "./catalog.ts";
import { auditRow, type Bench, type Site, withBench, withDatabase } from "./site.ts";
import { makeVersion, OLD_VERSIONS, TABLES_SINCE } from "./versions.ts";

/** How many audit rows there are after one more, and the number of the last. */
const ROWS_OF = { 1: [1, 1], 2: [4, 6], 3: [4, 6], 4: [4, 6], 5: [5, 7] } as const;

export function runMigrationCases(name: string, makeSite: () => Promise<Site>): void {
  for (const version of OLD_VERSIONS) {
    Deno.test(`${name}: a schema of version ${version} is migrated with its rows`, () =>
      withDatabase(makeSite, async ({ site, database, clock }) => {
        await makeVersion(site, database, version);
        const tables = OLD_VERSIONS.filter((old) => old <= version)
          .flatMap((old) => TABLES_SINCE[old]);
        const before = await rowsOf(site, tables);
        for (const table of tables) assert.ok(before[table]?.length, `rows in ${table}`);
        await assert.rejects(checkSchema(database), {
          code: "conflict",
          message: `Cannot use the database: it has schema version ${version}, ` +
            `this program needs version ${SCHEMA_VERSION}; run \`deno run -A main.ts migrate\``,
        });

        const report = await migrate(database, { now: clock.now });
        assert.deepEqual([report.from, report.to], [version, SCHEMA_VERSION]);
        assert.deepEqual(
          report.applied,
          MIGRATIONS.slice(version).flatMap(({ changes }) => changes.flatMap(({ done }) => done)),
        );
        await checkSchema(database);

        const after = await rowsOf(site, tables);
        for (const table of tables) {
          assert.deepEqual(after[table]?.map(keysOf(before[table]?.[0])), before[table], table);
        }
        const steps = await site.run("SELECT version, name FROM proxmox_mcp_schema ORDER BY 1");
        assert.deepEqual(
          steps.map((row) => [row.version, row.name]),
          MIGRATIONS.map((step) => [step.version, step.name]),
        );
        const tokens = await new AccountStore(database).listTokens();
        assert.deepEqual(
          tokens.map(({ name, user, limits }) => [name, user.role?.name, limits?.vmids]),
          [
            ["laptop", "Operator", undefined],
            ["ci", "Operator", version < 3 ? undefined : [{ from: 100, to: 199 }]],
          ],
        );
        const trail = new AuditTrail(database);
        await trail.append(auditRow());
        const { ok, rows, last } = await trail.verify();
        assert.deepEqual([ok, rows, last], [true, ...ROWS_OF[version]]);
        const migrated = await describeSchema(site.run, database.dialect);
        await withBench(makeSite, async (fresh) => {
          assert.deepEqual(
            migrated,
            await describeSchema(fresh.site.run, fresh.database.dialect),
          );
        });
      }));
  }

  Deno.test(`${name}: a further step adds its column to a table that is there`, () =>
    withBench(makeSite, async (bench) => {
      const { site, database, trail, clock } = bench;
      await trail.append(auditRow());
      const migrations = [...MIGRATIONS, further([ADD_NOTE])];
      assert.deepEqual(await migrate(database, { now: clock.now, migrations }), {
        from: SCHEMA_VERSION,
        to: SCHEMA_VERSION + 1,
        applied: ["added the column note to table proxmox_mcp_audit"],
      });
      assert.deepEqual(await notesOf(bench), ["2026-03-01"]);
      assert.equal((await trail.verify()).ok, true);
      assert.deepEqual((await migrate(database, { now: clock.now, migrations })).applied, []);
      const [step] = await site.run("SELECT max(version) AS version FROM proxmox_mcp_schema");
      assert.equal(step?.version, SCHEMA_VERSION + 1);
    }));

  Deno.test(`${name}: a step that fails leaves nothing behind`, () =>
    withBench(makeSite, async (bench) => {
      const { database, clock } = bench;
      const broken = ["UPDATE proxmox_mcp_audit SET no_such_column = 1"];
      const change = { ...ADD_NOTE, sqlite: broken, postgres: broken };
      const migrations = [...MIGRATIONS, further([ADD_NOTE, change])];
      await assert.rejects(migrate(database, { now: clock.now, migrations }));
      await assert.rejects(notesOf(bench), /note/);
      await checkSchema(database);
    }));
}

const NOTE = [
  "ALTER TABLE proxmox_mcp_audit ADD COLUMN note text NOT NULL DEFAULT ''",
  "CREATE INDEX proxmox_mcp_audit_note ON proxmox_mcp_audit (note)",
];
const ADD_NOTE: Change = {
  action: "add the column note to the table proxmox_mcp_audit",
  done: ["added the column note to table proxmox_mcp_audit"],
  sqlite: [...NOTE, "UPDATE proxmox_mcp_audit SET note = substr($1, 1, 10)"],
  postgres: [
    ...NOTE,
    "UPDATE proxmox_mcp_audit SET note = to_char($1::timestamptz, 'YYYY-MM-DD')",
  ],
};

function further(changes: readonly Change[]): Migration {
  return { version: SCHEMA_VERSION + 1, name: "further", changes };
}

async function notesOf({ site }: Bench): Promise<unknown[]> {
  return (await site.run("SELECT note FROM proxmox_mcp_audit")).map(({ note }) => note);
}

async function rowsOf(site: Site, tables: readonly string[]): Promise<Record<string, Row[]>> {
  const found: Record<string, Row[]> = {};
  for (const table of tables) {
    found[table] = (await site.run(`SELECT * FROM ${table} ORDER BY 1`)).map((row) => ({ ...row }));
  }
  return found;
}

/** Only the columns that `like` has. */
function keysOf(like: Row | undefined): (row: Row) => Row {
  const columns = Object.keys(like ?? {});
  return (row) => Object.fromEntries(columns.map((column) => [column, row[column]]));
}
