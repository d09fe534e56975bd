import assert from "node:assert/strict";
import { TaskClient } from "../support/task_client.ts";
import { CASED, type CasedTool, CASES } from "./cases/mod.ts";
import { startProbed } from "./probe.ts";

/** What begins many tasks, looks at what its task has left, or also starts the guest waits for the end. */
const WAITING = [
  "bulk_power",
  "create_container",
  "create_vm",
  "remove_hardware",
  "restore_backup",
  "rollback_snapshot",
  "run_backup_job",
];

for (const { name, input } of CASED) {
  if (!("wait" in input.shape) || WAITING.includes(name)) continue;
  Deno.test(`${name} answers a client that follows its task as one that waits`, async () => {
    await using site = await startProbed();
    const { args, prepare, works } = CASES[name as CasedTool];
    await prepare?.(site);
    const client = new TaskClient(site);
    const begun = await client.call(name, typeof args === "function" ? args(site) : args);
    assert.equal(begun.resultType, "task", JSON.stringify(begun));
    const { result } = await client.ended(begun.taskId);
    assert.equal(result?.isError ?? false, false, JSON.stringify(result));
    await works(result.structuredContent, site);
  });
}

Deno.test("what begins many tasks waits also for a client that could follow a task", async () => {
  await using site = await startProbed();
  const backup = await new TaskClient(site).call("run_backup_job", { id: "backup-nightly" });
  assert.equal(backup.structuredContent.nodes[0].result, "done");
  const given = { action: "shutdown", vmids: [100, 200], dry_run: false };
  const { resultType, structuredContent } = await new TaskClient(site).call("bulk_power", given);
  assert.equal(resultType, "complete");
  assert.deepEqual(
    structuredContent.guests.map(({ result }: { result: string }) => result),
    ["done", "done"],
  );
});
