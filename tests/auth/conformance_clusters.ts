import assert from "node:assert/strict";
import { DEFAULT_CLUSTER } from "../../lib/database/cluster_name.ts";
import { historyOf } from "../../lib/database/history.ts";
import { leasesOf, leasesWithin } from "../../lib/database/leases.ts";
import { migrate } from "../../lib/database/migrate.ts";
import { MIGRATIONS } from "../../lib/database/migrations/mod.ts";
import { clustersRehearsing, Rehearsals } from "../../lib/database/rehearsals.ts";
import { rehearsalOf } from "./conformance_rehearsals.ts";
import { type Site, withBench, withDatabase } from "./site.ts";

const GUEST = "guest/100";

export function runClusterCases(name: string, makeSite: () => Promise<Site>): void {
  Deno.test(`${name}: what was kept before there were several clusters is of the first`, () =>
    withDatabase(makeSite, async ({ site, database, clock }) => {
      await migrate(database, { now: clock.now, migrations: MIGRATIONS.slice(0, 19) });
      await site.run(
        `INSERT INTO proxmox_mcp_history (object, seen_from, seen_until, content)
          VALUES ('${GUEST}', 1000, 2000, '{"name":"web"}')`,
      );
      await site.run(
        `INSERT INTO proxmox_mcp_rehearsal (id, vmid, type, volid, node, copy_vmid, storage,
            begun_by, token_name, begun, upid, state, result, answered, error)
          VALUES ('r1', 100, 'qemu', 'local:b', 'pve1', 900, 'local', 'ada', 't', 1000, '',
            'booting', '', '', '')`,
      );
      await migrate(database, { now: clock.now });
      const at = new Date(1500);
      const { state } = await historyOf(database, DEFAULT_CLUSTER)?.around(GUEST, at) ?? {};
      assert.deepEqual(state, {
        object: GUEST,
        content: '{"name":"web"}',
        from: new Date(1000),
        until: new Date(2000),
      });
      assert.deepEqual(await historyOf(database, "dc2")?.around(GUEST, at), {});
      const open = async (cluster: string) =>
        (await new Rehearsals(database, cluster).open()).map(({ id }) => id);
      assert.deepEqual([await open(DEFAULT_CLUSTER), await open("dc2")], [["r1"], []]);
      assert.deepEqual(await clustersRehearsing(database), [DEFAULT_CLUSTER]);
    }));

  Deno.test(`${name}: guests with one number in two clusters are two`, () =>
    withBench(makeSite, async ({ database, clock }) => {
      const at = clock.now();
      const [here, there] = ["home", "dc2"].map((cluster) => ({
        history: historyOf(database, cluster),
        rehearsals: new Rehearsals(database, cluster),
      }));
      await here?.history?.keep(GUEST, { at, content: "here" });
      await there?.history?.keep(GUEST, { at, content: "there" });
      assert.equal((await here?.history?.around(GUEST, at))?.state?.content, "here");
      await there?.history?.keep(GUEST, { at: new Date(at.getTime() + 1), content: null });
      assert.deepEqual(await here?.history?.living(), [GUEST]);
      assert.deepEqual(await there?.history?.living(), []);
      const since = { since: new Date(0), until: new Date(at.getTime() + 2), limit: 9 };
      const changed = await there?.history?.changes(since) ?? [];
      assert.deepEqual(changed.map(({ is, was }) => [is.content, was?.content]), [
        [null, "there"],
        ["there", undefined],
      ]);
      await there?.history?.sweep(new Date(at.getTime() + 9));
      assert.equal((await here?.history?.around(GUEST, at))?.state?.content, "here");

      assert.deepEqual(await clustersRehearsing(database), []);
      const rehearsal = rehearsalOf("r", { begun: at, result: "proved" });
      await here?.rehearsals.begin(rehearsal);
      assert.deepEqual(await clustersRehearsing(database), ["home"]);
      await here?.rehearsals.keep({ ...rehearsal, state: "ended", ended: at });
      assert.deepEqual(await clustersRehearsing(database), []);
      assert.deepEqual((await here?.rehearsals.last())?.map(({ vmid }) => vmid), [rehearsal.vmid]);
      assert.deepEqual(await there?.rehearsals.last(), []);
      assert.equal(await there?.rehearsals.find(rehearsal.id), undefined);
      assert.deepEqual(await there?.rehearsals.list({ vmid: rehearsal.vmid, limit: 9 }), []);

      const leases = leasesOf(database, { now: clock.now });
      assert.ok(await leasesWithin(leases, "home").hold("guest 100", 1000));
      assert.ok(await leasesWithin(leases, "dc2").hold("guest 100", 1000));
      assert.equal(await leasesWithin(leases, "dc2").hold("guest 100", 1000), undefined);
      assert.ok(await leasesWithin(leases, DEFAULT_CLUSTER).hold("guest 100", 1000));
      assert.equal(await leases.hold("guest 100", 1000), undefined, "as earlier versions hold it");
    }));
}
