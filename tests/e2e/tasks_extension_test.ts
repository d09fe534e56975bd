import assert from "node:assert/strict";
import { Site, type SiteOptions } from "../site.ts";
import { Pipe } from "../support/stdio.ts";
import { assertRefused, rowsOf, TaskClient } from "../support/task_client.ts";
import { createLimitedToken } from "../tokens.ts";

const LASTING: SiteOptions = { pve: { taskPolls: 1e9 } };

/** The end of the only task that runs, after these lines. */
function finish(site: Site, ...lines: string[]): void {
  site.fake.state.tasks.find(({ status }) => status === "running")?.log.push(...lines);
  site.fake.finishTasks();
}

Deno.test("a call that would wait answers a task, whose end holds what the call would have", async () => {
  await using site = await Site.start(LASTING);
  const client = new TaskClient(site);
  const begun = await client.call("start_vm", { vmid: 101 });
  const { taskId, createdAt, lastUpdatedAt, statusMessage, _meta, ...rest } = begun;
  assert.deepEqual(rest, {
    resultType: "task",
    status: "working",
    ttlMs: 604_800_000,
    pollIntervalMs: 1_000,
  });
  assert.equal(statusMessage, "start VM 101: task runs");
  assert.ok(createdAt === lastUpdatedAt && !Number.isNaN(Date.parse(createdAt)));
  site.fake.state.tasks.at(-1)?.log.push("waiting for the disk", "");
  const working = await client.get(taskId);
  assert.deepEqual(
    [working.resultType, working.status, working.statusMessage, working.createdAt],
    ["complete", "working", "waiting for the disk", createdAt],
  );
  assert.ok(!("result" in working));
  site.fake.finishTasks();
  const { status, statusMessage: said, result } = await client.get(taskId);
  assert.deepEqual([status, said], ["completed", "OK"]);
  const { upid, ...told } = result.structuredContent;
  assert.match(upid, /:qmstart:101:/);
  assert.deepEqual([told.vmid, told.name, told.guest_status, told.exit_status, told.notes], [
    ...[101, "db1", "running", "OK", undefined],
  ]);
  assert.match(result.content[0].text, /^guest_status: running\nvmid: 101\nname: db1\n/);
  const waited = await new TaskClient(site, { declares: false }).call("stop_vm", {
    vmid: 101,
    wait: false,
  });
  assert.equal(waited.resultType, "complete", "a client without the extension sees no change");
});

Deno.test("each look at a task and its start leave a row", async () => {
  await using site = await Site.start(LASTING);
  const client = new TaskClient(site);
  const { taskId } = await client.call("start_vm", { vmid: 101 });
  await client.get(taskId);
  const [started] = await rowsOf(site, "start_vm");
  const [looked] = await rowsOf(site, "get_task");
  assert.deepEqual([started?.outcome, looked?.outcome], ["ok", "ok"]);
  assert.match(started?.upid ?? "", /:qmstart:101:/);
  assert.ok(looked?.arguments.includes(String(started?.upid)));
  await client.get("forged");
  const [refused] = await rowsOf(site, "get_task");
  assert.equal(refused?.outcome, "invalid");
  assert.match(refused?.error ?? "", /^Cannot call get_task: Task not found/);
});

Deno.test("a task that fails ends as the call that waits for it", async () => {
  await using site = await Site.start();
  const fails = () =>
    site.fake.state.outcomes.push({ type: "qmstart", exit: "start failed: QEMU" });
  fails();
  const waited = await new TaskClient(site, { declares: false }).call("start_vm", { vmid: 101 });
  fails();
  const client = new TaskClient(site);
  const { taskId } = await client.call("start_vm", { vmid: 101 });
  const { status, statusMessage, result } = await client.ended(taskId);
  assert.deepEqual([status, statusMessage], ["completed", "start failed: QEMU"]);
  const anonymous = (text: string) => text.replace(/UPID:\S+?:(?=[;)])/, "UPID");
  assert.equal(waited.isError, true);
  assert.equal(anonymous(result.content[0].text), anonymous(waited.content[0].text));
  assert.deepEqual({ ...result, content: [] }, {
    content: [],
    isError: true,
    _meta: { code: waited._meta.code },
  });
});

Deno.test("another instance and another transport answer for the same token's task", async () => {
  await using site = await Site.start(LASTING);
  const token = site.tokens.write;
  const client = new TaskClient(site, { token });
  const { taskId } = await client.call("create_backup", { vmid: 100 });
  await using pipe = await Pipe.open(site, { speaker: { kind: "token", token } });
  const ask = (method: string) => pipe.ask(method, client.params({ taskId }));
  assert.equal((await ask("tasks/get")).result.status, "working");
  finish(site, "INFO: archive file size: 1GB");
  const { result } = (await ask("tasks/get")).result;
  assert.deepEqual(
    [result.structuredContent.guest_status, result.structuredContent.storage],
    ["running", "nfs1"],
  );
  assert.deepEqual((await ask("tasks/update")).result.resultType, "complete");
});

Deno.test("a restarted program answers for the task", async () => {
  await using site = await Site.start(LASTING);
  const client = new TaskClient(site);
  const { taskId } = await client.call("start_vm", { vmid: 101 });
  await site.server.shutdown();
  await using pipe = await Pipe.open(site, {
    speaker: { kind: "token", token: site.tokens.admin },
  });
  site.fake.finishTasks();
  const { result } = await pipe.ask("tasks/get", client.params({ taskId }));
  assert.equal(result.result.structuredContent.guest_status, "running");
});

Deno.test("cancelling stops the task, under the rules of stop_task, and leaves its row", async () => {
  await using site = await Site.start(LASTING);
  const client = new TaskClient(site, { token: site.tokens.write });
  const { taskId } = await client.call("create_backup", { vmid: 100 });
  const { _meta, ...acknowledged } = await client.cancel(taskId);
  assert.deepEqual(acknowledged, { resultType: "complete" });
  const { status, statusMessage } = await client.get(taskId);
  assert.deepEqual([status, statusMessage], ["cancelled", "received interrupt"]);
  assert.equal((await client.cancel(taskId)).resultType, "complete", "it has ended: nothing to do");
  const [again, row] = await rowsOf(site, "stop_task");
  assert.deepEqual([row?.outcome, row?.tokenName], ["ok", "ada write"]);
  assert.match(row?.arguments ?? "", /UPID:pve1:.*:vzdump:100:/);
  assert.match(again?.error ?? "", /the task has ended/);
});

Deno.test("an identical call is given the same task, to be followed by an id of its own", async () => {
  await using site = await Site.start(LASTING);
  const client = new TaskClient(site);
  const first = await client.call("create_backup", { vmid: 100 });
  const second = await client.call("create_backup", { vmid: 100 });
  assert.notEqual(first.taskId, second.taskId);
  site.fake.finishTasks();
  const results = await Promise.all([first, second].map(({ taskId }) => client.get(taskId)));
  const [one, other] = results.map(({ result }) => result.structuredContent);
  assert.equal(one.upid, other.upid);
  assert.deepEqual([one.joined, other.joined], [undefined, true]);
  assert.match(other.notes.join(), /identical call/);
});

Deno.test("what a person must confirm is asked before there is a task", async () => {
  await using site = await Site.start();
  const client = new TaskClient(site, { asks: true });
  const args = { vmid: 101 };
  const asked = await client.call("delete_vm", args);
  assert.equal(asked.resultType, "input_required");
  const { requestState } = asked;
  const inputResponses = { confirm: { action: "accept", content: { confirm: true } } };
  const begun = await client.call("delete_vm", args, { requestState, inputResponses });
  assert.equal(begun.resultType, "task", JSON.stringify(begun));
  const { result } = await client.ended(begun.taskId);
  assert.equal(result.structuredContent.guest_status, "deleted");
});

Deno.test("a token limited by tags is told of the end of a guest that it deleted or cloned", async () => {
  await using site = await Site.start();
  const [id, guest] = [...site.fake.state.guests].find(([vmid]) => vmid === 101) ?? [];
  if (guest) guest.config.tags = "mine";
  const token = await createLimitedToken(site.store, { tags: ["mine"] });
  const client = new TaskClient(site, { token });
  const calls: [string, object, string][] = [
    ["clone_guest", { vmid: id, new_vmid: 333 }, "stopped"],
    ["delete_vm", { vmid: id }, "deleted"],
  ];
  for (const [tool, args, status] of calls) {
    const { taskId } = await client.call(tool, args);
    const ended = await client.ended(taskId);
    assert.equal(ended.result?.structuredContent.guest_status, status, JSON.stringify(ended));
  }
});

Deno.test("a Proxmox that is away makes no task end", async () => {
  await using site = await Site.start(LASTING);
  const client = new TaskClient(site);
  const { taskId } = await client.call("start_vm", { vmid: 101 });
  await site.fake.unplug();
  assertRefused(await client.get(taskId), { code: -32000, text: /^Cannot read task UPID/ });
  await site.fake.plug();
  assert.equal((await client.get(taskId)).status, "working");
});
