import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { createLimitedToken } from "../tokens.ts";
import { OFFERED } from "../support/offered.ts";

Deno.test("a new guest must lie within reach", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, {
    pools: ["dev"],
    vmids: [{ from: 150, to: 199 }],
  });
  for (
    const args of [{ vmid: 150 }, { vmid: 160 }, { vmid: 300, pool: "dev" }, {
      vmid: 160,
      pool: "prod",
    }]
  ) {
    const answer = await site.call("create_vm", { name: "x1", node: "pve1", ...args }, { token });
    assert.equal(answer.code, "forbidden", `${JSON.stringify(args)}: ${answer.text}`);
  }
  const good = await site.call("create_vm", { name: "x1", node: "pve1", vmid: 160, pool: "dev" }, {
    token,
  });
  assert.equal(good.value?.exit_status, "OK", good.text);
});

Deno.test("a token that reaches some guests calls no tool about the whole cluster", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, { vmids: [{ from: 100, to: 100 }] });
  const { json } = await site.post({ method: "tools/list" }, site.headers(token));
  const names = json.result.tools.map((tool: { name: string }) => tool.name);
  for (const tool of OFFERED) {
    assert.equal(names.includes(tool.name), tool.subject !== "cluster", tool.name);
    if (tool.subject !== "cluster") continue;
    const answer = await site.call(tool.name, {}, { token });
    assert.equal(answer.code, "forbidden", tool.name);
    assert.match(answer.text, /limits of your token do not include the tool/);
  }
});

Deno.test("tools can be allowed and denied one by one; deny wins", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, {
    toolsAllow: ["get_vms", "get_nodes"],
    toolsDeny: ["get_nodes"],
  });
  const { json } = await site.post({ method: "tools/list" }, site.headers(token));
  assert.deepEqual(json.result.tools.map((tool: { name: string }) => tool.name), ["get_vms"]);
  assert.equal((await site.call("get_nodes", {}, { token })).code, "forbidden");
});

Deno.test("no request widens the limits", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, { vmids: [{ from: 150, to: 150 }] });
  const { json } = await site.post({
    method: "tools/call",
    params: {
      name: "get_vm_usage",
      arguments: { vmid: 100 },
      _meta: { limits: null, principal: { limits: null } },
      limits: null,
    },
    limits: null,
  }, { ...site.headers(token), "x-token-limits": "none", "x-forwarded-user": "root" });
  assert.equal(json.result.isError, true);
});
