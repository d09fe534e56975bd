import assert from "node:assert/strict";
import { type NewPlan, Plans } from "../../lib/database/plans.ts";
import { type Site, withBench } from "./site.ts";

const BOSS = { user: "boss", userId: 2 };

export function runPlanCases(name: string, makeSite: () => Promise<Site>): void {
  Deno.test(`${name}: a plan is made, decided and used once whichever instance is asked`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const other = await site.open();
      try {
        const here = new Plans(database, clock);
        const there = new Plans(other, clock);
        const expires = new Date(clock.now().getTime() + 60_000);
        const plan = (id: string, more: Partial<NewPlan> = {}): NewPlan => ({
          ...{ id, asked: "change", userId: 1, user: "ada", tokenId: 7, tool: "stop_vm" },
          ...{ shown: '{"action":"stop VM 100"}', basis: "{}", expires },
          ...more,
        });
        const made = await Promise.all([here.keep(plan("a")), there.keep(plan("b"))]);
        const { id } = made[0];
        assert.equal(made[1].id, id, "one plan for the same");
        assert.deepEqual((await there.waiting()).map((each) => each.id), [id]);
        assert.deepEqual(await there.find(id), {
          ...plan(id),
          state: "waiting",
          decidedBy: "",
          askedAt: clock.now(),
        });

        for (const by of [{ user: "ada", userId: 9 }, { user: "x", userId: 1 }]) {
          await assert.rejects(here.decide(id, { state: "approved", by }), { code: "forbidden" });
        }
        const decided = await Promise.allSettled([
          here.decide(id, { state: "approved", by: BOSS }),
          there.decide(id, { state: "approved", by: { user: "other" } }),
        ]);
        assert.equal(decided.filter(({ status }) => status === "fulfilled").length, 1);
        await assert.rejects(there.decide(id, { state: "denied", by: BOSS }), /was approved by/);
        assert.equal(await here.spend({ id, state: "waiting" }), false);
        const spent = await Promise.all(
          [here, there, here].map((plans) => plans.spend({ id, state: "approved" })),
        );
        assert.equal(spent.filter((first) => first).length, 1);
        assert.equal(await there.live("change"), undefined);
        await assert.rejects(here.decide(id, { state: "approved", by: BOSS }), /is used up/);

        assert.equal((await there.keep(plan("c"))).id, "c");
        clock.advance(60_000);
        assert.equal(await here.live("change"), undefined);
        assert.deepEqual(await here.waiting(), []);
        await assert.rejects(here.decide("c", { state: "approved", by: BOSS }), /has expired/);
        assert.equal(await here.spend({ id: "c", state: "waiting" }), false);
        clock.advance(24 * 60 * 60_000);
        await there.sweep();
        await assert.rejects(here.find("c"), { code: "not_found" });
      } finally {
        await other.close();
      }
    }));

  Deno.test(`${name}: without tables of the program's own no plan can be kept`, () =>
    withBench(makeSite, async ({ site, clock }) => {
      const database = await site.open({ ownTables: false });
      try {
        const plans = new Plans(database, clock);
        await assert.rejects(plans.live("change"), /audit\.database is false/);
        await plans.sweep();
      } finally {
        await database.close();
      }
    }));
}
