import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { guest, isRunning, set } from "./guests.ts";
import { startPatient } from "./moving_clock.ts";
import { lastChange } from "./requests.ts";

Deno.test("a VM that stands still for want of space does not run: it can be resumed, and stopped", async () => {
  await using site = await Site.start();
  for (const qmpstatus of ["io-error", "suspended"]) {
    guest(site, 100).qmpstatus = qmpstatus;
    const known = qmpstatus === "suspended" ? "paused" : qmpstatus;
    assert.equal((await site.call("get_guest", { vmid: 100 })).value?.status, known);
    const inside = await site.call("execute_vm_command", { vmid: 100, command: ["true"] });
    assert.match(inside.text, new RegExp(`: VM 100 is ${known}; resume it first$`));
    const started = await site.call("start_vm", { vmid: 100 });
    assert.equal(started.code, "conflict", started.text);
    const { value, text } = await site.call("resume_vm", { vmid: 100 });
    assert.deepEqual([value?.unchanged, value?.guest_status], [undefined, "running"], text);
  }
  guest(site, 100).qmpstatus = "internal-error";
  const stopped = await site.call("stop_vm", { vmid: 100 });
  assert.equal(stopped.value?.guest_status, "stopped", stopped.text);
});

Deno.test("a VM that is paused cannot be started with many others", async () => {
  await using site = await Site.start();
  guest(site, 100).qmpstatus = "io-error";
  const many = { action: "start", vmids: [100, 101], dry_run: false };
  const { value: { guests: [row] } } = await site.call("bulk_power", many);
  assert.deepEqual([row.result, row.detail], ["failed", "VM 100 is io-error"]);
  const { value: plan } = await site.call("bulk_power", { ...many, dry_run: true });
  assert.deepEqual(plan.dry_run.checks.filter(({ ok }: { ok: boolean }) => !ok), [
    { check: "VM 100 is in no state between", ok: false, detail: "VM 100 is io-error" },
  ]);
});

Deno.test("stop_vm ends a shutdown that the guest does not answer", async () => {
  await using site = await Site.start();
  site.fake.state.taskPolls = Infinity;
  await site.call("shutdown_vm", { vmid: 100, wait: false });
  site.fake.state.taskPolls = 0;
  const { value, text } = await site.call("stop_vm", { vmid: 100 });
  assert.equal(value?.guest_status, "stopped", text);
  assert.deepEqual(lastChange(site).body, { "overrule-shutdown": true });
});

Deno.test("stop_container works where Proxmox does not know how to end a shutdown for it", async () => {
  await using site = await Site.start();
  site.fake.fault({ method: "POST", path: /status\/stop$/ }, {
    kind: "status",
    status: 400,
    errors: {
      "overrule-shutdown":
        "property is not defined in schema and the schema does not allow additional properties",
    },
  });
  const { value, text } = await site.call("stop_container", { vmid: 200 });
  assert.equal(value?.guest_status, "stopped", text);
});

Deno.test("a reboot is told when the guest runs again, which it does some time after its task", async () => {
  await using site = await startPatient();
  site.fake.state.restartMs = 4_000;
  for (const [tool, vmid] of [["reboot_vm", 100], ["reboot_container", 201]] as const) {
    const { value, text } = await site.call(tool, { vmid });
    assert.deepEqual([value?.guest_status, value?.notes], ["running", undefined], text);
  }
  site.fake.state.restartMs = 600_000;
  const { value } = await site.call("reboot_vm", { vmid: 100 });
  assert.deepEqual(value?.notes, ["VM 100 starts again once it is down; see get_guest"]);
});

Deno.test("starting a VM that was suspended to disk resumes it, as Proxmox does", async () => {
  await using site = await Site.start();
  set(101, { lock: "suspended" })(site);
  set(103, { lock: "suspended" })(site);
  const { value, text } = await site.call("start_vm", { vmid: 101 });
  assert.equal(value?.guest_status, "running", text);
  const many = { action: "start", vmids: [103], dry_run: false };
  const { value: { guests: [row] } } = await site.call("bulk_power", many);
  assert.equal(row.result, "done", row.detail);
  assert.ok(isRunning(site, 103));
});

Deno.test("a guest that is locked is told how that ends", async () => {
  await using site = await Site.start();
  set(201, { lock: "backup" })(site);
  const { code, text } = await site.call("reboot_container", { vmid: 201 });
  assert.equal(code, "conflict");
  assert.match(
    text,
    /: container 201 is locked \(backup\): wait .*; one left behind goes by pct unlock 201 in a shell of node pve2$/,
  );
  set(101, { lock: "suspended" })(site);
  const suspended = await site.call("create_snapshot", { vmid: 101, name: "one" });
  assert.match(suspended.text, /: VM 101 is locked \(suspended\): resume it first$/);
});

Deno.test("a VM that is suspended to disk can be deleted as it is", async () => {
  await using site = await Site.start();
  set(101, { lock: "suspended" })(site);
  const { value, text } = await site.call("delete_vm", { vmid: 101 });
  assert.equal(value?.guest_status, "deleted", text);
});
