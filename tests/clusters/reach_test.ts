import assert from "node:assert/strict";
import type { Site } from "../site.ts";
import { asking, hold, tokenOf } from "../support/approval.ts";
import { createLimitedToken } from "../tokens.ts";
import { changesOf, twoClusters } from "./sites.ts";

const only = (site: Site, ...clusters: string[]) => createLimitedToken(site.store, { clusters });

Deno.test("a token of one cluster sees nothing of the other, and is told of it as of none", async () => {
  await using site = await twoClusters();
  const token = await only(site, "dc2");
  const call = (tool: string, args: Record<string, unknown> = {}) =>
    site.call(tool, args, { token });
  const { json } = await site.post({ method: "tools/list" }, site.headers(token));
  assert.doesNotMatch(JSON.stringify(json), /"enum":\["default/);
  const vms = await call("get_vms");
  assert.equal(vms.value.total, (await site.call("get_vms", { cluster: "dc2" })).value.total);
  assert.equal("cluster" in vms.value.vms[0], false);
  assert.equal((await call("get_guest", { vmid: 100 })).value?.status, "running");
  assert.equal((await call("shutdown_vm", { vmid: 100 })).value?.guest_status, "stopped");
  assert.deepEqual(changesOf(site, "default"), []);
  const told = async (cluster: string) =>
    (await call("get_vms", { cluster })).text.replaceAll(cluster, "…");
  assert.equal(await told("default"), await told("elsewhere"));
  assert.equal((await call("get_guest", { vmid: 100, cluster: "dc2" })).isError, false);
  assert.equal(
    site.fakes.default?.requests.filter(({ path }) => path.startsWith("/nodes/")).length,
    0,
  );
});

Deno.test("a token that sees two of three is not told of the third, wherever something is named", async () => {
  await using site = await twoClusters({
    clusters: { dc2: { pve: { guests: 3, nodes: 4 } }, secret: { pve: { guests: 40, nodes: 5 } } },
  });
  const token = await only(site, "default", "dc2");
  const call = (tool: string, args: Record<string, unknown> = {}) =>
    site.call(tool, args, { token });
  const texts = [
    JSON.stringify((await site.post({ method: "tools/list" }, site.headers(token))).json),
    JSON.stringify((await call("health")).value),
    (await call("get_next_vmid")).text,
    (await call("get_vms", { cluster: "secrets" })).text,
    (await call("start_vm", { vmid: 100 })).text,
    (await call("start_vm", { vmid: 1039 })).text,
    (await call("get_node_status", { node: "pve5" })).text,
    JSON.stringify((await call("describe_tool", { name: "get_vms" })).value),
    await (await fetch(`${site.root}/openapi.json`, { headers: site.headers(token) })).text(),
  ];
  for (const text of texts) {
    assert.doesNotMatch(text, /secret(?!s_dir|_)\b/, text.slice(0, 300));
    assert.match(text, /dc2|no guest|no cluster has/);
  }
  const secret = site.fakes.secret?.requests.filter(({ path }) => path !== "/version");
  assert.deepEqual(secret?.filter(({ path }) => path.startsWith("/nodes/")), []);
});

Deno.test("a token of a cluster that is not configured any more reaches nothing", async () => {
  await using site = await twoClusters({ clusters: {} });
  const token = await only(site, "gone");
  const { code, text } = await site.call("get_vms", {}, { token });
  assert.deepEqual([code, text], [
    "forbidden",
    "The limits of your token do not include the tool get_vms.",
  ]);
  const read = await site.post({
    ...{ jsonrpc: "2.0", id: 1, method: "resources/read" },
    params: { uri: "pve://guests/100" },
  }, site.headers(token));
  assert.ok(read.json.error);
  assert.equal(site.fake.requests.some(({ path }) => path.startsWith("/cluster/res")), false);
});

Deno.test("the audit tells a token of its clusters' calls alone", async () => {
  await using site = await twoClusters();
  const token = await only(site, "dc2");
  await site.call("shutdown_vm", { vmid: 100, cluster: "default" });
  await site.call("shutdown_vm", { vmid: 100, cluster: "dc2" });
  await site.call("get_vms");
  const clusters = async (args: Record<string, unknown>, of = token) =>
    (await site.call("get_audit", { tool: "shutdown_vm", ...args }, { token: of })).value.calls
      .map((row: { cluster: string }) => row.cluster);
  assert.deepEqual(await clusters({}), ["dc2"]);
  assert.deepEqual(await clusters({}, site.tokens.admin), ["dc2", "default"]);
  assert.deepEqual(await clusters({ cluster: "default" }, site.tokens.admin), ["default"]);
  assert.deepEqual(await clusters({ vmid: 100 }, site.tokens.admin), ["dc2", "default"]);
  const [list] = await site.trail.list({ tool: "get_vms" });
  assert.equal(list?.cluster, "");
  assert.equal((await site.trail.verify()).ok, true);
  assert.ok(site.lines.some((line) => line.includes("AUDIT") && /cluster.{1,5}dc2/.test(line)));
  const changes = await site.call("get_changes", { since: "1 hour ago" }, { token });
  assert.ok(
    changes.isError || changes.value.changes.every((row: { cluster?: string }) => !row.cluster),
  );
});

Deno.test("a plan names its cluster, is good for that one alone, and is told to who may see that", async () => {
  await using site = await twoClusters();
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const plan = await hold(site, token, ["shutdown_vm", { vmid: 100, cluster: "dc2" }]);
  assert.equal(plan.cluster, "dc2");
  const blind = await tokenOf(site.store, "blind", { limits: { clusters: ["default"] } });
  assert.deepEqual((await site.call("get_plans", {}, { token: blind })).value.plans, []);
  const refused = await site.call("approve_plan", { id: plan.id }, { token: blind });
  const missing = await site.call("approve_plan", { id: "aaaaaaaaaa" }, { token: blind });
  assert.equal(refused.text.replaceAll(plan.id, "…"), missing.text.replaceAll("aaaaaaaaaa", "…"));
  await site.call("approve_plan", { id: plan.id }, { token: boss });
  const other = await hold(site, token, ["shutdown_vm", { vmid: 100, cluster: "default" }]);
  assert.notEqual(other.id, plan.id);
  const { value, text } = await site.call("shutdown_vm", { vmid: 100, cluster: "dc2" }, { token });
  assert.deepEqual([value?.cluster, value?.guest_status], ["dc2", "stopped"], text);
  assert.deepEqual(changesOf(site, "default"), []);
});
