import assert from "node:assert/strict";
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
