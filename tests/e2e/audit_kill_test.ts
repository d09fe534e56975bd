import assert from "node:assert/strict";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { makePostgresSite } from "../auth/postgres.ts";
import { sharedPostgres } from "../auth/shared_postgres.ts";
import { startFakePve } from "../fake_pve.ts";
import { startServe } from "../support/cli.ts";
import { Folder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { createAuthenticatedToken } from "../tokens.ts";

const server = sharedPostgres;
const now = () => new Date();

/** Kills a server while a change is on its way to Proxmox, and gives the rows that it left. */
async function killBetween(folder: string, url: string) {
  await using fake = await startFakePve();
  await Deno.writeTextFile(`${folder}/ca.pem`, fake.caPem);
  const { user, name, value } = fake.token;
  const config = `${folder}/config.json`;
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      proxmox: { host: fake.host, port: fake.port, ca_file: "ca.pem" },
      auth: { user, token_name: name, token_value: value },
      server: { port: 0 },
      database: { url },
    }),
  );
  const database = await openDatabase(url);
  try {
    await migrate(database, { now });
    const store = new AccountStore(database);
    await store.createUser({
      username: "ada",
      roleName: null,
      isSuperuser: true,
      createdAt: now(),
    });
    const token = await createAuthenticatedToken(store, {
      username: "ada",
      permission: "admin",
      now,
    });
    await using child = await startServe(["--config", config]);
    fake.fault({ method: "POST" }, { kind: "hang" }, { times: 100 });
    const args = { action: "shutdown", vmids: ["web1", 110], dry_run: false };
    const answer = fetch(child.url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        method: "tools/call",
        params: { name: "bulk_power", arguments: args },
      }),
    }).catch(() => null);
    await until(() => fake.requests.filter(({ method }) => method === "POST").length === 2);
    child.kill("SIGKILL");
    await child.status;
    await answer;
    const trail = new AuditTrail(database);
    assert.equal((await trail.verify()).ok, true);
    return await trail.list({});
  } finally {
    await database.close();
  }
}

async function assertIntents(folder: string, url: string): Promise<void> {
  const rows = await killBetween(folder, url);
  assert.ok(rows.length > 0);
  for (const row of rows) {
    assert.deepEqual([row.tool, row.outcome, row.user], ["bulk_power", "intent", "ada"]);
  }
  assert.deepEqual([...new Set(rows.flatMap(({ vmids }) => vmids))].sort(), [100, 110]);
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  await using folder = await Folder.make();
  await work(folder.path);
}

Deno.test("after SIGKILL every change that was sent has its intent: SQLite", () =>
  withFolder((folder) => assertIntents(folder, `sqlite:${folder}/store.db`)));

Deno.test("after SIGKILL every change that was sent has its intent: PostgreSQL", () =>
  withFolder(async (folder) => {
    const site = await makePostgresSite(await server());
    try {
      await assertIntents(folder, site.url);
    } finally {
      await site.dispose();
    }
  }));
