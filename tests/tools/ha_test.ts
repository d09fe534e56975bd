import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { hold, tokenOf } from "../support/approval.ts";
import { HA, moreResources } from "./cases/ha.ts";
import { guest } from "./guests.ts";
import { testTools } from "./harness.ts";
import { limited } from "./limited.ts";
import { changes, lastChange } from "./requests.ts";

testTools(HA);

const NODE_RULE = { rule: "home", guests: [101], nodes: ["pve1:2", "pve3"], strict: true };

Deno.test("add_ha_resource keeps a guest as it is unless told otherwise, and says what HA does", async () => {
  await using site = await Site.start();
  const { resources } = site.fake.state.ha;
  const stopped = await site.call("add_ha_resource", { vmid: 101 });
  assert.equal(resources.get("vm:101")?.state, "stopped", stopped.text);
  assert.equal(stopped.value.notes, undefined);
  const running = await site.call("add_ha_resource", { vmid: "ct1" });
  assert.deepEqual([running.value.sid, resources.get("ct:200")?.state], ["ct:200", "started"]);
  assert.match(running.value.notes.join(), /disks are on its node's own storage \(local-lvm\)/);
  const start = await site.call("update_ha_resource", { vmid: 101, state: "started" });
  assert.match(start.value.notes.join(), /^HA starts it now/);
  const stop = { vmid: "ct1", state: "disabled", dry_run: true };
  const planned = await site.call("update_ha_resource", stop);
  assert.deepEqual(planned.value.dry_run.notes, ["HA shuts it down now"]);
  assert.deepEqual(planned.value.dry_run.changes, { state: { from: "started", to: "disabled" } });
});

Deno.test("the tools of HA tell that somebody else has changed it meanwhile", async () => {
  await using site = await Site.start();
  const { ha } = site.fake.state;
  const path = /^\/cluster\/ha\/(?:resources|rules)$/;
  for (
    const [tool, args] of [
      ["update_ha_resource", { vmid: 110, max_restart: 4 }],
      ["update_ha_rule", { rule: "web2-home", strict: true }],
    ] as const
  ) {
    const stale = tool === "update_ha_rule"
      ? [{ ...ha.rules.get("web2-home"), digest: "0".repeat(40) }]
      : [{ sid: "vm:110", state: "started", digest: "0".repeat(40) }];
    const body = JSON.stringify({ data: stale });
    const undo = site.fake.fault({ method: "GET", path }, { kind: "body", body }, { times: 9 });
    const refused = await site.call(tool, args);
    undo();
    assert.equal(refused.code, "conflict", refused.text);
    assert.match(refused.text, /changed meanwhile: read it again, then retry/);
    assert.equal(lastChange(site).body.digest, "0".repeat(40));
  }
});

Deno.test("rules that HA cannot follow are refused before they are sent", async () => {
  await using site = await Site.start();
  moreResources(site);
  const make = (args: Record<string, unknown>) => site.call("create_ha_rule", args);
  const pair = { guests: [101, 110] };
  const made = await make({ rule: "together", ...pair, affinity: "positive" });
  assert.equal(made.isError, false, made.text);
  assert.equal(
    (await make({ rule: "together", ...pair, affinity: "positive" })).value.unchanged,
    true,
  );
  const before = changes(site).length;
  const contrary = await make({ rule: "apart", ...pair, affinity: "negative" });
  assert.match(contrary.text, /vm:101 and vm:110: together says the contrary/);
  site.fake.offline("pve3");
  site.fake.state.ha.resources.set("vm:102", { sid: "vm:102", state: "started" });
  const many = { guests: [101, 102, 110, 200], affinity: "negative" };
  assert.match((await make({ rule: "wide", ...many })).text, /4 guests cannot be apart on 3 nodes/);
  assert.equal(changes(site).length, before);
  const off = await make({ rule: "apart", ...pair, affinity: "negative", enabled: false });
  assert.equal(off.isError, false, off.text);
  const on = await site.call("update_ha_rule", { rule: "apart", enabled: true });
  assert.equal(on.code, "conflict", on.text);
  const nodes = await make(NODE_RULE);
  assert.equal(nodes.isError, false, nodes.text);
  assert.deepEqual(lastChange(site).body, {
    rule: "home",
    type: "node-affinity",
    resources: "vm:101",
    nodes: "pve1:2,pve3",
    strict: true,
  });
  const shown = await site.call("get_ha_status");
  assert.deepEqual(shown.value.rules.map(({ rule }: { rule: string }) => rule), [
    "web2-home",
    "together",
    "apart",
    "home",
  ]);
});

Deno.test("what remove_ha_resource and delete_ha_rule would undo can be done again as they tell", async () => {
  await using site = await Site.start();
  moreResources(site);
  await site.call("create_ha_rule", { rule: "apart", guests: [101, 110], affinity: "negative" });
  const before = structuredClone(site.fake.state.ha.rules.get("apart"));
  const shrunk = await site.call("remove_ha_resource", { vmid: 101 });
  assert.deepEqual(shrunk.value.notes, [
    "it is taken out of: HA rule apart: vm:101,vm:110 apart",
  ]);
  assert.equal(site.fake.state.ha.rules.get("apart")?.resources, "vm:110");
  const [add = "", rule = ""] = shrunk.value.undo.split("; ")
    .map((text: string) => text.slice(text.indexOf("{")));
  const added = await site.call("add_ha_resource", JSON.parse(add));
  assert.equal(added.isError, false, added.text);
  const updated = await site.call("update_ha_rule", JSON.parse(rule));
  assert.equal(updated.isError, false, updated.text);
  const deleted = await site.call("delete_ha_rule", { rule: "apart" });
  const again = JSON.parse(deleted.value.undo.slice(deleted.value.undo.indexOf("{")));
  await site.call("create_ha_rule", again);
  assert.deepEqual(site.fake.state.ha.rules.get("apart"), before);
});

Deno.test("a token reaches the HA of its own guests, and no rules", async () => {
  await using site = await Site.start();
  moreResources(site);
  await site.call("create_ha_rule", { rule: "apart", guests: [101, 110], affinity: "negative" });
  const before = changes(site).length;
  const token = await limited(site, { vmids: [{ from: 101, to: 105 }] });
  const far = await site.call("add_ha_resource", { vmid: 110 }, { token });
  assert.equal(far.code, "not_found", far.text);
  const none = await site.call("update_ha_resource", { vmid: 102, max_restart: 2 }, { token });
  assert.match(none.text, /HA does not care for VM 102, only vm:101; use add_ha_resource$/);
  const joined = await site.call("remove_ha_resource", { vmid: 101 }, { token });
  assert.equal(joined.code, "forbidden", joined.text);
  assert.match(joined.text, /join it to guests that the token's limits do not include/);
  for (const tool of ["create_ha_rule", "update_ha_rule", "delete_ha_rule"]) {
    const refused = await site.call(
      tool,
      tool === "create_ha_rule" ? NODE_RULE : { rule: "apart" },
      {
        token,
      },
    );
    assert.equal(refused.code, "forbidden", refused.text);
  }
  assert.equal(changes(site).length, before);
  const near = await site.call("update_ha_resource", { vmid: 101, max_restart: 2 }, { token });
  assert.equal(near.isError, false, near.text);
});

Deno.test("on Proxmox VE 8 guests have HA groups, and rules are refused with that", async () => {
  await using site = await Site.start({ pve: { version: "8.4.14" } });
  const { ha } = site.fake.state;
  ha.groups.set("west", { group: "west", nodes: "pve1,pve2" });
  const wrong = await site.call("add_ha_resource", { vmid: 101, group: "wets" });
  assert.equal(wrong.code, "not_found", wrong.text);
  assert.match(wrong.text, /there is no HA group wets, only west \(did you mean west\?\)/);
  const added = await site.call("add_ha_resource", { vmid: 101, group: "west" });
  assert.equal(added.isError, false, added.text);
  assert.equal(ha.resources.get("vm:101")?.group, "west");
  const freed = await site.call("update_ha_resource", { vmid: 101, group: "" });
  assert.deepEqual(freed.value.changes, { group: { from: "west", to: "" } });
  assert.equal(ha.resources.get("vm:101")?.group, undefined);
  for (
    const [tool, args] of [["create_ha_rule", NODE_RULE], ["delete_ha_rule", {
      rule: "x1",
    }]] as const
  ) {
    const refused = await site.call(tool, args);
    assert.equal(refused.code, "unavailable", refused.text);
    assert.match(refused.text, /has HA groups \(west\), and rules from version 9 on/);
  }
  const removed = await site.call("remove_ha_resource", { vmid: 101 });
  assert.equal(removed.isError, false, removed.text);
  assert.equal(guest(site, 101).status, "stopped");
});

Deno.test("a change of the rule of a guest that needs approval waits for it", async () => {
  await using site = await Site.start({ config: { tools: { approve: { tags: ["keep"] } } } });
  moreResources(site);
  const token = await tokenOf(site.store, "ada");
  const rule = { guests: [101], nodes: ["pve1"] };
  await site.call("create_ha_rule", { rule: "home", ...rule });
  guest(site, 101).config.tags = "keep";
  const before = changes(site).length;
  for (
    const call of [
      ["create_ha_rule", { rule: "more", ...rule, enabled: false }],
      ["update_ha_rule", { rule: "home", strict: true }],
      ["delete_ha_rule", { rule: "home" }],
    ] as const
  ) {
    const { guests } = await hold(site, token, call);
    assert.deepEqual(guests.map(({ vmid }: { vmid: number }) => vmid), [101], call[0]);
  }
  assert.equal(changes(site).length, before);
});
