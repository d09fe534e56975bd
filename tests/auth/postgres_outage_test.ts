import assert from "node:assert/strict";
import { AuditQueue } from "../../lib/audit/queue.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { Authenticator } from "../../lib/auth/authenticator.ts";
import { DatabaseAway, ping } from "../../lib/database/database.ts";
import { leasesOf } from "../../lib/database/leases.ts";
import { until } from "../support/until.ts";
import { openPostgres } from "../../lib/database/postgres_database.ts";
import { checkSchema } from "../../lib/database/schema.ts";
import { hashToken } from "../../lib/auth/token.ts";
import {
  makePostgresSite,
  OWNER,
  type RealServer,
  runAsOwner,
  type Server,
  urlOf,
} from "./postgres.ts";
import { sharedPostgres as server } from "./shared_postgres.ts";
import { auditRow, type Bench, hashFor, newToken, withBench } from "./site.ts";

const RAW = "pmcp_the-raw-token";
const ADDRESS = "192.0.2.7";

interface Scene extends Bench {
  readonly server: Server;
  readonly real: RealServer;
  /** A second instance of the program on the same database. */
  readonly other: AccountStore;
}

function scene(work: (scene: Scene) => Promise<void>): () => Promise<void> {
  return async () => {
    const running = await server();
    const { real } = running;
    assert.ok(real);
    await withBench(() => makePostgresSite(running), async (bench) => {
      const second = await bench.site.open();
      try {
        await work({ ...bench, server: running, real, other: new AccountStore(second) });
      } finally {
        await real.start().catch(() => {});
        await second.close();
      }
    });
  };
}

/** Resolves when the store listens for revocations, or listens again. */
function listening(store: AccountStore): { ready: Promise<void>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = store.onRevoked((tokenId) => {
    if (tokenId === null) resolve();
  });
  return { ready: promise, stop };
}

function revocationOf(store: AccountStore, id: number): Promise<void> {
  return new Promise((resolve) => {
    store.onRevoked((tokenId) => {
      if (tokenId === id) resolve();
    });
  });
}

Deno.test(
  "a revocation reaches another instance through the database",
  scene(async ({ store, other }) => {
    const { id } = await store.createToken(newToken());
    await listening(other).ready;
    const told = revocationOf(other, id);
    const began = performance.now();
    await store.revokeToken(id);
    await told;
    const delay = (performance.now() - began).toFixed(1);
    await Deno.stderr.write(new TextEncoder().encode(`Revocation was known after ${delay} ms\n`));
  }),
);

Deno.test(
  "while the database is away known tokens are honoured and audit rows wait, and both recover",
  scene(async ({ database, store, trail, other, real, clock }) => {
    const { id } = await store.createToken(newToken({ tokenHash: hashToken(RAW) }));
    const authenticator = new Authenticator({
      store,
      now: clock.now,
      monotonic: clock.monotonic,
    });
    const queue = new AuditQueue({ trail });
    try {
      await authenticator.authenticate(RAW, ADDRESS);
      await queue.append(auditRow({ requestId: "before" }));
      await real.stop();
      await assert.rejects(ping(database), DatabaseAway);
      clock.advance(59_000);
      assert.equal((await authenticator.authenticate(RAW, ADDRESS)).tokenId, id);
      await assert.rejects(authenticator.authenticate("pmcp_other", ADDRESS), {
        code: "unavailable",
      });
      for (const requestId of ["away 1", "away 2"]) {
        await queue.admit();
        await queue.append(auditRow({ requestId }));
      }
      assert.equal(queue.length, 2);
      clock.advance(2_000);
      await assert.rejects(authenticator.authenticate(RAW, ADDRESS), { code: "unavailable" });

      await real.start();
      await queue.flush();
      assert.equal(queue.length, 0);
      await queue.append(auditRow({ requestId: "after" }));
      assert.equal((await authenticator.authenticate(RAW, ADDRESS)).tokenId, id);
      await assert.rejects(authenticator.authenticate("pmcp_other", ADDRESS), {
        code: "unauthorized",
      });
      assert.deepEqual((await trail.list()).map((row) => row.requestId), [
        ...["after", "away 2", "away 1", "before"],
      ]);
      assert.equal((await trail.verify()).ok, true);
      const ended = new Promise((resolve) => authenticator.onRevoked(resolve));
      await other.revokeToken(id);
      assert.equal(await ended, id);
    } finally {
      await queue.close();
      await authenticator.close();
    }
  }),
);

Deno.test(
  "the queue of audit rows refuses calls when it is full",
  scene(async ({ trail, real }) => {
    const queue = new AuditQueue({ trail, max: 2 });
    await real.stop();
    await queue.append(auditRow());
    await queue.append(auditRow());
    await assert.rejects(queue.admit(), {
      code: "unavailable",
      message: /^Cannot run the call/,
    });
    await assert.rejects(queue.append(auditRow()), { code: "unavailable" });
    await real.start();
    await queue.close();
    assert.equal((await trail.verify()).rows, 2);
  }),
);

Deno.test(
  "a database that dies under load fails what was under way and nothing else",
  scene(async ({ store, trail, real }) => {
    const rows = Array.from({ length: 300 }, (_, at) => `r${at}`);
    const appended = rows.map((requestId) => trail.append(auditRow({ requestId })));
    const found = rows.map(() => store.findToken(hashFor("a")));
    const settled = Promise.allSettled([...appended, ...found]);
    await appended[0];
    await real.kill();
    for (const result of await settled) {
      if (result.status === "rejected") assert.ok(result.reason instanceof DatabaseAway);
    }
    await real.start();
    const acknowledged = (await Promise.allSettled(appended))
      .filter((result) => result.status === "fulfilled").length;
    const { ok, rows: kept } = await trail.verify();
    assert.equal(ok, true);
    assert.ok(kept >= acknowledged, `${kept} rows of ${acknowledged} acknowledged`);
  }),
);

Deno.test(
  "a database opened while the database is away works once it is back",
  scene(async ({ site, store, real }) => {
    await store.createToken(newToken());
    await real.stop();
    const late = await site.open();
    try {
      await assert.rejects(checkSchema(late), { message: /the connection was refused/ });
      await real.start();
      await checkSchema(late);
      const token = await new AccountStore(late).findToken(hashFor("a"));
      assert.equal(token?.name, "laptop");
    } finally {
      await late.close();
    }
  }),
);

Deno.test(
  "an instance uses at most ten connections, however many requests it has",
  scene(async ({ store, server }) => {
    await listening(store).ready;
    await Promise.all(Array.from({ length: 200 }, () => store.findToken(hashFor("a"))));
    const [row] = await runAsOwner(server, {
      database: "postgres",
      sql: "SELECT count(*)::int AS connections FROM pg_stat_activity " +
        "WHERE application_name = 'proxmox-mcp'",
    });
    assert.ok(Number(row?.connections) <= 10, `${row?.connections} connections`);
  }),
);

Deno.test(
  "a statement that runs into a lock is given up",
  scene(async ({ site, store }) => {
    const locked = site.run(
      "BEGIN; LOCK TABLE auth_application_tokens; SELECT pg_sleep(8); COMMIT",
    );
    await waitForLock(site.run);
    await assert.rejects(store.findToken(hashFor("a")), {
      name: "DatabaseAway",
      message: "Cannot reach the database: canceling statement due to statement timeout",
    });
    await locked;
  }),
);

Deno.test(
  "a database that was read-only is written as soon as it is not, by the same instance",
  scene(async ({ database, site, trail, real, server }) => {
    const [row] = await site.run("SELECT current_database() AS name");
    const setReadOnly = (value: string) =>
      runAsOwner(server, {
        database: "postgres",
        sql: `ALTER DATABASE ${row?.name} SET default_transaction_read_only = ${value}`,
      });
    await setReadOnly("on");
    await real.stop();
    await real.start();
    await assert.rejects(trail.append(auditRow()), {
      code: "unavailable",
      message: /read-only transaction/,
    });
    await Promise.allSettled(Array.from({ length: 20 }, () => ping(database)));
    await setReadOnly("off");
    const append = () => trail.append(auditRow());
    // Each of ten connections may be found to be of before.
    for (let tries = 0; await append().catch(() => false) === false; tries++) assert.ok(tries < 10);
    assert.equal((await trail.verify()).rows, 1);
  }),
);

Deno.test(
  "a lease that could not be given back is the same instance's at once, and soon another's",
  scene(async ({ database, site, real }) => {
    const clock = { now: () => new Date() };
    const leases = leasesOf(database, clock);
    const second = await site.open();
    try {
      const lease = await leases.hold("guest 101", 30_000);
      await real.stop();
      await assert.rejects(lease!.giveBack(), DatabaseAway);
      await assert.rejects(leases.hold("guest 101", 30_000), DatabaseAway);
      await real.start();
      const next = await leases.hold("guest 101", 30_000);
      assert.ok(next);
      assert.equal(await leases.hold("guest 101", 30_000), undefined, "once");
      const others = leasesOf(second, clock);
      assert.equal(await others.hold("guest 101", 30_000), undefined);
      await real.stop();
      await assert.rejects(next.giveBack(), DatabaseAway);
      await real.start();
      await until(async () => await others.hold("guest 101", 30_000).catch(() => undefined));
    } finally {
      await second.close();
    }
  }),
);

Deno.test("no failure to connect shows the password", async () => {
  const running = await server();
  const wrong = "s3cret-of-mine";
  const urls = [
    urlOf(running, { database: "postgres", password: wrong }),
    urlOf(running, { database: "nowhere" }),
    urlOf({ host: "127.0.0.1", port: 1 }, { database: "postgres" }),
    urlOf({ host: "host.invalid", port: 5432 }, { database: "postgres" }),
  ];
  for (const url of urls) {
    const database = await openPostgres(url);
    try {
      await assert.rejects(ping(database), (error) => {
        assert.ok(error instanceof DatabaseAway);
        for (const text of [error.message, Deno.inspect(error, { showHidden: true })]) {
          for (const secret of [wrong, OWNER.password, encodeURIComponent(OWNER.password)]) {
            assert.ok(!text.includes(secret), text);
          }
        }
        return true;
      });
    } finally {
      await database.close();
    }
  }
});

async function waitForLock(run: (sql: string) => Promise<unknown[]>): Promise<void> {
  const query = "SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted " +
    "AND relation = 'auth_application_tokens'::regclass";
  while ((await run(query)).length === 0);
}
