import assert from "node:assert/strict";
import type { TokenLimits } from "../../lib/auth/limits.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { Site } from "../site.ts";
import { createAuthenticatedToken, NO_LIMITS } from "../tokens.ts";

function limited(site: Site, limits: Partial<TokenLimits>): Promise<string> {
  return createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "admin",
    now: () => new Date(),
    limits: { ...NO_LIMITS, ...limits },
  });
}

async function vmids(site: Site, token: string, tool = "get_vms"): Promise<number[]> {
  const { value } = await site.call(tool, {}, { token });
  return (value.vms ?? value.containers).map((row: { vmid: number }) => row.vmid);
}

Deno.test("lists hold only what the token reaches", async () => {
  await using site = await Site.start();
  const cases: [Partial<TokenLimits>, number[]][] = [
    [{ pools: ["dev"] }, [150]],
    [{ tags: ["sandbox"] }, [150]],
    [{ vmids: [{ from: 100, to: 102 }] }, [100, 101, 102]],
    [{ nodes: ["pve2"] }, [102, 103, 110]],
    [{ nodes: ["pve2"], vmids: [{ from: 100, to: 102 }] }, [102]],
    [{ pools: [] }, []],
    [{ tags: ["nosuch"] }, []],
  ];
  for (const [limits, expected] of cases) {
    assert.deepEqual(
      await vmids(site, await limited(site, limits)),
      expected,
      JSON.stringify(limits),
    );
  }
});

Deno.test("a guest out of reach is refused before anything is sent about it", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["dev"] });
  for (
    const [tool, args] of [
      ["get_vm_usage", { vmid: 100 }],
      ["start_vm", { vmid: "db1" }],
      ["delete_vm", { vmid: 101 }],
      ["create_snapshot", { vmid: 100, name: "s1" }],
      ["execute_vm_command", { vmid: 100, command: ["true"] }],
      ["start_vm", { vmid: 101, node: "pve1", dry_run: true }],
    ] as const
  ) {
    const answer = await site.call(tool, args, { token });
    assert.equal(answer.code, "not_found", `${tool}: ${answer.text}`);
    assert.match(answer.text, /: no guest within the token's limits (?:has the vmid|is named) /);
  }
  assert.ok(site.fake.requests.every(({ path }) => path === "/cluster/resources"));
  const inside = await site.call("start_vm", { vmid: 150 }, { token });
  assert.equal(inside.value?.exit_status, "OK", inside.text);
});

Deno.test("a new guest must lie within reach", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["dev"], vmids: [{ from: 150, to: 199 }] });
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
  const token = await limited(site, { vmids: [{ from: 100, to: 100 }] });
  const { json } = await site.post({ method: "tools/list" }, site.headers(token));
  const names = json.result.tools.map((tool: { name: string }) => tool.name);
  for (const tool of TOOLS) {
    assert.equal(names.includes(tool.name), tool.subject !== "cluster", tool.name);
    if (tool.subject !== "cluster") continue;
    const answer = await site.call(tool.name, {}, { token });
    assert.equal(answer.code, "forbidden", tool.name);
    assert.match(answer.text, /limits of your token do not include the tool/);
  }
});

Deno.test("tools can be allowed and denied one by one; deny wins", async () => {
  await using site = await Site.start();
  const token = await limited(site, {
    toolsAllow: ["get_vms", "get_nodes"],
    toolsDeny: ["get_nodes"],
  });
  const { json } = await site.post({ method: "tools/list" }, site.headers(token));
  assert.deepEqual(json.result.tools.map((tool: { name: string }) => tool.name), ["get_vms"]);
  assert.equal((await site.call("get_nodes", {}, { token })).code, "forbidden");
});

Deno.test("no request widens the limits", async () => {
  await using site = await Site.start();
  const token = await limited(site, { vmids: [{ from: 150, to: 150 }] });
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
