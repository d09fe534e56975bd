import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { CLUSTER } from "./cases/cluster.ts";
import { NETWORK } from "./cases/network.ts";
import { NODES } from "./cases/nodes.ts";
import { PLANS } from "./cases/plans.ts";
import { testTools } from "./harness.ts";
import { changes } from "./requests.ts";

testTools(CLUSTER);
testTools(NETWORK);
testTools(NODES);
testTools(PLANS);

Deno.test("get_ha_status reads groups on Proxmox VE 8, which has no rules", async () => {
  await using site = await Site.start({ pve: { version: "8.4.14" } });
  site.fake.state.ha.groups.set("west", { group: "west", nodes: "pve1,pve2" });
  const { value, isError, text } = await site.call("get_ha_status");
  assert.equal(isError, false, text);
  assert.equal(value.rules[0].group, "west");
});

Deno.test("no list is empty because every node failed", async () => {
  await using site = await Site.start();
  for (
    const [tool, path] of [
      ["get_updates", /\/apt\/update$/],
      ["get_certificates", /\/certificates\/info$/],
      ["get_disks", /\/disks\/list$/],
      ["get_tasks", /\/tasks$/],
    ] as const
  ) {
    const undo = site.fake.fault({ path }, { kind: "status", status: 500, message: "odd\n" }, {
      times: 3,
    });
    const answer = await site.call(tool);
    undo();
    assert.equal(answer.isError, true, tool);
    assert.match(answer.text, /odd/, tool);
  }
});

Deno.test("reading the cluster sends nothing but GETs", async () => {
  await using site = await Site.start();
  for (
    const tool of [
      "get_attention",
      "get_ceph_status",
      "get_certificates",
      "get_cluster_log",
      "get_disks",
      "get_firewall_rules",
      "get_ha_status",
      "get_pools",
      "get_replication",
      "get_sdn",
      "get_tasks",
      "get_updates",
      "get_users_and_permissions",
    ]
  ) {
    const { isError, text } = await site.call(tool, {}, { role: "user" });
    assert.equal(isError, false, `${tool}: ${text}`);
  }
  assert.deepEqual(changes(site), []);
});

Deno.test("get_ha_status falls back to groups though the refusal has no body", async () => {
  await using site = await Site.start({ pve: { version: "8.4.1" } });
  site.fake.fault({ path: /^\/cluster\/ha\/rules$/ }, { kind: "status", status: 501 });
  const answer = await site.call("get_ha_status");
  assert.equal(answer.isError, false, answer.text);
  assert.ok(site.fake.requests.some(({ path }) => path === "/cluster/ha/groups"));
});
