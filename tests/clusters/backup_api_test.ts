import assert from "node:assert/strict";
import { asking, hold, tokenOf } from "../support/approval.ts";
import { BackupSite } from "../support/backup_site.ts";
import { limited } from "../tools/limited.ts";

const PBS = { product: "pbs" };
const DC2 = { dc2: { pve: { nodes: 4 } } };

/** A call of each tool of the API that reads or changes a backup server. */
const CALLS: [tool: string, args: Record<string, unknown>][] = [
  ["search_api", { ...PBS, query: "datastore prune" }],
  ["describe_api", { ...PBS, path: "/admin/datastore" }],
  ["call_api", { ...PBS, path: "/version" }],
  ["change_api", { ...PBS, method: "POST", path: "/admin/datastore/store1/gc" }],
];

Deno.test("the API tools want no cluster for a backup server, and refuse one", async () => {
  await using world = await BackupSite.start({ clusters: DC2 });
  for (const [tool, args] of CALLS) {
    const value = await world.value(tool, args);
    assert.equal(value.cluster, undefined, tool);
    const [row] = await world.site.trail.list({ tool, limit: 1 });
    assert.deepEqual([row?.cluster, row?.outcome], ["", "ok"], tool);
    const named = await world.site.call(tool, { ...args, cluster: "dc2" });
    assert.equal(named.code, "invalid", tool);
    assert.match(named.text, /leave out cluster \(dc2\): it is about none/, tool);
  }
  const ofCluster = await world.site.call("call_api", { path: "/version" });
  assert.match(ofCluster.text, /name the cluster: default or dc2/);
});

Deno.test("the API tools want no cluster for a backup server while clusters are away", async () => {
  await using world = await BackupSite.start({ clusters: DC2, timeoutSeconds: 2 });
  for (const fake of Object.values(world.site.fakes)) await fake.unplug();
  const { data } = await world.value("call_api", { ...PBS, path: "/version" });
  assert.equal(data.version, "4.2");
});

Deno.test("a token of some clusters is told of a backup server's API as of none", async () => {
  await using world = await BackupSite.start({ clusters: DC2 });
  const before = world.pbs().requests.length;
  for (const clusters of [["dc2"], ["default"], ["default", "dc2"]]) {
    const token = await limited(world.site, { clusters });
    for (const [tool, args] of CALLS) {
      const told = async (server: string) => {
        const { code, text } = await world.site.call(tool, { ...args, server }, { token });
        return [code, text.replaceAll(server, "…")];
      };
      assert.deepEqual(await told("pbs1"), await told("pbs9"), tool);
      const { code, text } = await world.site.call(tool, args, { token });
      assert.equal(code, "not_found", text);
      assert.match(text, /no backup server is within the token's limits as a whole/);
    }
  }
  assert.equal(world.pbs().requests.length, before, "a backup server was asked");
});

Deno.test("a token of some clusters is told of no call and no plan about a backup server, whatever it names", async () => {
  await using world = await BackupSite.start({ clusters: DC2 });
  const { site } = world;
  const args = { ...PBS, method: "POST", path: "/admin/datastore/store1/gc" };
  const plan = await hold(site, await asking(site), ["change_api", args]);
  await world.value("change_api", args);
  const boss = await tokenOf(site.store, "boss");
  for (const clusters of [["dc2"], ["default"], ["default", "dc2"]]) {
    const limits = { clusters };
    const token = await tokenOf(site.store, "blind", { limits });
    const value = async (tool: string, args: Record<string, unknown> = {}) => {
      const { value, text } = await site.call(tool, args, { token });
      assert.ok(value, text);
      return value;
    };
    for (const cluster of [undefined, ...clusters]) {
      const named = cluster === undefined ? {} : { cluster };
      const { calls } = await value("get_audit", { tool: "change_api", ...named });
      assert.deepEqual(calls, [], `${clusters} ${cluster}`);
      const { changes } = await value("get_changes", named);
      assert.deepEqual(changes, [], `${clusters} ${cluster}`);
    }
    assert.deepEqual((await value("get_plans")).plans, []);
    const refused = await site.call("approve_plan", { id: plan.id }, { token });
    assert.equal(refused.code, "not_found", refused.text);
  }
  const whole = await site.call("get_audit", { tool: "change_api", cluster: "default" });
  assert.ok(whole.value.calls.length > 0, "who may see all is told");
  const approved = await site.call("approve_plan", { id: plan.id }, { token: boss });
  assert.equal(approved.value?.plan.state, "approved", approved.text);
});
