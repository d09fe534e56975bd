import assert from "node:assert/strict";
import { AuditTrail } from "../../lib/audit/trail.ts";
import { AccountStore } from "../../lib/auth/account_store.ts";
import { haltsOf } from "../../lib/database/halts.ts";
import { leasesOf } from "../../lib/database/leases.ts";
import { runningChangesOf } from "../../lib/database/running_changes.ts";
import { auditRow, type Bench, hashFor, newToken, type Site, withBench } from "./site.ts";

/** What is done at one moment, and by several at once on one database. */
export function runTogetherCases(name: string, makeSite: () => Promise<Site>): void {
  const test = (title: string, work: (bench: Bench) => Promise<void>) =>
    Deno.test(`${name}: ${title}`, () => withBench(makeSite, work));

  test("a transaction that fails undoes nothing of those of the same moment", async ({ database }) => {
    const insert = "INSERT INTO proxmox_mcp_spent (key, owner, expires) VALUES ($1, NULL, 1)";
    const outcomes = await Promise.allSettled([
      database.write(insert, ["first"]),
      database.transaction(async (tx) => {
        await tx.all(insert, ["undone"]);
        throw new Error("changed its mind");
      }),
      database.transaction((tx) => tx.all("INSERT INTO nowhere VALUES (1)")),
      database.write(insert, ["first"]),
      database.transaction((tx) => tx.all(insert, ["last"])),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === "rejected" ? outcome.reason.code : "done"),
      ["done", "internal", "conflict", "conflict", "done"],
    );
    const kept = await database.all("SELECT key FROM proxmox_mcp_spent ORDER BY key");
    assert.deepEqual(kept.map(({ key }) => key), ["first", "last"]);
  });

  test("of what is asked at one moment each gets its own rows, and only what fails fails", async ({ database }) => {
    const find = "SELECT key, owner, expires FROM proxmox_mcp_spent WHERE key = $1 OR expires = $2";
    for (const [key, expires] of [["first", 1], ["second", 2 ** 40]] as const) {
      const insert = "INSERT INTO proxmox_mcp_spent (key, owner, expires) VALUES ($1, NULL, $2)";
      await database.write(insert, [key, expires]);
    }
    const outcomes = await Promise.allSettled([
      database.ask(find, ["second", 0]),
      database.ask("SELECT count(*) AS most FROM proxmox_mcp_spent"),
      database.ask(find, ["none", 1]),
      database.ask(find, ["none", 0]),
    ]);
    const second = { key: "second", owner: null, expires: 2 ** 40 };
    assert.deepEqual(
      outcomes.map((outcome) =>
        outcome.status === "fulfilled" && outcome.value.map((row) => ({ ...row }))
      ),
      [[second], [{ most: 2 }], [{ key: "first", owner: null, expires: 1 }], []],
    );
    const mixed = await Promise.allSettled([
      database.ask("SELECT 1 FROM nowhere"),
      database.ask(find, ["second", 0]),
    ]);
    assert.deepEqual(mixed.map(({ status }) => status), ["rejected", "fulfilled"]);
  });

  test("several append to one trail, also after another one has pruned it", async (bench) => {
    const { site, trail } = bench;
    const database = await site.open();
    const other = new AuditTrail(database);
    try {
      for (const each of [trail, trail, other, trail]) await each.append(auditRow());
      await Promise.all([trail, other, trail, other].map((each) => each.append(auditRow())));
      assert.equal((await trail.verify()).rows, 8);
      const before = new Date("2100-01-01T00:00:00Z");
      await other.prune({ before, by: "alice", at: before });
      await trail.append(auditRow());
      await other.append(auditRow());
      const { ok, rows, first, last } = await trail.verify();
      assert.deepEqual({ ok, rows, first, last }, { ok: true, rows: 3, first: 9, last: 11 });
    } finally {
      await database.close();
    }
  });

  test("that rows which were durable are gone is told once, and the trail goes on", async (bench) => {
    const { database, site } = bench;
    const told: string[] = [];
    const trail = new AuditTrail(database, { onLoss: (message) => told.push(message) });
    for (let row = 0; row < 3; row++) await trail.append(auditRow());
    await site.run(`UPDATE proxmox_mcp_audit_head SET (seq, hash) =
      (SELECT seq, hash FROM proxmox_mcp_audit WHERE seq = 1)`);
    await site.run("DELETE FROM proxmox_mcp_audit WHERE seq > 1");
    for (let row = 0; row < 3; row++) await trail.append(auditRow());
    assert.deepEqual(told, [
      "Audit rows are lost: rows 2 to 3 were written and the database has them no more",
    ]);
    assert.equal((await trail.verify()).ok, true);
  });

  test("a row is kept only where what is to begin with it begins, on whichever instance", async (bench) => {
    const { clock, database, site, trail } = bench;
    const elsewhere = await site.open();
    const other = new AuditTrail(elsewhere);
    try {
      const [here, there] = [database, elsewhere].map((each) => runningChangesOf(each, clock));
      assert.ok(here && there);
      const begins = (of: AuditTrail, key: string, holder: string) => {
        const expires = new Date(clock.now().getTime() + 60_000);
        const beginning = (of === trail ? here : there).beginning(key, { holder, expires });
        return of.append(auditRow({ requestId: holder }), { beginning });
      };
      // The first one finds where the chain ends.
      await trail.append(auditRow({ requestId: "first" }));
      assert.deepEqual(
        await Promise.all([
          begins(trail, "a", "a"),
          begins(trail, "b", "b"),
          trail.append(auditRow({ requestId: "free" })),
        ]),
        [true, true, true],
      );
      assert.equal(await begins(other, "a", "late"), false);
      assert.deepEqual(
        await Promise.all([
          begins(trail, "a", "later"),
          begins(trail, "c", "c"),
          begins(trail, "c", "twice"),
          begins(other, "a", "latest"),
        ]),
        [false, true, false, false],
      );
      assert.equal(await begins(trail, "a", "a"), true, "its own again");
      assert.deepEqual((await there.find("b"))?.holder, "b");
      const kept = (await trail.list()).map(({ requestId }) => requestId).reverse();
      assert.deepEqual(kept, ["first", "a", "b", "free", "c", "a"]);
      clock.advance(60_000);
      assert.equal(await begins(other, "a", "next"), true);
      const each = Array.from({ length: 40 }, (_, at) => [
        begins(trail, `key ${at}`, `here ${at}`),
        begins(other, `key ${39 - at}`, `there ${39 - at}`),
      ]);
      const begun = (await Promise.all(each.flat())).filter((one) => one);
      assert.equal(begun.length, 40, "each by one of both");
      const { ok, rows } = await trail.verify();
      assert.deepEqual({ ok, rows }, { ok: true, rows: 47 });
    } finally {
      await elsewhere.close();
    }
  });

  test("what a halt holds up is not kept while it is in force, and nothing begins", async (bench) => {
    const { clock, database, site, trail } = bench;
    const elsewhere = await site.open();
    try {
      const halts = haltsOf(database);
      const running = runningChangesOf(database, clock);
      const expires = new Date(clock.now().getTime() + 60_000);
      const append = (of: AuditTrail, holder: string) => {
        const beginning = running.beginning(holder, { holder, expires });
        return of.append(auditRow({ requestId: holder }), { beginning, halts });
      };
      await trail.append(auditRow());
      assert.equal(await append(trail, "a"), true);
      await haltsOf(elsewhere).begin({ by: "ada", reason: "", since: clock.now() });
      assert.equal(await append(trail, "b"), false);
      const together = [
        append(trail, "c"),
        trail.append(auditRow({ requestId: "free" })),
        trail.append(auditRow({ requestId: "held up" }), { halts }),
      ];
      assert.deepEqual(await Promise.all(together), [false, true, false]);
      assert.equal(await append(new AuditTrail(elsewhere), "d"), false);
      const begun = await Promise.all(["a", "b", "c", "d"].map((key) => running.find(key)));
      assert.deepEqual(begun.map((change) => change?.holder), [
        "a",
        undefined,
        undefined,
        undefined,
      ]);
      await halts.end();
      assert.equal(await append(trail, "b"), true);
      const kept = (await trail.list()).map(({ requestId }) => requestId);
      assert.deepEqual(kept.slice(0, 3), ["b", "free", "a"]);
      assert.equal((await trail.verify()).ok, true);
    } finally {
      await elsewhere.close();
    }
  });

  test("what need only be kept soon is, with a row or by itself, also where others do the same", async (bench) => {
    const { clock, database, site, trail } = bench;
    const elsewhere = await site.open();
    try {
      const { now } = clock;
      const expires = new Date(now().getTime() + 60_000);
      const sides = [
        { trail, running: runningChangesOf(database, clock), leases: leasesOf(database, { now }) },
        {
          trail: new AuditTrail(elsewhere),
          running: runningChangesOf(elsewhere, clock),
          leases: leasesOf(elsewhere, { now }),
        },
      ];
      const change = async ({ trail, running, leases }: typeof sides[number], at: number) => {
        const [key, holder] = [`key ${at}`, `holder ${at}`];
        const lease = await leases.hold(`guest ${at}`, 30_000);
        assert.ok(lease);
        const beginning = running.beginning(key, { holder, expires });
        assert.equal(await trail.append(auditRow(), { beginning }), true);
        const kept = running.keep(key, { holder, upid: `upid ${at}`, told: "{}", expires });
        const ended = at % 3 === 0 ? running.end(key, holder, { soon: true }) : undefined;
        const row = at % 2 === 0 ? trail.append(auditRow()) : undefined;
        await Promise.all([kept, ended, row, lease.giveBack()]);
        const found = await running.find(key);
        assert.equal(found?.upid, at % 3 === 0 ? undefined : `upid ${at}`);
        assert.ok(await leases.take(`guest ${at}`, 30_000), "it was given back");
      };
      const each = Array.from({ length: 40 }, (_, at) => change(sides[at % 2]!, at));
      await Promise.all(each);
      const [{ running }] = sides as [typeof sides[number]];
      await running.keep("key 1", { holder: "another", upid: "its own", told: "{}", expires });
      await running.keep("gone", { holder: "gone", upid: "gone", told: "{}", expires });
      const left = await Promise.all(["key 1", "gone"].map((key) => running.find(key)));
      assert.deepEqual(left.map((change) => change?.upid), ["upid 1", undefined]);
      const { ok, rows } = await trail.verify();
      assert.deepEqual({ ok, rows }, { ok: true, rows: 60 });
    } finally {
      await elsewhere.close();
    }
  });

  test("what anybody changes of tokens and halts shows at once, whoever asked before", async (bench) => {
    const { clock, database, site, store } = bench;
    const elsewhere = await site.open();
    try {
      const { id } = await store.createToken(newToken());
      const permission = async () => (await store.findToken(hashFor("a")))?.permission;
      assert.equal(await permission(), "write");
      await site.run("UPDATE auth_application_tokens SET permission = 'read'");
      assert.equal(await permission(), "read", "by SQL");
      await store.revokeToken(id);
      assert.equal((await store.findToken(hashFor("a")))?.isActive, false, "by itself");
      await new AccountStore(elsewhere).createToken(newToken({ tokenHash: hashFor("b") }));
      assert.notEqual(await store.findToken(hashFor("b")), null, "by another process");

      const [own, others] = [haltsOf(database), haltsOf(elsewhere)];
      assert.equal(await own.find(), undefined);
      await others.begin({ by: "bob", reason: "", since: clock.now() });
      assert.equal((await own.find())?.by, "bob");
      await own.end();
      assert.deepEqual([await own.find(), await others.find()], [undefined, undefined]);
    } finally {
      await elsewhere.close();
    }
  });
}
