import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { TaskClient } from "../support/task_client.ts";
import { guest, isRunning } from "./guests.ts";
import { sent } from "./requests.ts";

Deno.test("a guest that was moved meanwhile is told as elsewhere, not as gone, and found at once", async () => {
  await using site = await Site.start();
  await site.call("get_vms");
  // HA moves it while the list is still known.
  guest(site, 101).node = "pve3";
  const answer = await site.call("start_vm", { vmid: 101 });
  assert.equal(answer.code, "conflict", answer.text);
  assert.match(answer.text, /: VM 101 is on node pve3 now, not on pve1: retry$/);
  const again = await site.call("start_vm", { vmid: 101 });
  assert.notEqual(again.code, "conflict", again.text);
});

Deno.test("a guest that is gone stays not found", async () => {
  await using site = await Site.start();
  await site.call("get_vms");
  site.fake.state.guests.delete(101);
  const { code, text } = await site.call("start_vm", { vmid: 101 });
  assert.equal(code, "not_found", text);
  assert.ok(isRunning(site, 100));
});

Deno.test("a guest that was deleted is not looked for", async () => {
  await using site = await Site.start();
  const { value, text } = await site.call("delete_vm", { vmid: 101 });
  assert.equal(value?.guest_status, "deleted", text);
  assert.equal(sent(site, "GET", /qemu\/101\/status\/current$/), 1);
  // Once more for the storages, on which disks may be left.
  assert.equal(sent(site, "GET", /^\/cluster\/resources$/), 2);
});

Deno.test("a guest whose move has only begun is told as it stands where it still is", async () => {
  await using site = await Site.start();
  site.fake.state.taskPolls = Infinity;
  const args = { vmid: 100, target: "pve2", with_local_disks: true, wait: false };
  const { value, text } = await site.call("migrate_guest", args);
  assert.deepEqual([value?.guest_status, value?.node], ["running", "pve2"], text);
  assert.equal(sent(site, "GET", /^\/nodes\/pve2\//), 0);
  assert.equal(sent(site, "GET", /^\/cluster\/resources$/), 1);
});

Deno.test("a client that follows a move is told how the guest stands where it has arrived", async () => {
  await using site = await Site.start();
  const client = new TaskClient(site);
  const args = { vmid: 101, target: "pve3", with_local_disks: true, target_storage: "local" };
  const { taskId } = await client.call("migrate_guest", args);
  const { result } = await client.ended(taskId);
  assert.deepEqual(
    [result.structuredContent.guest_status, result.structuredContent.node],
    ["stopped", "pve3"],
  );
});

Deno.test("who joins a move that HA was asked for is not told that the guest has moved", async () => {
  await using site = await Site.start();
  site.fake.state.taskPolls = Infinity;
  site.fake.state.ha.actMs = 600_000;
  const args = { vmid: 110, target: "pve1", wait: false };
  await site.call("migrate_guest", args);
  const { value, text } = await site.call("migrate_guest", args);
  assert.deepEqual([value?.joined, value?.node], [true, "pve2"], text);
});
