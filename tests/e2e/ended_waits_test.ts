import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { Pipe } from "../support/stdio.ts";
import { rowsOf, TaskClient } from "../support/task_client.ts";
import { until } from "../support/until.ts";

const REVISIONS = ["2025-11-25", "2026-07-28"] as const;

/** A call over a pipe that waits for the start of VM 101, and is told of progress. */
async function startOver(pipe: Pipe, site: Site, revision: typeof REVISIONS[number]) {
  if (revision === "2025-11-25") await pipe.initialize();
  const bare = { name: "start_vm", arguments: { vmid: 101 } };
  const client = new TaskClient(site, { declares: false });
  const params: { _meta?: object } = revision === "2025-11-25" ? bare : client.params(bare);
  const _meta = { ...params._meta, progressToken: "p" };
  const id = await pipe.begin("tools/call", { ...params, _meta });
  const progress = () =>
    pipe.messages.filter(({ method }) => method === "notifications/progress")
      .map(({ params }) => params.progress as number);
  await until(() => progress().length > 1);
  return { id, progress: progress() };
}

/** The one wait has ended, and nothing else has. */
async function assertOnlyTheWaitEnded(site: Site): Promise<void> {
  await until(async () => (await rowsOf(site, "start_vm")).length === 1);
  const [row] = await rowsOf(site, "start_vm");
  const [task] = site.fake.state.tasks;
  assert.deepEqual([row?.outcome, row?.upid], ["cancelled", task?.upid]);
  assert.match(row?.error ?? "", /accepted the task, but its end is unknown.*see get_task UPID:/);
  assert.equal(task?.status, "running");
  assert.ok(site.fake.requests.every(({ method }) => method !== "DELETE"), "it was stopped");
}

for (const revision of REVISIONS) {
  Deno.test(`stdio, ${revision}: progress rises, and a cancelled call ends the wait alone`, async () => {
    await using site = await Site.start({ pve: { taskPolls: 1e9 } });
    await using pipe = await Pipe.open(site);
    const { id, progress } = await startOver(pipe, site, revision);
    assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
    assert.equal(new Set(progress).size, progress.length);
    const params = { requestId: id };
    await pipe.send({ jsonrpc: "2.0", method: "notifications/cancelled", params });
    await assertOnlyTheWaitEnded(site);
    assert.ok(pipe.messages.every((message) => message.id !== id), "it was answered");
  });

  Deno.test(`stdio, ${revision}: the end of the input ends the wait alone`, async () => {
    await using site = await Site.start({ pve: { taskPolls: 1e9 } });
    await using pipe = await Pipe.open(site);
    await startOver(pipe, site, revision);
    await pipe.end();
    await pipe.server.finished;
    await pipe.server.shutdown();
    await assertOnlyTheWaitEnded(site);
  });
}

Deno.test("2025-11-25: the end of the session ends the wait alone", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const headers = await site.openSession();
  const params = { name: "start_vm", arguments: { vmid: 101 } };
  const call = site.post({ jsonrpc: "2.0", id: 2, method: "tools/call", params }, headers);
  await until(() => site.fake.state.tasks.length === 1);
  await until(() => site.fake.requests.some(({ path }) => /tasks\/.*\/status$/.test(path)));
  const ended = await fetch(site.url, { method: "DELETE", headers });
  await ended.body?.cancel();
  await assertOnlyTheWaitEnded(site);
  await call;
});
