import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { until } from "../support/until.ts";
import { changes, sent } from "./requests.ts";

/** A site whose waits take no time of the test's, and whose tasks end when they are told to. */
function startPatient(): Promise<Site> {
  let passed = 0;
  return Site.start({
    pve: { taskPolls: 1e9 },
    now: () => new Date(Date.now() + passed),
    sleep: (ms) => {
      passed += ms;
      return Promise.resolve();
    },
  });
}

Deno.test("a change whose task takes long is answered before a client gives up", async () => {
  await using site = await startPatient();
  const { value, text } = await site.call("create_backup", { vmid: 100, timeout_seconds: 3600 });
  assert.equal(value?.task.status, "running", text);
  assert.match(value.task.upid, /^UPID:pve1:.*:vzdump:100:/);
  assert.deepEqual([value.vmid, value.name, value.guest_status], [100, "web1", "running"]);
  assert.deepEqual(value.notes, [
    "still running: the task goes on, do not start it again; use wait_task",
  ]);
  const [row] = await site.trail.list({ tool: "create_backup" });
  assert.deepEqual([row?.outcome, row?.upid], ["ok", value.upid]);
  assert.ok(Number(row?.durationMs) >= 45_000 && Number(row?.durationMs) < 60_000);
  const waiting = await site.call("wait_task", { upid: value.upid }, { role: "user" });
  assert.equal(waiting.value?.status, "running", waiting.text);
  site.fake.finishTasks();
  const ended = await site.call("wait_task", { upid: value.upid }, { role: "user" });
  assert.equal(ended.value?.exit_status, "OK", ended.text);
});

Deno.test("many guests whose tasks take long are answered in time, each with its task", async () => {
  await using site = await startPatient();
  const many = { action: "start", vmids: [101, 103], dry_run: false };
  const { value, text } = await site.call("bulk_power", many);
  assert.deepEqual(
    value?.guests.map((row: { result: string }) => row.result),
    ["started", "started"],
    text,
  );
  assert.equal(value.notes.length, 1);
});

Deno.test("a deletion does not go on behind the back of a caller who was told that it waits", async () => {
  await using site = await startPatient();
  const { code, text } = await site.call("delete_vm", { vmid: 100, force: true });
  assert.equal(code, "timeout", text);
  assert.match(text, /still runs after 45 s/);
  assert.deepEqual(changes(site).map(({ method }) => method), ["POST"]);
});

Deno.test("an identical change follows the task that runs, whatever it says of waiting", async () => {
  await using site = await startPatient();
  const first = await site.call("create_backup", { vmid: 100 });
  const again = await site.call("create_backup", { wait: false, vmid: "100" });
  assert.equal(again.value?.joined, true, again.text);
  assert.equal(again.value.upid, first.value.upid);
  assert.deepEqual([again.value.vmid, again.value.guest_status], [100, "running"]);
  assert.match(again.value.notes[0], /an identical call began this task: nothing was sent/);
  const waiting = await site.call("create_backup", { vmid: 100 });
  assert.deepEqual([waiting.value?.joined, waiting.value?.task.status], [true, "running"]);
  assert.equal(sent(site, "POST", /vzdump$/), 1);
  const rows = await site.trail.list({ tool: "create_backup" });
  assert.deepEqual(rows.map(({ outcome, upid, vmid }) => [outcome, upid, vmid]), [
    ["ok", first.value.upid, 100],
    ["ok", first.value.upid, 100],
    ["ok", first.value.upid, 100],
  ]);
  site.fake.finishTasks();
  const anew = await site.call("create_backup", { vmid: 100, wait: false });
  assert.equal(anew.value?.joined, undefined, anew.text);
  assert.equal(sent(site, "POST", /vzdump$/), 2);
});

Deno.test("a task whose state is not told has not ended, and nothing is sent again for it", async () => {
  for (const state of [{ status: "novel" }, { status: 7, exitstatus: { odd: 1 } }, {}]) {
    await using site = await startPatient();
    const { value } = await site.call("create_backup", { vmid: 100, wait: false });
    const status = { path: /\/tasks\/[^/]+\/status$/ };
    const body = JSON.stringify({ data: state });
    const undo = site.fake.fault(status, { kind: "body", body }, { times: Infinity });
    const again = await site.call("create_backup", { vmid: 100 });
    assert.equal(again.code, "unavailable", again.text);
    const waiting = await site.call("wait_task", { upid: value.upid });
    assert.equal(waiting.code, "unavailable", waiting.text);
    assert.match(waiting.text, /its end is unknown: .*does not tell whether the task has ended/);
    assert.equal(sent(site, "POST", /vzdump$/), 1);
    undo();
  }
});

Deno.test("a client that has given up and tries again gets the task that runs", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const giving = new AbortController();
  const params = { name: "create_backup", arguments: { vmid: 100 } };
  const given = fetch(site.url, {
    method: "POST",
    headers: site.headers(),
    body: JSON.stringify({ method: "tools/call", params }),
    signal: giving.signal,
  });
  await until(() => site.fake.requests.some(({ path }) => /vzdump.*\/status$/.test(path)));
  giving.abort();
  await assert.rejects(given);
  const again = await site.call("create_backup", { vmid: 100, wait: false });
  assert.equal(again.value?.joined, true, again.text);
  assert.equal(sent(site, "POST", /vzdump$/), 1);
  site.fake.finishTasks();
});

Deno.test("settings that wait for a restart are told with what applies them", async () => {
  await using site = await Site.start();
  const { value } = await site.call("update_vm", { vmid: 100, cpu_type: "host" });
  assert.deepEqual(value.pending, ["cpu"]);
  assert.deepEqual(value.notes, ["waits for a restart: cpu; use reboot_vm"]);
});

Deno.test("what differs in guest, arguments or caller is a change of its own", async () => {
  await using site = await startPatient();
  const template = { vmid: 900, wait: false };
  const calls = [
    await site.call("clone_guest", { ...template, name: "a" }),
    await site.call("clone_guest", { ...template, name: "b" }),
    await site.call("create_snapshot", { vmid: 100, name: "before", wait: false }),
    await site.call("create_snapshot", { vmid: 110, name: "before", wait: false }),
  ];
  for (const { value, text } of calls) assert.equal(value?.joined, undefined, text);
  assert.equal(new Set(calls.map(({ value }) => value.upid)).size, 4);
  const others = await site.call("create_snapshot", { vmid: 100, name: "before" }, {
    role: "write",
  });
  assert.notEqual(others.value?.joined, true, "another token's change was joined");
  const clone = await site.call("clone_guest", { ...template, name: "a" });
  assert.deepEqual(
    [clone.value?.joined, clone.value?.vmid, clone.value?.upid],
    [true, calls[0]?.value.vmid, calls[0]?.value.upid],
  );
  const previewed = await site.call("clone_guest", { ...template, name: "a", dry_run: true });
  assert.equal(previewed.value?.dry_run.requests.length, 1, previewed.text);
});

Deno.test("two identical changes at once are one, and a refused one leaves the way free", async () => {
  // Even when the task is over before the second one has looked.
  await using site = await Site.start();
  const refuse = { kind: "status", status: 500, message: "no space left\n" } as const;
  site.fake.fault({ method: "POST", path: /vzdump$/ }, refuse);
  assert.equal((await site.call("create_backup", { vmid: 100 })).isError, true);
  const before = sent(site, "POST", /vzdump$/);
  const call = (wait: boolean) => site.call("create_backup", { vmid: 100, wait });
  const answers = await Promise.all([call(false), call(true), call(false)]);
  assert.equal(answers.filter(({ value }) => value.joined).length, 2);
  assert.equal(new Set(answers.map(({ value }) => value.upid)).size, 1);
  assert.equal(sent(site, "POST", /vzdump$/) - before, 1);
});
