import assert from "node:assert/strict";
import { Grants } from "../../lib/auth/grants.ts";
import type { Database } from "../../lib/database/database.ts";
import { openDatabase } from "../../lib/database/open.ts";
import { makePostgresSite } from "../auth/postgres.ts";
import { sharedPostgres } from "../auth/shared_postgres.ts";
import { Site } from "../site.ts";
import { until } from "../support/until.ts";
import {
  authorizeUrl,
  Browser,
  redeem,
  register,
  renew,
  statusOf,
} from "../support/own_sign_in.ts";

const RESOURCE = "https://mcp.example/mcp";
const REFUSED = [400, "invalid_grant"];

/** Two instances behind one name, on one database. */
async function withPair(
  openDatabase: () => Promise<Database>,
  work: (first: Site, second: Site) => Promise<void>,
): Promise<void> {
  const config = {
    server: { public_url: "https://mcp.example", oauth: { own: true } },
  };
  await using first = await Site.start({ openDatabase, config, username: "ada" });
  await using second = await Site.start({ openDatabase, config, username: "grace" });
  await work(first, second);
}

/** Lets a client in at `first`, whose id `second` has made and whose request `second` is sent too. */
async function letInAt(first: Site, second: Site): Promise<{ clientId: string; code: string }> {
  const clientId = await register(second);
  const browser = new Browser(first);
  const url = authorizeUrl(first, clientId, { resource: RESOURCE });
  await browser.signIn(url, first.tokens.admin);
  const told = await browser.decide(url);
  assert.equal(told.status, 303, told.text);
  assert.equal(told.to().searchParams.get("iss"), "https://mcp.example");
  return { clientId, code: told.to().searchParams.get("code") ?? "" };
}

async function sharesSignIns(first: Site, second: Site): Promise<void> {
  const resource = RESOURCE;
  const { clientId, code } = await letInAt(first, second);
  const told = await redeem(second, { clientId, code, resource });
  assert.equal(told.status, 200, told.text);
  const { access_token: access, refresh_token: refresh } = told.json();
  for (const site of [first, second]) assert.equal(await statusOf(site, access), 200);
  const renewed = (await renew(first, { clientId, refresh })).json();
  assert.equal(await statusOf(second, renewed.access_token), 200);
  const again = await renew(second, { clientId, refresh });
  assert.deepEqual([again.status, again.json().error], REFUSED);
  await until(async () => await statusOf(first, renewed.access_token) === 401);
  assert.equal((await first.trail.verify()).ok, true);
}

/** Both are asked at the same moment: one at most is given something, which then is good for nothing. */
async function redeemsOnce(first: Site, second: Site): Promise<void> {
  const { clientId, code } = await letInAt(first, second);
  const told = await Promise.all(
    [first, second, first, second].map((site) =>
      redeem(site, { clientId, code, resource: RESOURCE })
    ),
  );
  const good = told.filter(({ status }) => status === 200);
  assert.ok(good.length <= 1, String(good.length));
  for (const { json } of good) {
    await until(async () => await statusOf(second, json().access_token) === 401);
  }
  const denied = await first.trail.list({ tool: "sign_in", outcome: "denied" });
  assert.ok(denied.length > 0);
}

/** What has ended leaves no row behind. */
async function sweeps(first: Site, second: Site): Promise<void> {
  const { clientId, code } = await letInAt(first, second);
  assert.equal((await redeem(second, { clientId, code, resource: RESOURCE })).status, 200);
  const count = async () => (await first.database.all("SELECT turn FROM proxmox_mcp_oauth")).length;
  const before = await count();
  await new Grants(first.database, { now: () => new Date() }).sweep();
  assert.equal(await count(), before);
  const later = () => new Date(Date.now() + 91 * 86_400_000);
  await new Grants(first.database, { now: later }).sweep();
  assert.equal(await count(), 0);
}

const CASES = { sharesSignIns, redeemsOnce, sweeps };

Deno.test("two instances on one PostgreSQL", async (t) => {
  for (const [name, work] of Object.entries(CASES)) {
    await t.step(name, async () => {
      const database = await makePostgresSite(await sharedPostgres());
      try {
        await withPair(() => database.open(), work);
      } finally {
        await database.dispose();
      }
    });
  }
});

Deno.test("two instances on one SQLite file", async (t) => {
  for (const [name, work] of Object.entries(CASES)) {
    await t.step(name, async () => {
      const folder = await Deno.makeTempDir();
      await withPair(() => openDatabase(`sqlite:${folder}/shared.db`), work);
      await Deno.remove(folder, { recursive: true });
    });
  }
});
