import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { guest, isRunning } from "./guests.ts";
import { startPatient } from "./moving_clock.ts";
import { changes, lastChange } from "./requests.ts";

const ASKED = "HA does it: the task is only the request; see get_guest";
const FORCED = "HA stops VM 110 by force when it has not shut down after 300 s";

Deno.test("what HA does is waited for, though its task ends at once", async () => {
  await using site = await startPatient();
  site.fake.state.ha.actMs = 12_000;
  const stopped = await site.call("stop_vm", { vmid: 110 });
  assert.match(stopped.value?.upid, /:hastop:110:/, stopped.text);
  assert.deepEqual([stopped.value.guest_status, stopped.value.notes], ["stopped", undefined]);
  const started = await site.call("start_vm", { vmid: 110 });
  assert.deepEqual([started.value?.guest_status, started.value?.notes], ["running", undefined]);
  const moved = await site.call("migrate_guest", { vmid: 110, target: "pve1" });
  assert.deepEqual([moved.value?.node, moved.value?.notes], ["pve1", undefined], moved.text);
  const many = { action: "stop", vmids: [110], dry_run: false };
  const { value: { guests: [row] } } = await site.call("bulk_power", many);
  assert.deepEqual([row.result, row.detail], ["done", undefined]);
});

Deno.test("what HA has not done in time is told as a request, and as nothing more", async () => {
  await using site = await startPatient();
  site.fake.state.ha.actMs = 600_000;
  const moved = await site.call("migrate_guest", { vmid: 110, target: "pve1" });
  assert.deepEqual([moved.value?.node, moved.value?.notes], ["pve2", [ASKED]], moved.text);
  assert.equal(moved.value.guest_status, "running");
  delete guest(site, 110).config.lock;
  const stopped = await site.call("stop_vm", { vmid: 110 });
  assert.deepEqual([stopped.value?.guest_status, stopped.value?.notes], ["running", [ASKED]]);
  const unseen = await site.call("stop_vm", { vmid: 110, wait: false });
  assert.deepEqual(unseen.value?.notes, [ASKED]);
  const many = { action: "stop", vmids: [110], dry_run: false };
  const { value: { guests: [row] } } = await site.call("bulk_power", many);
  assert.deepEqual([row.result, row.detail], ["started", ASKED]);
  const deleted = await site.call("delete_vm", { vmid: 110, force: true });
  assert.equal(deleted.code, "timeout", deleted.text);
  assert.match(deleted.text, /: VM 110 was asked to stop and is running still$/);
  assert.ok(!changes(site).some(({ method }) => method === "DELETE"));
});

Deno.test("a forced deletion waits until HA has stopped the guest, and leaves HA with it", async () => {
  await using site = await startPatient();
  site.fake.state.ha.actMs = 12_000;
  const kept = { vmid: 110, force: true, purge: false };
  const refused = await site.call("delete_vm", kept);
  assert.match(refused.text, /: VM 110 is managed by HA; leave purge out to remove it from there/);
  assert.ok(isRunning(site, 110), "it was not stopped for nothing");
  const deleted = await site.call("delete_vm", { vmid: 110, force: true });
  assert.equal(deleted.value?.exit_status, "OK", deleted.text);
  assert.equal(site.fake.state.ha.resources.has("vm:110"), false);
});

Deno.test("a forced deletion tells that the guest was asked to stop where it cannot be looked at then", async () => {
  await using site = await startPatient();
  site.fake.fault({ method: "POST", path: /qemu\/100\/status\/stop$/ }, {
    kind: "bent",
    bend: (body) => {
      site.fake.fault({ path: /qemu\/100\/status\/current$/ }, { kind: "status", status: 595 });
      return body;
    },
  });
  const { code, text } = await site.call("delete_vm", { vmid: 100, force: true });
  assert.equal(code, "unavailable", text);
  assert.match(
    text,
    /: VM 100 was asked to stop, and how it stands is unknown: Proxmox answered 595/,
  );
  assert.equal(isRunning(site, 100), false);
});

Deno.test("a shutdown that HA would end by force says so, and gives the guest a minute", async () => {
  await using site = await Site.start();
  const plan = await site.call("shutdown_vm", { vmid: 110, dry_run: true });
  assert.deepEqual(plan.value?.dry_run.notes, [FORCED], plan.text);
  const { value, text } = await site.call("shutdown_vm", { vmid: 110 }, { role: "write" });
  assert.deepEqual(value?.notes, [FORCED], text);
  await site.call("start_vm", { vmid: 110 });
  await site.call("shutdown_vm", { vmid: 110, timeout_seconds: 1 });
  assert.deepEqual(lastChange(site).body, { timeout: 60 });
});

Deno.test("HA moves a guest to storages of the same names only", async () => {
  await using site = await Site.start();
  const args = { vmid: 110, target: "pve1", target_storage: "local", with_local_disks: true };
  const { code, text } = await site.call("migrate_guest", args);
  assert.equal(code, "conflict", text);
  assert.match(text, /: HA moves it, to storages of the same names: leave target_storage out$/);
  const row = { node: "pve2", with_local_disks: true, target_storage: "local", restart: true };
  site.fake.state.ha.rules.clear();
  const { value } = await site.call("drain_node", row);
  const left = value.guests.find(({ vmid }: { vmid: number }) => vmid === 110);
  assert.match(left.detail, /HA moves it, to storages of the same names/);
});

Deno.test("what HA has in state error, where it does nothing, is not asked of it", async () => {
  await using site = await Site.start();
  const resource = site.fake.state.ha.resources.get("vm:110");
  assert.ok(resource);
  resource.reported = "error";
  const why =
    /: HA has VM 110 in state error and does nothing with it; use update_ha_resource with/;
  for (
    const [tool, args] of [
      ["stop_vm", {}],
      ["shutdown_vm", {}],
      ["migrate_guest", { target: "pve1" }],
      ["delete_vm", { force: true }],
    ] as const
  ) {
    const { code, text } = await site.call(tool, { vmid: 110, ...args });
    assert.equal(code, "conflict", text);
    assert.match(text, why);
  }
  site.fake.state.ha.rules.clear();
  const drained = await site.call("drain_node", { node: "pve2", with_local_disks: true });
  const left = drained.value.guests.find(({ vmid }: { vmid: number }) => vmid === 110);
  assert.equal(left.result, "left");
  assert.match(left.detail, /^HA has VM 110 in state error and does nothing with it; use/);
  assert.ok(!changes(site).some(({ path }) => path.includes("/110/")));
  const reset = await site.call("reset_vm", { vmid: 110 });
  assert.equal(reset.value?.exit_status, "OK", "which HA has no part in");
});
