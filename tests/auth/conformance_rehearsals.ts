import assert from "node:assert/strict";
import { DEFAULT_CLUSTER } from "../../lib/database/cluster_name.ts";
import { leasesOf } from "../../lib/database/leases.ts";
import { type Rehearsal, Rehearsals } from "../../lib/database/rehearsals.ts";
import { type Site, withBench } from "./site.ts";

/** One that has begun, of guest 100. */
export function rehearsalOf(
  id: string,
  fields: Partial<Rehearsal> & { begun: Date },
): Rehearsal {
  return {
    id,
    vmid: 100,
    type: "qemu",
    volid: "nfs1:backup/vzdump-qemu-100-x.vma.zst",
    archiveTime: new Date(1_700_000_000_000),
    node: "pve1",
    copyVmid: 104,
    storage: "nfs1",
    begunBy: "ada",
    tokenName: "laptop",
    upid: "",
    state: "restoring",
    result: "",
    restoreMs: null,
    bootMs: null,
    answered: "",
    error: "",
    ended: null,
    ...fields,
  };
}

export function runRehearsalCases(name: string, makeSite: () => Promise<Site>): void {
  Deno.test(`${name}: any instance tells what became of a rehearsal`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const other = await site.open();
      try {
        const [here, there] = [
          new Rehearsals(database, DEFAULT_CLUSTER),
          new Rehearsals(other, DEFAULT_CLUSTER),
        ];
        const at = (ms: number) => new Date(clock.now().getTime() + ms);
        const first = rehearsalOf("a", { begun: at(0) });
        await here.begin(first);
        assert.deepEqual(await there.open(), [first]);
        assert.deepEqual(await there.last(), []);
        const proved: Rehearsal = {
          ...first,
          ...{ upid: "UPID:x", state: "ended", result: "proved", restoreMs: 90_000, bootMs: 1 },
          ...{ answered: '{"os":"x"}', error: "none", ended: at(5) },
        };
        await there.keep(proved);
        assert.deepEqual([await here.open(), await here.find("a")], [[], proved]);
        const results = ["failed", "aborted"] as const;
        for (const [n, result] of results.entries()) {
          await here.begin(rehearsalOf(`b${n}`, { begun: at(10 + n), result, ended: at(20) }));
        }
        await here.begin(rehearsalOf("c", { begun: at(30), vmid: 200, type: "lxc" }));
        assert.deepEqual(await there.last(), [
          { vmid: 100, result: "failed", provedAt: first.begun },
        ]);
        const ids = async (options: { vmid?: number; limit: number }) =>
          (await there.list(options)).map(({ id }) => id);
        assert.deepEqual(await ids({ limit: 2 }), ["c", "b1"]);
        assert.deepEqual(await ids({ vmid: 100, limit: 9 }), ["b1", "b0", "a"]);
      } finally {
        await other.close();
      }
    }));

  Deno.test(`${name}: a lease is kept by who renews it in time`, () =>
    withBench(makeSite, async ({ site, database, clock }) => {
      const other = await site.open();
      try {
        const [here, there] = [leasesOf(database, clock), leasesOf(other, clock)];
        const lease = await here.hold("a", 1_000);
        assert.ok(lease);
        clock.advance(999);
        assert.equal(await lease.renew(), true);
        clock.advance(999);
        assert.equal(await there.hold("a", 1_000), undefined);
        clock.advance(1);
        const next = await there.hold("a", 1_000);
        assert.ok(next);
        assert.equal(await lease.renew(), false, "another has it");
        await lease.giveBack();
        assert.equal(await here.take("a", 1_000), undefined, "who lost it gives nothing back");
        await next.giveBack();
        assert.ok(await here.hold("a", 1_000));
      } finally {
        await other.close();
      }
    }));
}
