import assert from "node:assert/strict";
import { haltsOf } from "../../lib/database/halts.ts";
import { runningChangesOf } from "../../lib/database/running_changes.ts";
import { leasesOf } from "../../lib/database/leases.ts";
import { sharedKeysOf } from "../../lib/database/secret.ts";
import { spentKeysOf } from "../../lib/database/spent_keys.ts";
import { type Site, withBench } from "./site.ts";

export function runSpentCases(name: string, makeSite: () => Promise<Site>): void {
  Deno.test(`${name}: a key is spent once whichever instance is asked, until it expires`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const other = await site.open();
      try {
        const here = spentKeysOf(database, clock);
        const there = spentKeysOf(other, clock);
        const expires = new Date(clock.now().getTime() + 60_000);
        const results = await Promise.all(
          [here, there, here, there].map((keys) => keys.spend("answer 1", { expires })),
        );
        assert.equal(results.filter((first) => first).length, 1);
        assert.deepEqual([await here.has("answer 1"), await there.has("answer 1")], [true, true]);
        assert.equal(await there.has("answer 2"), false);
        clock.advance(59_999);
        await there.sweep();
        assert.equal(await here.has("answer 1"), true);
        clock.advance(1);
        await there.sweep();
        assert.equal(await here.has("answer 1"), false);
        const [secret] = await site.run("SELECT secret FROM proxmox_mcp_secret");
        assert.match(String(secret?.secret), /^[0-9a-f]{64,}$/);
        const key = await sharedKeysOf(database, { fallback: "a" })("sessions");
        assert.deepEqual(await sharedKeysOf(other, { fallback: "b" })("sessions"), key);
        assert.notDeepEqual(await sharedKeysOf(other, { fallback: "b" })("answers"), key);
      } finally {
        await other.close();
      }
    }));

  Deno.test(`${name}: a change is begun once whichever instance is asked, until it ends or expires`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const other = await site.open();
      try {
        const here = runningChangesOf(database, clock);
        const there = runningChangesOf(other, clock);
        const expires = new Date(clock.now().getTime() + 60_000);
        const begun = await Promise.all(
          ["a", "b", "c", "d"].map((holder, n) =>
            (n % 2 ? here : there).beginning("key", { holder, expires }).alone()
          ),
        );
        const holder = ["a", "b", "c", "d"][begun.indexOf(true)] ?? "";
        assert.equal(begun.filter((first) => first).length, 1);
        assert.equal(
          await here.beginning("key", { holder, expires }).alone(),
          true,
          "its own again",
        );
        assert.deepEqual(await there.find("key"), { holder, upid: null, told: "" });
        await here.keep("key", { holder: "other", upid: "UPID:y", told: "", expires });
        await here.keep("key", { holder, upid: "UPID:x", told: "{}", expires });
        await there.end("key", "other");
        assert.deepEqual(await there.find("key"), { holder, upid: "UPID:x", told: "{}" });
        await there.end("key", holder);
        assert.equal(await here.find("key"), undefined);
        assert.equal(await here.beginning("key", { holder: "e", expires }).alone(), true);
        clock.advance(60_000);
        assert.equal(await here.find("key"), undefined);
        assert.equal(await there.beginning("key", { holder: "f", expires }).alone(), true);
        await there.sweep();
        assert.deepEqual(await site.run("SELECT key FROM proxmox_mcp_running"), []);
      } finally {
        await other.close();
      }
    }));

  Deno.test(`${name}: a halt is seen and ended by whichever instance is asked`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const other = await site.open();
      try {
        const [here, there] = [haltsOf(database), haltsOf(other)];
        const halt = { by: "ada", reason: "", since: clock.now() };
        assert.equal(await there.find(), undefined);
        assert.deepEqual(await here.begin(halt), halt);
        const late = { by: "grace", reason: "too late", since: new Date(0) };
        assert.deepEqual(await there.begin(late), halt, "the first one stays");
        assert.deepEqual(await there.find(), halt);
        assert.deepEqual(await there.end(), halt);
        assert.deepEqual([await here.find(), await here.end()], [undefined, undefined]);
      } finally {
        await other.close();
      }
    }));

  Deno.test(`${name}: of an owner's spent keys a thousand are kept, of another's none is lost`, () =>
    withBench(makeSite, async ({ database, site, clock }) => {
      const keys = spentKeysOf(database, clock);
      const at = (ms: number) => new Date(clock.now().getTime() + ms);
      await keys.spend("of 2", { expires: at(1), owner: 2 });
      const rows = Array.from(
        { length: 1_000 },
        (_, n) => `('old ${n}', 1, ${at(1_000 + n).getTime()})`,
      );
      await site.run(`INSERT INTO proxmox_mcp_spent (key, owner, expires) VALUES ${rows}`);
      await keys.spend("new", { expires: at(5_000), owner: 1 });
      const known = ["of 2", "old 0", "old 1", "new"].map((key) => keys.has(key));
      assert.deepEqual(await Promise.all(known), [true, false, true, true]);
    }));

  Deno.test(`${name}: a lease is renewed by its holder alone, also after an answer that was lost`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const other = await site.open();
      try {
        const lease = await leasesOf(database, clock).hold("a", 1_000);
        assert.ok(lease);
        await site.run("UPDATE proxmox_mcp_spent SET expires = expires + 1");
        assert.equal(await lease.renew(), true);
        clock.advance(1_000);
        assert.equal(lease.isOver(), true);
        assert.equal(await lease.renew(), true, "nobody else has had it");
        assert.equal(lease.isOver(), false);
        clock.advance(1_000);
        const next = await leasesOf(other, clock).hold("a", 1_000);
        assert.ok(next);
        assert.equal(await lease.renew(), false);
        await lease.giveBack();
        assert.equal(await next.renew(), true, "who lost it gives nothing back");
      } finally {
        await other.close();
      }
    }));

  Deno.test(`${name}: a lease has one holder on all instances, until it is given back or runs out`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const other = await site.open();
      try {
        const here = leasesOf(database, clock);
        const there = leasesOf(other, clock);
        const taken = await Promise.all([here, there, here].map((one) => one.take("a", 1_000)));
        const [giveBack, ...more] = taken.filter((release) => release !== undefined);
        assert.ok(giveBack);
        assert.deepEqual(more, []);
        assert.ok(await there.take("b", 1_000), "another key is free");
        await giveBack();
        assert.ok(await there.take("a", 1_000));
        clock.advance(999);
        assert.equal(await here.take("a", 1_000), undefined);
        clock.advance(1);
        const next = await here.take("a", 1_000);
        assert.ok(next, "the instance that held it may be dead");
        await giveBack();
        assert.equal(await there.take("a", 1_000), undefined, "who lost it gives nothing back");
      } finally {
        await other.close();
      }
    }));
}
