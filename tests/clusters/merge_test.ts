import assert from "node:assert/strict";
import { Tenants } from "../../lib/backups/tenants.ts";
import { mergeLists } from "../../lib/mcp/clusters/merge.ts";
import { PLACES } from "../../lib/proxmox/list.ts";
import getAttention from "../../tools/get_attention.ts";

/** What `unread` is of several clusters that have nothing else to tell. */
function unreadOf(given: Readonly<Record<string, readonly unknown[]>>): unknown {
  const parts = Object.entries(given).map(([cluster, unread]) => ({
    cluster,
    value: { output: { [PLACES]: [] }, finished: { value: { findings: [], unread } } },
  }));
  const options = { clusters: Object.keys(given), limit: 10, sort: undefined, warnings: [] };
  return mergeLists(parts as never, { ...options, tool: getAttention }).unread;
}

const ROW = { part: "backup servers", of: "pbs1", reason: "away" };

Deno.test("what many clusters tell alike is told once, each cluster named once", () => {
  const names = Array.from({ length: 12 }, (_, at) => `dc${at + 1}`);
  const all = Object.fromEntries(names.map((name) => [name, [ROW, { ...ROW, of: name }, ROW]]));
  assert.deepEqual(unreadOf(all), [
    { ...ROW, cluster: "dc1, dc2, dc3 and 9 more" },
    ...names.map((name) => ({ ...ROW, cluster: name, of: name })),
  ]);
  assert.deepEqual(unreadOf({ dc1: Array(12).fill(ROW), dc2: [ROW] }), [
    ...Array(12).fill({ ...ROW, cluster: "dc1" }),
    { ...ROW, cluster: "dc2" },
  ]);
});

Deno.test("nothing is opened to tell again whose backups are whose", async () => {
  const opened: string[] = [];
  let fresh = true;
  const pve = { resources: () => Promise.resolve([]), release: () => {} };
  const tenants = new Tenants({
    names: ["dc1", "dc2"],
    monotonic: () => 0,
    isFresh: () => fresh,
    open: (cluster) => {
      opened.push(cluster);
      return { cluster, pve, pbs: { names: [] } } as never;
    },
  });
  await tenants.all();
  await tenants.all();
  assert.deepEqual(opened, ["dc1", "dc2"]);
  fresh = false;
  await tenants.all();
  assert.equal(opened.length, 4);
});
