import assert from "node:assert/strict";
import { type NewPlan, Plans } from "../../lib/database/plans.ts";
import { type Site, withBench } from "./site.ts";

const BOSS = { user: "boss", userId: 2 };
const OTHER = { user: "other", userId: 3 };
const COMMAND_LINE = { user: "command line" };

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
          there.decide(id, { state: "approved", by: OTHER }),
        ]);
        assert.equal(decided.filter(({ status }) => status === "fulfilled").length, 1);
        const stranger = (await here.find(id)).decidedBy === "boss" ? OTHER : BOSS;
        await assert.rejects(
          there.decide(id, { state: "denied", by: stranger }),
          /was approved by/,
        );
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

  Deno.test(`${name}: an approval is taken back or used, whichever comes first`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const other = await site.open();
      try {
        const here = new Plans(database, clock);
        const there = new Plans(other, clock);
        const keep = (id: string) =>
          here.keep({
            ...{ id, asked: id, userId: 1, user: "ada", tokenId: 7, tool: "stop_vm" },
            ...{ shown: "{}", basis: "{}", expires: new Date(clock.now().getTime() + 60_000) },
          });
        for (const at of [0, 1, 2, 3]) {
          const { id } = await keep(`both${at}`);
          const both = await Promise.allSettled([
            there.decide(id, { state: "approved", by: BOSS }),
            here.decide(id, { state: "denied", by: COMMAND_LINE }),
          ]);
          assert.equal(both[1].status, "fulfilled", "it is denied, whether or not it was approved");
          assert.equal((await there.find(id)).state, "denied");
        }
        for (const [at, by] of [BOSS, COMMAND_LINE, BOSS, COMMAND_LINE].entries()) {
          const { id } = await keep(`taken${at}`);
          await there.decide(id, { state: "approved", by: BOSS });
          const [spent, ...denials] = await Promise.allSettled([
            there.spend({ id, state: "approved" }),
            here.decide(id, { state: "denied", by }),
            there.decide(id, { state: "denied", by }),
          ]);
          const isUsed = spent.status === "fulfilled" && spent.value;
          const denied = denials.filter(({ status }) => status === "fulfilled").length;
          assert.equal(denied, isUsed ? 0 : 1);
          const { state, decidedBy } = await there.find(id);
          assert.deepEqual([state, decidedBy], isUsed ? ["spent", "boss"] : ["denied", by.user]);
          await assert.rejects(
            here.decide(id, { state: "approved", by: BOSS }),
            /used up|was denied/,
          );
        }
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
