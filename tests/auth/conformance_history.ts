import assert from "node:assert/strict";
import { DEFAULT_CLUSTER } from "../../lib/database/cluster_name.ts";
import { type History, historyOf } from "../../lib/database/history.ts";
import { type Site, withBench } from "./site.ts";

const OF_ALL = { since: new Date(0), until: new Date(1e13), limit: 100 };

export function runHistoryCases(name: string, makeSite: () => Promise<Site>): void {
  Deno.test(`${name}: a state is kept once for as long as it lasts, on whichever instance`, () =>
    withBench(makeSite, async ({ site, database }) => {
      const other = await site.open();
      try {
        const [here, there] = [
          historyOf(database, DEFAULT_CLUSTER),
          historyOf(other, DEFAULT_CLUSTER),
        ];
        assert.ok(here && there);
        await keep(here, "guest/100", { 1: "a", 2: "a", 4: "b" });
        await keep(there, "guest/100", { 5: "b", 7: null, 8: null, 9: "c" });
        await keep(there, "guest/101", { 5: "x" });
        await keep(here, "guest/102", { 3: null });
        const stateOf = async (at: number) => {
          const { state, next } = await here.around("guest/100", new Date(at));
          return [state?.content, state?.from.getTime(), state?.until.getTime(), next?.content];
        };
        assert.deepEqual(await stateOf(0), [undefined, undefined, undefined, "a"]);
        assert.deepEqual(await stateOf(3), ["a", 1, 2, "b"]);
        assert.deepEqual(await stateOf(5), ["b", 4, 5, null]);
        assert.deepEqual(await stateOf(8), [null, 7, 8, "c"]);
        assert.deepEqual(await stateOf(99), ["c", 9, 9, undefined]);
        assert.deepEqual((await here.living()).toSorted(), ["guest/100", "guest/101"]);
        const changes = await there.changes(OF_ALL);
        assert.deepEqual(
          changes.map(({ is, was }) => [is.object, is.content, was?.content, was?.until.getTime()]),
          [
            ["guest/100", "c", null, 8],
            ["guest/100", null, "b", 5],
            ["guest/101", "x", undefined, undefined],
            ["guest/100", "b", "a", 2],
            ["guest/102", null, undefined, undefined],
            ["guest/100", "a", undefined, undefined],
          ],
        );
        const some = { since: new Date(5), until: new Date(9), limit: 1, objects: ["guest/100"] };
        assert.deepEqual((await here.changes(some)).map(({ is }) => is.from.getTime()), [7]);
        await here.sweep(new Date(8));
        const left = await site.run("SELECT seen_from FROM proxmox_mcp_history ORDER BY seen_from");
        assert.deepEqual(left.map(({ seen_from }) => Number(seen_from)), [7, 9]);
      } finally {
        await other.close();
      }
    }));

  Deno.test(`${name}: of an object five hundred states are kept`, () =>
    withBench(makeSite, async ({ site, database }) => {
      const history = historyOf(database, DEFAULT_CLUSTER);
      assert.ok(history);
      const rows = Array.from({ length: 500 }, (_, n) => `('guest/1', ${n}, ${n}, '${n}')`);
      await site.run(`INSERT INTO proxmox_mcp_history (object, seen_from, seen_until, content)
        VALUES ${rows.join(", ")}, ('guest/2', 0, 0, '')`);
      await keep(history, "guest/1", { 1000: "new" });
      const [kept] = await site.run(
        "SELECT count(*) AS n, min(seen_from) AS first FROM proxmox_mcp_history WHERE object = 'guest/1'",
      );
      assert.deepEqual([Number(kept?.n), Number(kept?.first)], [500, 1]);
      assert.equal((await history.living()).length, 2);
    }));
}

async function keep(
  history: History,
  object: string,
  seen: Readonly<Record<number, string | null>>,
): Promise<void> {
  for (const [at, content] of Object.entries(seen)) {
    await history.keep(object, { at: new Date(Number(at)), content });
  }
}
