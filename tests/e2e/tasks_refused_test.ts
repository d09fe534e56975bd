import assert from "node:assert/strict";
import { TOOLS } from "../../lib/mcp/tools.ts";
import type { ToolContext } from "../../lib/tool/tool.ts";
import startVm from "../../tools/start_vm.ts";
import { Clock } from "../auth/clock.ts";
import { Site, type SiteOptions } from "../site.ts";
import { asking, hold, tokenOf } from "../support/approval.ts";
import { Pipe } from "../support/stdio.ts";
import { assertRefused, EXTENSION, type Json, rowsOf, TaskClient } from "../support/task_client.ts";
import { until } from "../support/until.ts";
import { createLimitedToken } from "../tokens.ts";

const LASTING: SiteOptions = { pve: { taskPolls: 1e9 } };
const NOT_FOUND = { code: -32602, text: /^Task not found/ };

async function run(site: Site, statement: string): Promise<void> {
  await site.database.transaction((tx) => tx.all(statement));
}

Deno.test("a token whose scope was lowered may look at its task and not stop it", async () => {
  await using site = await Site.start(LASTING);
  const client = new TaskClient(site, { token: site.tokens.write });
  const { taskId } = await client.call("create_backup", { vmid: 100 });
  const record = (await site.store.listTokens()).find(({ permission }) => permission === "write");
  await run(
    site,
    `UPDATE auth_application_tokens SET permission = 'read' WHERE id = ${record?.id}`,
  );
  await until(async () => (await client.cancel(taskId)).code === -32000);
  assert.equal((await client.get(taskId)).status, "working");
  const [row] = await rowsOf(site, "stop_task");
  assert.equal(row?.outcome, "denied");
});

Deno.test("where a person must confirm every interruption, cancelling is refused", async () => {
  await using site = await Site.start({ ...LASTING, config: { tools: { confirm: "always" } } });
  const client = new TaskClient(site);
  const { taskId } = await client.call("start_vm", { vmid: 101 });
  assertRefused(await client.cancel(taskId), { code: -32000, text: /a person must confirm it/ });
  assert.equal((await client.get(taskId)).status, "working");
});

Deno.test("a token that needs approval cancels nothing before somebody has released that too", async () => {
  await using site = await Site.start(LASTING);
  const token = await asking(site);
  const boss = await tokenOf(site.store, "boss");
  const client = new TaskClient(site, { token });
  const release = (id: string) => site.call("approve_plan", { id }, { token: boss });
  await release((await hold(site, token, ["start_vm", { vmid: 101 }])).id);
  const { taskId } = await client.call("start_vm", { vmid: 101 });
  const refused = await client.cancel(taskId);
  assertRefused(refused, { code: -32000, text: /^Nothing was changed yet. Ask a person/ });
  assert.equal((await client.get(taskId)).status, "working");
  await release(refused.data.plan);
  await client.cancel(taskId);
  assert.equal((await client.get(taskId)).status, "cancelled");
});

Deno.test("a task of another token, forged or out of reach is none", async () => {
  await using site = await Site.start(LASTING);
  const limits = { vmids: [{ from: 101, to: 101 }] };
  const token = await createLimitedToken(site.store, limits);
  const client = new TaskClient(site, { token });
  const { taskId } = await client.call("start_vm", { vmid: 101 });
  assert.equal((await client.get(taskId)).status, "working");
  const others = [
    [site.tokens.admin, taskId],
    [token, `${taskId.slice(0, -2)}${taskId.endsWith("AA") ? "BA" : "AA"}`],
    [token, site.fake.state.tasks.at(-1)?.upid ?? ""],
  ] as const;
  for (const [token, id] of others) {
    for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
      const { error } = await new TaskClient(site, { token }).ask(method, { taskId: id });
      assertRefused(error, NOT_FOUND);
    }
  }
  await run(site, "UPDATE proxmox_mcp_token_limits SET vmids = '100'");
  await until(async () => (await client.get(taskId)).code === NOT_FOUND.code);
  assertRefused(await client.cancel(taskId), NOT_FOUND);
  assert.equal(site.fake.state.tasks.at(-1)?.status, "running");
});

Deno.test("a task is not found after its time", async () => {
  const clock = new Clock();
  const { now, monotonic } = clock;
  await using site = await Site.start({ ...LASTING, now, monotonic });
  const client = new TaskClient(site);
  const { taskId, ttlMs } = await client.call("start_vm", { vmid: 101 });
  clock.advance(ttlMs - 1);
  assert.equal((await client.get(taskId)).pollIntervalMs, 15_000);
  clock.advance(1);
  assertRefused(await client.get(taskId), NOT_FOUND);
});

Deno.test("only requests of 2026-07-28 that declare the extension have tasks", async () => {
  await using site = await Site.start();
  const client = new TaskClient(site);
  const { capabilities } = (await client.ask("server/discover")).result;
  assert.deepEqual(capabilities.extensions, { [EXTENSION]: {}, "io.modelcontextprotocol/ui": {} });
  const plain = new TaskClient(site, { declares: false });
  const waited = await plain.call("start_vm", { vmid: 101 });
  assert.equal(waited.structuredContent.guest_status, "running");
  for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
    const { error } = await plain.ask(method, { taskId: "x" });
    assertRefused(error, { code: -32021, text: /tasks$/ });
    assert.deepEqual(error.data, { requiredCapabilities: { extensions: { [EXTENSION]: {} } } });
  }
  for (const method of ["tasks/result", "tasks/list"]) {
    assert.equal((await client.ask(method, { taskId: "x" })).error.code, -32601);
  }
  const session = await site.openSession();
  const { text: hello } = await site.post({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "a", version: "1" },
    },
  });
  assert.match(hello, /"capabilities":\{"tools"/);
  assert.doesNotMatch(hello, /extensions/);
  const _meta = (client.params({}) as Json)._meta;
  const older = { ..._meta, "io.modelcontextprotocol/protocolVersion": undefined };
  const called = await site.post({
    jsonrpc: "2.0",
    id: 2,
    method: "tools/call",
    params: { name: "stop_vm", arguments: { vmid: 101, wait: false }, _meta: older },
  }, session);
  assert.doesNotMatch(called.text, /taskId/);
  const asked = { jsonrpc: "2.0", id: 3, method: "tasks/get", params: { taskId: "x" } };
  assert.match((await site.post(asked, session)).text, /-32601/);
});

Deno.test("what has ended already, is not waited for, planned or left as it is, is no task", async () => {
  await using site = await Site.start({ pve: { taskPolls: 0 } });
  const client = new TaskClient(site);
  const calls: [string, object][] = [
    ["start_vm", { vmid: 101 }],
    ["reset_vm", { vmid: 101, wait: false }],
    ["start_vm", { vmid: 101 }],
    ["migrate_guest", { vmid: 101, target: "pve2", dry_run: true }],
    ["get_vms", {}],
  ];
  for (const [name, args] of calls) {
    const { resultType, content } = await client.call(name, args);
    assert.equal(resultType, "complete", name);
    assert.ok(content.length > 0, name);
  }
});

Deno.test("a token that may not look at tasks is given none", async () => {
  await using site = await Site.start();
  const token = await createLimitedToken(site.store, { toolsDeny: ["get_task"] });
  const { resultType, structuredContent } = await new TaskClient(site, { token })
    .call("start_vm", { vmid: 101 });
  assert.deepEqual([resultType, structuredContent.guest_status], ["complete", "running"]);
});

/** Starts a VM and has more to say about that than an id holds. */
const TALKATIVE = {
  ...startVm,
  name: "start_talking",
  run: async (input: Parameters<typeof startVm.run>[0], context: ToolContext) => ({
    ...await startVm.run(input, context),
    notes: ["x".repeat(4_000)],
  }),
};

Deno.test("what is too long for an id is answered as what still runs", async () => {
  await using site = await Site.start({ ...LASTING, tools: [...TOOLS, TALKATIVE] });
  const client = new TaskClient(site);
  const { resultType, structuredContent } = await client.call("start_talking", { vmid: 101 });
  assert.equal(resultType, "complete");
  assert.match(structuredContent.notes.join(), /still running: .*use wait_task/);
});

Deno.test("who wants to be told of tasks must declare the extension", async () => {
  await using site = await Site.start();
  const params = { notifications: { taskIds: ["x"] } };
  const plain = new TaskClient(site, { declares: false });
  const { error } = await plain.ask("subscriptions/listen", params);
  assertRefused(error, { code: -32021, text: /tasks$/ });
  assert.deepEqual(error.data, { requiredCapabilities: { extensions: { [EXTENSION]: {} } } });
  const client = new TaskClient(site);
  const { result } = await client.ask("subscriptions/listen", params);
  assert.equal(result.resultType, "complete", "nobody is told: tasks/get tells");
  await using pipe = await Pipe.open(site);
  const refused = await pipe.ask("subscriptions/listen", plain.params(params));
  assert.equal(refused.error.code, -32021);
});
