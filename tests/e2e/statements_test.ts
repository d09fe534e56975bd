import assert from "node:assert/strict";
import postgres from "postgres";
import { openPostgres } from "../../lib/database/postgres_database.ts";
import { makePostgresSite, urlOf } from "../auth/postgres.ts";
import { sharedPostgres as server } from "../auth/shared_postgres.ts";
import { Site } from "../site.ts";
import { noteStatements } from "../support/statements.ts";
import { until } from "../support/until.ts";

/** What the statements of a call are about, in order: what a change costs a database that is far away. */
const READ = ["login", "rate", "row"];
const CHANGE = ["login", "rate", "halt", "identical", "lease", "intent", "row"];

const TOLD: readonly [RegExp, string][] = [
  [/^SELECT t\.id.*FROM auth_application_tokens/s, "login"],
  [/INSERT INTO "proxmox_mcp_rates"/, "rate"],
  [/^SELECT halted_by/, "halt"],
  [/^SELECT key, holder/, "identical"],
  [/^INSERT INTO proxmox_mcp_spent/, "lease"],
  [
    /^WITH.*NOT EXISTS \(SELECT 1 FROM proxmox_mcp_halt\).*INSERT INTO proxmox_mcp_audit/s,
    "intent",
  ],
  [/^WITH.*INSERT INTO proxmox_mcp_audit/s, "row"],
];

Deno.test("what a token has asked for is counted while the token is looked up", async () => {
  const database = await makePostgresSite(await server());
  await using statements = noteStatements(await server());
  const url = urlOf(statements, { database: database.database, query: "?sslmode=disable" });
  const config = { server: { rate_limit: { requests_per_minute: 1_000 } } };
  await using site = await Site.start({ openDatabase: () => openPostgres(url), config });
  await site.call("get_nodes");
  const owner = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    const counts = () => statements.sent.filter((text) => /proxmox_mcp_rates/.test(text)).length;
    const before = counts();
    const call = await owner.begin(async (sql) => {
      await sql`LOCK TABLE auth_application_tokens IN ACCESS EXCLUSIVE MODE`;
      const answer = site.call("get_nodes");
      await until(() => counts() > before);
      return { answer };
    });
    assert.equal((await call.answer).isError, false);
    assert.equal(counts(), before + 1, "once");
  } finally {
    await owner.end();
  }
});

Deno.test("a call on PostgreSQL runs no statement more than it needs", async () => {
  const database = await makePostgresSite(await server());
  await using statements = noteStatements(await server());
  const url = urlOf(statements, { database: database.database, query: "?sslmode=disable" });
  await using site = await Site.start({
    openDatabase: () => openPostgres(url),
    config: { server: { rate_limit: { requests_per_minute: 1_000 } } },
  });
  const { sent } = statements;
  const during = async (...[name, input]: Parameters<typeof site.call>) => {
    const before = sent.length;
    const answer = await site.call(name, input, { token: site.tokens.admin });
    assert.equal(answer.isError, false, answer.text);
    // What need not be waited for is over when nothing is held any longer.
    await until(async () => (await database.run(HELD)).length === 0);
    const told = sent.slice(before).map((text) =>
      TOLD.find(([told]) => told.test(text))?.[1] ?? text
    );
    // These two are sent at one moment.
    return [...told.slice(0, 2).sort(), ...told.slice(2)];
  };
  // The first notes that the token is used, and finds where the chain ends.
  await during("stop_vm", { vmid: 100, wait: false });
  assert.deepEqual(await during("get_nodes", {}), READ);
  assert.deepEqual(await during("start_vm", { vmid: 101, wait: false }), CHANGE);
  const without = CHANGE.filter((told) => told !== "identical");
  assert.deepEqual(await during("set_guest_notes", { vmid: 101, notes: "new" }), without);
});

const HELD = "SELECT key FROM proxmox_mcp_spent UNION SELECT key FROM proxmox_mcp_running " +
  "WHERE upid IS NULL AND expires > 0";
