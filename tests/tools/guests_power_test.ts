import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { lastChange, testTool } from "./harness.ts";

const lock = (vmid: number) => (site: Site) => {
  const config = site.fake.state.guests.get(vmid)?.config;
  assert.ok(config);
  config.lock = "backup";
};

const stop = (vmid: number) => (site: Site) =>
  site.call("bulk_power", {
    action: "stop",
    vmids: [vmid],
    dry_run: false,
  });

const isRunning = (site: Site, vmid: number) =>
  site.fake.state.guests.get(vmid)?.status === "running";

testTool({
  tool: "reboot_vm",
  role: "write",
  args: { vmid: 100, timeout_seconds: 30 },
  request: ["POST", /qemu\/100\/status\/reboot$/],
  task: true,
  works: (value, site) => {
    assert.equal(value.exit_status, "OK");
    assert.deepEqual(lastChange(site).body, { timeout: 30 });
    assert.ok(isRunning(site, 100));
  },
  refuses: [
    { args: { vmid: 101 }, code: "conflict", text: /VM 101 is stopped/ },
    { args: { vmid: 200 }, code: "conflict", text: /200 is a container, not a VM/ },
    { args: { vmid: 100 }, code: "conflict", text: /locked \(backup\)/, prepare: lock(100) },
    { args: { vmid: "101;x" }, code: "invalid", text: /vmid/ },
  ],
});

testTool({
  tool: "suspend_vm",
  role: "write",
  args: { vmid: 100 },
  request: ["POST", /qemu\/100\/status\/suspend$/],
  task: true,
  works: async (value, site) => {
    assert.equal(value.exit_status, "OK");
    assert.equal(site.fake.state.guests.get(100)?.paused, true);
    const twice = await site.call("suspend_vm", { vmid: 100 });
    assert.match(twice.text, /VM 100 is paused/);
  },
  refuses: [{ args: { vmid: 101 }, code: "conflict", text: /VM 101 is stopped/ }],
});

testTool({
  tool: "resume_vm",
  role: "write",
  args: { vmid: 100 },
  prepare: (site) => site.call("suspend_vm", { vmid: 100 }),
  request: ["POST", /qemu\/100\/status\/resume$/],
  task: true,
  works: (value, site) => {
    assert.equal(value.exit_status, "OK");
    assert.equal(site.fake.state.guests.get(100)?.paused, false);
  },
  refuses: [
    { args: { vmid: 100 }, code: "conflict", text: /VM 100 is already running/ },
    { args: { vmid: 101 }, code: "conflict", text: /VM 101 is stopped/ },
  ],
});

Deno.test("a VM that was suspended to disk is powered off and goes on by resume_vm", async () => {
  await using site = await Site.start();
  const saved = await site.call("suspend_vm", { vmid: 100, to_disk: true });
  assert.equal(saved.isError, false, saved.text);
  assert.deepEqual(lastChange(site).body, { todisk: true });
  assert.equal(isRunning(site, 100), false);
  const resumed = await site.call("resume_vm", { vmid: 100 }, { role: "write" });
  assert.equal(resumed.value?.exit_status, "OK", resumed.text);
  assert.ok(isRunning(site, 100));
});

testTool({
  tool: "start_container",
  role: "write",
  args: { vmid: 202 },
  request: ["POST", /pve2\/lxc\/202\/status\/start$/],
  task: true,
  works: (_value, site) => assert.ok(isRunning(site, 202)),
  refuses: [
    { args: { vmid: 200 }, code: "conflict", text: /container 200 is already running/ },
    { args: { vmid: 101 }, code: "conflict", text: /101 is a VM, not a container/ },
  ],
});

testTool({
  tool: "shutdown_container",
  role: "write",
  args: { vmid: 201, timeout_seconds: 20 },
  request: ["POST", /pve2\/lxc\/201\/status\/shutdown$/],
  task: true,
  works: (_value, site) => {
    assert.deepEqual(lastChange(site).body, { timeout: 20 });
    assert.equal(isRunning(site, 201), false);
  },
  refuses: [{ args: { vmid: 202 }, code: "conflict", text: /container 202 is stopped/ }],
});

testTool({
  tool: "reboot_container",
  role: "write",
  args: { vmid: "ct2" },
  request: ["POST", /pve2\/lxc\/201\/status\/reboot$/],
  task: true,
  works: (_value, site) => assert.ok(isRunning(site, 201)),
  refuses: [{ args: { vmid: 202 }, code: "conflict", text: /container 202 is stopped/ }],
});

testTool({
  tool: "stop_container",
  role: "admin",
  args: { vmid: 201 },
  request: ["POST", /pve2\/lxc\/201\/status\/stop$/],
  task: true,
  works: (_value, site) => assert.equal(isRunning(site, 201), false),
  refuses: [{ args: { vmid: 202 }, code: "conflict", text: /container 202 is stopped/ }],
});

testTool({
  tool: "bulk_power",
  role: "admin",
  args: { action: "shutdown", vmids: [100, 101, 200], dry_run: true },
  request: ["POST", /status\/shutdown$/],
  partial: true,
  works: (value, site) => {
    assert.deepEqual(
      value.guests.map((row: { vmid: number; result: string }) => [row.vmid, row.result]),
      [[100, "done"], [101, "skipped"], [200, "done"]],
    );
    assert.equal(value.failed, 0);
    assert.equal(isRunning(site, 100), false);
    assert.equal(isRunning(site, 200), false);
    assert.ok(isRunning(site, 110));
  },
  refuses: [
    { args: { action: "stop", dry_run: false }, code: "invalid", text: /give either vmids/ },
    {
      args: { action: "stop", vmids: [100], tag: "prod", dry_run: false },
      code: "invalid",
      text: /give either vmids/,
    },
    {
      args: { action: "stop", tag: "nosuch", dry_run: false },
      code: "not_found",
      text: /no guest fits/,
    },
    {
      args: { action: "start", vmids: [900, 999], dry_run: false },
      code: "conflict",
      text: /failed for all 2 guests \(900: VM 900 is a template; 999: no guest has the vmid 999/,
    },
  ],
});

Deno.test("bulk_power previews unless told otherwise, and chooses by tag and pool", async () => {
  await using site = await Site.start();
  const preview = await site.call("bulk_power", { action: "start", tag: "prod" });
  assert.deepEqual(
    preview.value.dry_run.requests.map((request: { path: string }) => request.path),
    ["/nodes/pve1/qemu/101/status/start"],
  );
  assert.match(
    preview.value.dry_run.checks.map((row: { check: string }) => row.check).join("\n"),
    /VM 100 is running already and left alone/,
  );
  assert.equal(isRunning(site, 101), false);
  const pool = await site.call("bulk_power", { action: "start", pool: "dev", dry_run: false });
  assert.deepEqual(
    pool.value.guests.map((row: { vmid: number; result: string }) => [row.vmid, row.result]),
    [[150, "done"], [202, "done"]],
  );
});

Deno.test("bulk_power goes on when one guest fails, and says which", async () => {
  await using site = await Site.start();
  site.fake.state.outcomes.push({ id: "101", exit: "start failed: no memory" });
  const { value, isError } = await site.call("bulk_power", {
    action: "start",
    vmids: [101, 103, 999],
    dry_run: false,
  });
  assert.equal(isError, false);
  assert.equal(value.failed, 2);
  assert.deepEqual(
    value.guests.map((row: { vmid: number; result: string }) => [row.vmid, row.result]),
    [[101, "failed"], [103, "done"], [999, "failed"]],
  );
  assert.match(value.guests[0].detail, /start failed: no memory/);
  await stop(103)(site);
  assert.equal(isRunning(site, 103), false);
});

testTool({
  tool: "set_guest_notes",
  role: "write",
  args: { vmid: 100, notes: "Owned by ada" },
  request: ["PUT", /qemu\/100\/config$/],
  works: async (value, site) => {
    assert.deepEqual(value.changes, { description: { to: "Owned by ada" } });
    assert.match(value.undo, /set_guest_notes of 100: unset description/);
    assert.match(lastChange(site).body.digest, /^[0-9a-f]{40}$/);
    const removed = await site.call("set_guest_notes", { vmid: 100, notes: "" });
    assert.equal(lastChange(site).body.delete, "description");
    assert.match(removed.value.undo, /description back to "Owned by ada"/);
    const container = await site.call("set_guest_notes", { vmid: 202, notes: "x" });
    assert.equal(container.isError, false, container.text);
  },
  refuses: [
    { args: { vmid: 100, notes: "x".repeat(8193) }, code: "invalid", text: /notes/ },
    { args: { vmid: 100, notes: "x", note: "y" }, code: "invalid", text: /did you mean node/ },
  ],
});

testTool({
  tool: "set_guest_tags",
  role: "write",
  args: { vmid: 100, add: ["blue"], remove: ["web"] },
  request: ["PUT", /qemu\/100\/config$/],
  works: async (value, site) => {
    assert.deepEqual(value.changes.tags, { from: "prod;web", to: "prod;blue" });
    assert.match(value.undo, /tags back to "prod;web"/);
    const none = await site.call("set_guest_tags", { vmid: 100, tags: [] });
    assert.equal(none.isError, false, none.text);
    assert.equal(lastChange(site).body.delete, "tags");
    assert.equal(site.fake.state.guests.get(100)?.config.tags, undefined);
    const container = await site.call("set_guest_tags", { vmid: 200, tags: ["a", "b", "a"] });
    assert.equal(container.value.changes.tags.to, "a;b", container.text);
  },
  refuses: [
    { args: { vmid: 100 }, code: "invalid", text: /give tags, add or remove/ },
    { args: { vmid: 100, add: ["a;b"] }, code: "invalid", text: /must be a tag/ },
  ],
});

Deno.test("a change in between is a conflict that shows what was changed", async () => {
  await using site = await Site.start();
  for (
    const [tool, args] of [
      ["set_guest_notes", { notes: "mine" }],
      ["set_guest_tags", { add: ["mine"] }],
    ] as const
  ) {
    const undo = site.fake.fault({ method: "PUT", path: /qemu\/101\/config$/ }, {
      kind: "status",
      status: 500,
      message: "checksum mismatch (file change by other user?)\n",
    });
    const answer = await site.call(tool, { vmid: 101, ...args });
    undo();
    assert.equal(answer.code, "conflict", answer.text);
    assert.match(answer.text, /the configuration was changed meanwhile/);
  }
});

Deno.test("what HA does is told as a request, and a forced deletion waits for the stop", async () => {
  await using site = await Site.start();
  const note = "HA does it: the task is only the request; see get_guest";
  const stopped = await site.call("shutdown_vm", { vmid: 110 });
  assert.deepEqual(stopped.value?.notes, [note], stopped.text);
  assert.equal((await site.call("start_vm", { vmid: 101 })).value?.notes, undefined);
  const started = await site.call("bulk_power", { action: "start", vmids: [110], dry_run: false });
  assert.equal(started.value.guests[0].detail, note, started.text);
  const undo = site.fake.fault({ path: /qemu\/110\/status\/current$/ }, {
    kind: "body",
    body: JSON.stringify({ data: { status: "running", vmid: 110, ha: { managed: 1 } } }),
  }, { times: 2 });
  const deleted = await site.call("delete_vm", { vmid: 110, force: true });
  undo();
  assert.equal(deleted.value?.exit_status, "OK", deleted.text);
});

Deno.test("a dry run tells that there is no quorum", async () => {
  await using site = await Site.start();
  const quorumOf = async () => {
    const { value } = await site.call("start_vm", { vmid: 101, dry_run: true });
    const checks: { check: string; ok: boolean }[] = value.dry_run.checks;
    return checks.filter(({ check }) => check === "the cluster has quorum").map(({ ok }) => ok);
  };
  assert.deepEqual(await quorumOf(), [true]);
  site.fake.offline("pve2");
  site.fake.offline("pve3");
  assert.deepEqual(await quorumOf(), [false]);
});
