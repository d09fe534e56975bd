import assert from "node:assert/strict";
import { TaskClient } from "../support/task_client.ts";
import { createLimitedToken } from "../tokens.ts";
import { twoClusters } from "./sites.ts";

Deno.test("what a task's client is told names the cluster to who knows of several, and to nobody else", async () => {
  await using site = await twoClusters({
    clusters: { dc2: { pve: { taskPolls: 1e9 } } },
  });
  const told = async (token?: string) => {
    const client = new TaskClient(site, { token });
    const cluster = token === undefined ? { cluster: "dc2" } : {};
    const notes = await client.call("set_guest_notes", { vmid: 100, notes: "x", ...cluster });
    const { taskId } = await client.call("reboot_vm", { vmid: 100, ...cluster });
    site.fakes.dc2?.finishTasks();
    const { result } = await client.get(taskId);
    return [notes, result].map(({ structuredContent }) => structuredContent.cluster);
  };
  const token = await createLimitedToken(site.store, { clusters: ["dc2"] });
  assert.deepEqual(await told(token), [undefined, undefined]);
  assert.deepEqual(await told(), ["dc2", "dc2"]);
});
