import assert from "node:assert/strict";
import postgres from "postgres";
import { openPostgres } from "../../lib/database/postgres_database.ts";
import { makePostgresSite, urlOf } from "../auth/postgres.ts";
import { sharedPostgres as server } from "../auth/shared_postgres.ts";
import { Site } from "../site.ts";
import { noteStatements } from "../support/statements.ts";
import { until } from "../support/until.ts";
import { changes } from "../tools/requests.ts";

/** What the statements of a call are about: what a call costs a database that is far away. A login counts its request. */
const READ = ["login", "row"];
const CHANGE = ["login", "halt", "identical", "lease", "intent", "row"];

const TOLD: readonly [RegExp, string][] = [
  [
    /^WITH q0 AS \(INSERT INTO proxmox_mcp_rates.*q1 AS \(SELECT t\.id.*FROM auth_application_tokens/s,
    "login",
  ],
  [/^WITH q0 AS \(SELECT halted_by/, "halt"],
  [/^WITH q0 AS \(SELECT key, holder/, "identical"],
  [/^INSERT INTO proxmox_mcp_spent/, "lease"],
  [
    /^WITH.*NOT EXISTS \(SELECT 1 FROM proxmox_mcp_halt\).*INSERT INTO proxmox_mcp_audit/s,
    "intent",
  ],
  [/^WITH.*INSERT INTO proxmox_mcp_audit/s, "row"],
];

const HELD = "SELECT key FROM proxmox_mcp_spent UNION SELECT key FROM proxmox_mcp_running " +
  "WHERE upid IS NULL AND expires > 0";

/** A site, and what it sends to its database. */
async function withSite(
  work: (parts: {
    readonly site: Site;
    readonly told: () => string[];
    readonly owner: postgres.Sql;
  }) => Promise<void>,
): Promise<void> {
  const database = await makePostgresSite(await server());
  await using statements = noteStatements(await server());
  const url = urlOf(statements, { database: database.database, query: "?sslmode=disable" });
  const rate_limit = { requests_per_minute: 1_000, failed_logins_per_minute: 0 };
  const config = { server: { rate_limit } };
  const told = () =>
    statements.sent.map((text) => TOLD.find(([told]) => told.test(text))?.[1] ?? text);
  const owner = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    await using site = await Site.start({ openDatabase: () => openPostgres(url), config });
    await work({ site, told, owner });
  } finally {
    await owner.end();
  }
}

Deno.test("a call on PostgreSQL runs no statement more than it needs", () =>
  withSite(async ({ site, told, owner }) => {
    const during = async (...[name, input]: Parameters<Site["call"]>) => {
      const before = told().length;
      const answer = await site.call(name, input, { token: site.tokens.admin });
      assert.equal(answer.isError, false, answer.text);
      // What need not be waited for is over when nothing is held any longer.
      await until(async () => (await owner.unsafe(HELD)).length === 0);
      return told().slice(before);
    };
    // The first notes that the token is used, and finds where the chain ends.
    await during("stop_vm", { vmid: 100, wait: false });
    assert.deepEqual(await during("get_nodes", {}), READ);
    assert.deepEqual(await during("start_vm", { vmid: 101, wait: false }), CHANGE);
    const without = CHANGE.filter((told) => told !== "identical");
    assert.deepEqual(await during("set_guest_notes", { vmid: 101, notes: "new" }), without);
  }));

Deno.test("a request is counted as its token is looked up, which still decides", () =>
  withSite(async ({ site, told, owner }) => {
    await site.call("get_nodes");
    const counts = () => told().filter((each) => each === "login").length;
    const before = counts();
    const { answer } = await owner.begin(async (sql) => {
      await sql`LOCK TABLE auth_application_tokens IN ACCESS EXCLUSIVE MODE`;
      await sql`UPDATE auth_application_tokens SET is_active = false`;
      const answer = site.post({ method: "tools/list" }, site.headers());
      await until(async () => (await sql`SELECT FROM pg_locks WHERE NOT granted`).length > 0);
      return { answer };
    });
    assert.equal((await answer).status, 401);
    assert.equal(counts(), before + 1);
  }));

Deno.test("a halt that begins while a change takes its guest keeps that from being sent", () =>
  withSite(async ({ site, owner }) => {
    await site.call("get_nodes");
    const { answer } = await owner.begin(async (sql) => {
      await sql`LOCK TABLE proxmox_mcp_spent IN EXCLUSIVE MODE`;
      const answer = site.call("start_vm", { vmid: 101, wait: false }, {
        token: site.tokens.admin,
      });
      await until(async () => (await sql`SELECT FROM pg_locks WHERE NOT granted`).length > 0);
      await sql`INSERT INTO proxmox_mcp_halt (id, halted_by, reason, since)
        VALUES (1, 'grace', '', 0)`;
      return { answer };
    });
    assert.match((await answer).text, /^Cannot start VM 101: Changes are halted since/);
    assert.deepEqual(changes(site), []);
    const rows = await owner`SELECT outcome FROM proxmox_mcp_audit WHERE tool = 'start_vm'`;
    assert.deepEqual(rows.map(({ outcome }) => outcome), ["denied"]);
    await until(async () => (await owner`SELECT FROM proxmox_mcp_running`).length === 0);
  }));
