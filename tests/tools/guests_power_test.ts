import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { GUESTS_POWER } from "./cases/guests_power.ts";
import { calling, isRunning } from "./guests.ts";
import { testTools } from "./harness.ts";
import { changes, lastChange, sent } from "./requests.ts";

testTools(GUESTS_POWER);

Deno.test("an accepted start that fails in its task is a failure with the task's reason", async () => {
  await using site = await Site.start();
  // The state changes between the check and the start.
  site.fake.fault(
    { path: /\/qemu\/100\/status\/current$/ },
    { kind: "body", body: '{"data":{"status":"stopped","vmid":100}}' },
  );
  const answer = await site.call("start_vm", { vmid: 100 });
  assert.equal(answer.code, "conflict");
  assert.match(answer.text, /VM 100 already running \(task UPID:pve1:/);
});

Deno.test("wait: false returns the UPID at once", async () => {
  await using site = await Site.start();
  const { value } = await site.call("start_vm", { vmid: 101, wait: false });
  assert.deepEqual(value.task, { upid: value.upid, status: "running", log_tail: [] });
  assert.match(value.upid, /^UPID:/);
  assert.deepEqual([value.name, value.guest_status], ["db1", "stopped"]);
  assert.equal(sent(site, "GET", /tasks/), 0);
  assert.equal(sent(site, "GET", /status\/current$/), 1, "how it stood is asked once");
});

Deno.test("a guest that is as it should be only until a task ends is told with that task", async () => {
  await using site = await Site.start();
  const before = await site.call("start_vm", { vmid: 100 });
  assert.deepEqual([before.value.unchanged, before.value.notes], [true, undefined]);
  site.fake.state.taskPolls = Infinity;
  const { value: { upid } } = await site.call("shutdown_vm", { vmid: 100, wait: false });
  const { value, text } = await site.call("start_vm", { vmid: 100 });
  assert.deepEqual([value?.unchanged, value?.notes], [true, [
    `qmshutdown of VM 100 is under way and may change that: use wait_task ${upid}`,
  ]], text);
  const asked = { action: "start", vmids: [100, 101], wait: false, dry_run: false };
  const { value: { guests: [skipped] } } = await site.call("bulk_power", asked);
  assert.deepEqual([skipped.result, skipped.detail], [
    "skipped",
    `is running already, but ${value.notes[0]}`,
  ]);
});

Deno.test("starting guests leaves their places known and their states to be asked anew", async () => {
  await using site = await Site.start({ pve: { taskPolls: 0 } });
  const read = () => sent(site, "GET", /^\/cluster\/resources$/);
  const readAlone = () => sent(site, "GET", /^\/nodes\/\w+\/qemu\/101\/status\/current$/);
  await site.call("start_vm", { vmid: 101, wait: false });
  await site.call("stop_container", { vmid: 200, wait: false });
  assert.equal(read(), 1);
  await site.call("get_vms");
  assert.equal(read(), 2);
  await site.call("update_vm", { vmid: 101, name: "renamed" });
  const before = readAlone();
  await site.call("set_guest_notes", { vmid: 101, notes: "x" });
  assert.equal(readAlone() - before, 1, "where a guest is after a change, its node is asked");
  assert.equal(read(), 2);
  await site.call("set_guest_notes", { vmid: "renamed", notes: "y" });
  assert.equal(read(), 3, "whose name is whose, only the list tells");
  await site.call("add_ha_resource", { vmid: 101 });
  const known = read();
  await site.call("get_vm_usage", { vmid: 101 });
  assert.equal(read() - known, 1, "a change of another kind may be about any guest");
});

Deno.test("a task that outlives timeout_seconds says that it goes on", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1000 } });
  const answer = await site.call("start_vm", { vmid: 101, timeout_seconds: 1 });
  assert.equal(answer.code, "timeout");
  assert.match(answer.text, /still runs after 1 s and goes on: do not start it again/);
});

Deno.test("a change is sent once, and a lost answer is told as an unknown outcome", async () => {
  await using site = await Site.start();
  const faults = [
    [{ kind: "drop" }, /whether the change was made is unknown/],
    [{ kind: "status", status: 502 }, /whether the change was made is unknown/],
    [{ kind: "status", status: 503 }, /whether the change was made is unknown/],
    [{ kind: "status", status: 596 }, /whether the change was made is unknown/],
  ] as const;
  for (const [fault, text] of faults) {
    // A snapshot that is taken all the same locks the guest meanwhile.
    site.fake.finishTasks();
    const before = sent(site, "POST", /snapshot$/);
    site.fake.fault({ method: "POST", path: /snapshot$/ }, fault);
    const name = `s${faults.findIndex(([other]) => other === fault)}x`;
    const answer = await site.call("create_snapshot", { vmid: 110, name });
    assert.equal(answer.code, "unavailable", answer.text);
    assert.match(answer.text, text);
    assert.equal(sent(site, "POST", /snapshot$/) - before, 1);
  }
});

Deno.test("a dry run sends nothing and shows requests, checks and changes", async () => {
  await using site = await Site.start();
  const { value } = await site.call("update_vm", { vmid: 101, memory: 3072, dry_run: true });
  assert.equal(value.dry_run.requests[0].method, "PUT");
  assert.equal(value.dry_run.requests[0].path, "/nodes/pve1/qemu/101/config");
  assert.equal(value.dry_run.requests[0].body.memory, 3072);
  assert.equal(value.dry_run.changes.memory.to, 3072);
  const reset = await site.call("reset_vm", { vmid: 101, dry_run: true });
  assert.equal(
    reset.value.dry_run.checks.find((check: { ok: boolean }) => !check.ok).detail,
    "VM 101 is stopped; start it",
  );
  const destroy = await site.call("delete_vm", { vmid: 100, force: true, dry_run: true });
  assert.deepEqual(
    destroy.value.dry_run.requests.map((request: { method: string }) => request.method),
    ["POST", "DELETE"],
  );
  const exec = await site.call("execute_vm_command", {
    vmid: 100,
    command: ["true"],
    dry_run: true,
  });
  assert.deepEqual(exec.value.dry_run.requests[0].body, { command: ["true"] });
  assert.ok(site.fake.requests.every(({ method }) => method === "GET"));
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

Deno.test("bulk_power previews unless told otherwise, and chooses by tag, pool and node", async () => {
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
  assert.match(preview.value.dry_run.notes[0], /^nothing was sent: .* dry_run: false does it$/);
  assert.equal(isRunning(site, 101), false);
  const pool = await site.call("bulk_power", { action: "start", pool: "dev", dry_run: false });
  assert.deepEqual(
    pool.value.guests.map((row: { vmid: number; result: string }) => [row.vmid, row.result]),
    [[150, "done"], [202, "done"]],
  );
  const both = { action: "stop", pool: "dev", node: "pve3", dry_run: false };
  const { value } = await site.call("bulk_power", both);
  assert.deepEqual(value.guests.map((row: { vmid: number }) => row.vmid), [150]);
});

Deno.test("bulk_power made again follows what it began before, and sends nothing twice", async () => {
  await using site = await Site.start();
  site.fake.state.taskPolls = Infinity;
  const args = { action: "shutdown", vmids: [100, 200], dry_run: false, wait: false };
  const upids = async () => {
    const { value, text } = await site.call("bulk_power", args);
    assert.deepEqual(value.guests.map(({ result }: { result: string }) => result), [
      "started",
      "started",
    ], text);
    return value.guests.map(({ upid }: { upid: string }) => upid);
  };
  const first = await upids();
  assert.deepEqual(await upids(), first);
  assert.equal(changes(site).length, 2);
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
  await calling("bulk_power", { action: "stop", vmids: [103], dry_run: false })(site);
  assert.equal(isRunning(site, 103), false);
});

Deno.test("how a guest stands that cannot be asked after its change is told as unknown", async () => {
  await using site = await Site.start();
  const { requests } = site.fake;
  const receive = requests.push.bind(requests);
  requests.push = (request) => {
    if (request.method === "POST") {
      site.fake.fault({ path: /status\/current$/ }, {
        kind: "status",
        status: 500,
        message: "short read on command socket (16 != 0)\n",
      });
    }
    return receive(request);
  };
  const { value, text } = await site.call("start_container", { vmid: 202 });
  assert.deepEqual([value?.exit_status, value?.guest_status], ["OK", "unknown"], text);
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

Deno.test("quorum that goes or comes with votes, and no node, is noticed", async () => {
  await using site = await Site.start();
  site.fake.offline("pve3");
  const quorate = async () => (await site.call("health")).value.quorate;
  assert.equal(await quorate(), true);
  site.fake.state.nodes.get("pve3")!.votes = 5;
  assert.equal(await quorate(), false);
  const { code } = await site.call("create_backup", { vmid: 100 });
  assert.equal(code, "unavailable");
  // `pvecm expected 1`
  site.fake.state.nodes.get("pve3")!.votes = 0;
  assert.equal(await quorate(), true);
  assert.equal((await site.call("create_backup", { vmid: 100 })).isError, false);
});

Deno.test("create_backup says that there is no quorum, which its task does not", async () => {
  await using site = await Site.start();
  site.fake.offline("pve2");
  site.fake.offline("pve3");
  const { code, text } = await site.call("create_backup", { vmid: 100 });
  assert.equal(code, "unavailable", text);
  assert.match(
    text,
    /: the cluster has no quorum, so nothing can be changed; see get_cluster_status$/,
  );
  assert.equal(changes(site).length, 0);
  // Who may not read the cluster's state is told what the task says.
  site.fake.fault({ path: /^\/cluster\/ha\/status\/current$/ }, {
    kind: "status",
    status: 403,
    message: "Permission check failed (/, Sys.Audit)\n",
  });
  const unread = await site.call("create_backup", { vmid: 100 });
  assert.match(unread.text, /: .*job errors/);
});
