import assert from "node:assert/strict";
import type { TokenLimits } from "../../lib/auth/limits.ts";
import { Site } from "../site.ts";
import { createAuthenticatedToken, NO_LIMITS } from "../tokens.ts";
import { changes } from "./harness.ts";

type Row = Record<string, unknown>;

/** Starts a task that goes on until it is told to end. */
async function startLong(site: Site, tool: string, args: Row): Promise<string> {
  const { taskPolls } = site.fake.state;
  site.fake.state.taskPolls = Infinity;
  const { value, text } = await site.call(tool, { ...args, wait: false });
  site.fake.state.taskPolls = taskPolls;
  assert.match(String(value?.upid), /^UPID:/, text);
  return value.upid;
}

function limited(site: Site, limits: Partial<TokenLimits>): Promise<string> {
  return createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "admin",
    now: () => new Date(),
    limits: { ...NO_LIMITS, ...limits },
  });
}

async function ids(site: Site, args: Row): Promise<unknown[]> {
  const { value, text } = await site.call("get_tasks", { limit: 500, ...args }, { role: "user" });
  assert.ok(value, text);
  return value.tasks.map((task: Row) => task.id);
}

Deno.test("get_tasks lists running tasks first, then the newest, of all nodes", async () => {
  await using site = await Site.start();
  const upid = await startLong(site, "start_vm", { vmid: 101 });
  site.fake.tick(10_000);
  await site.call("start_vm", { vmid: 103 });
  site.fake.tick(10_000);
  await site.call("create_snapshot", { vmid: 100, name: "before" });
  const { value } = await site.call("get_tasks", {}, { role: "user" });
  assert.deepEqual(
    value.tasks.map((task: Row) => [task.type, task.id, task.node, task.status]),
    [
      ["qmstart", "101", "pve1", "running"],
      ["qmsnapshot", "100", "pve1", "OK"],
      ["qmstart", "103", "pve2", "OK"],
    ],
  );
  assert.equal(value.tasks[0].upid, upid);
  assert.equal(value.tasks[0].user, "root@pam!mcp");
  assert.equal(value.tasks[0].ended, undefined);
  const first = await site.call("get_tasks", { limit: 1 });
  const second = await site.call("get_tasks", { limit: 1, cursor: first.value.next_cursor });
  assert.equal(second.value.tasks[0].type, "qmsnapshot");
  assert.equal(second.value.total, 3);
});

Deno.test("get_tasks filters by node, guest, type, user, state and age", async () => {
  await using site = await Site.start();
  await site.call("start_vm", { vmid: 101 });
  site.fake.state.outcomes.push({ id: "103", exit: "start failed: no memory" });
  await site.call("start_vm", { vmid: 103 });
  site.fake.state.outcomes.push({ id: "100", exit: "WARNINGS: 1" });
  await site.call("create_snapshot", { vmid: 100, name: "before" });
  await startLong(site, "create_snapshot", { vmid: 102, name: "slow" });
  const old = site.fake.state.tasks.find((task) => task.id === "101");
  assert.ok(old);
  old.starttime -= 7200;
  const cases: [Row, string[]][] = [
    [{ node: "pve2" }, ["102", "103"]],
    [{ vmid: 101 }, ["101"]],
    [{ type: "qmsnapshot" }, ["102", "100"]],
    [{ user: "auditor" }, []],
    [{ state: "running" }, ["102"]],
    [{ state: "error" }, ["103"]],
    [{ state: "warning" }, ["100"]],
    [{ state: "ok" }, ["101"]],
    [{ hours: 1, node: "pve1" }, ["100"]],
  ];
  for (const [args, expected] of cases) {
    assert.deepEqual(await ids(site, args), expected, JSON.stringify(args));
  }
  const failed = await site.call("get_tasks", { state: "error" });
  assert.equal(failed.value.tasks[0].status, "start failed: no memory");
});

Deno.test("get_tasks says what it left out: offline nodes and more tasks than it reads", async () => {
  await using site = await Site.start();
  await site.call("start_vm", { vmid: 101 });
  const [task] = site.fake.state.tasks;
  assert.ok(task);
  for (let i = 0; i < 600; i++) {
    const pid = i.toString(16).toUpperCase().padStart(8, "0");
    site.fake.state.tasks.push({ ...task, upid: task.upid.replace(/:[0-9A-F]{8}:/, `:${pid}:`) });
  }
  site.fake.offline("pve3");
  const { value } = await site.call("get_tasks");
  assert.equal(value.tasks.length, 50);
  assert.equal(value.total, 500);
  assert.match(value.warnings.join("; "), /only the newest 500 of 601 tasks of pve1 count/);
  assert.match(value.warnings.join("; "), /node pve3 is offline/);
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await site.call("get_tasks", { limit: 200, ...(cursor ? { cursor } : {}) });
    for (const each of page.value.tasks) seen.add(each.upid);
    cursor = page.value.next_cursor;
  } while (cursor);
  assert.equal(seen.size, 500);
});

Deno.test("get_task tells state and log, of running and of failed tasks", async () => {
  await using site = await Site.start();
  const upid = await startLong(site, "start_vm", { vmid: 101 });
  const running = await site.call("get_task", { upid }, { role: "user" });
  assert.equal(running.value.status, "running");
  assert.equal(running.value.exit_status, undefined);
  assert.deepEqual(
    [running.value.node, running.value.type, running.value.id, running.value.user],
    ["pve1", "qmstart", "101", "root@pam!mcp"],
  );
  const [task] = site.fake.state.tasks;
  assert.ok(task);
  for (let i = 0; i < 1200; i++) task.log.push(`line ${i}`);
  const tail = await site.call("get_task", { upid, lines: 3 });
  assert.deepEqual(tail.value.log_tail, ["line 1197", "line 1198", "line 1199"]);
  site.fake.state.outcomes.push({ exit: "no space left" });
  site.fake.finishTasks();
  const failed = await site.call("get_task", { upid });
  assert.equal(failed.value.status, "stopped");
  assert.equal(failed.value.exit_status, "no space left");
});

Deno.test("wait_task follows a task to its end and fails when the task does", async () => {
  await using site = await Site.start();
  const good = await startLong(site, "start_vm", { vmid: 101 });
  const waiting = site.call("wait_task", { upid: good }, { role: "user" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  site.fake.finishTasks(good);
  const { value } = await waiting;
  assert.equal(value.exit_status, "OK");
  const slow = await startLong(site, "start_vm", { vmid: 103 });
  const late = await site.call("wait_task", { upid: slow, timeout_seconds: 1 });
  assert.equal(late.code, "timeout");
  assert.match(late.text, /still runs after 1 s and goes on/);
  site.fake.state.outcomes.push({ exit: "no space left" });
  site.fake.finishTasks(slow);
  const failed = await site.call("wait_task", { upid: slow });
  assert.equal(failed.isError, true);
  assert.match(failed.text, /^Cannot see task UPID:.* succeed: no space left/);
});

Deno.test("stop_task interrupts a running task and tells its end", async () => {
  await using site = await Site.start();
  const upid = await startLong(site, "start_vm", { vmid: 101 });
  const below = await site.call("stop_task", { upid }, { role: "user" });
  assert.equal(below.code, "forbidden");
  const plan = await site.call("stop_task", { upid, dry_run: true }, { role: "write" });
  const path = `/nodes/pve1/tasks/${encodeURIComponent(upid)}`;
  assert.deepEqual(plan.value.dry_run.requests, [{ method: "DELETE", path }]);
  const before = changes(site).length;
  const { value, text } = await site.call("stop_task", { upid }, { role: "write" });
  assert.equal(value?.status, "stopped", text);
  assert.match(value.exit_status, /interrupt/);
  assert.deepEqual(changes(site).slice(before).map(({ method }) => method), ["DELETE"]);
  const again = await site.call("stop_task", { upid });
  assert.equal(again.code, "conflict");
  assert.match(again.text, /^Cannot stop task UPID:.*: the task has ended \(.*interrupt/);
});

Deno.test("stop_task keeps Proxmox's reason when it says no", async () => {
  await using site = await Site.start();
  const upid = await startLong(site, "start_vm", { vmid: 101 });
  site.fake.fault({ method: "DELETE", path: /\/tasks\// }, {
    kind: "status",
    status: 403,
    message: "Permission check failed (/nodes/pve1, Sys.Modify)\n",
  });
  const denied = await site.call("stop_task", { upid });
  assert.equal(denied.code, "forbidden");
  assert.match(denied.text, /Sys\.Modify on \/nodes\/pve1/);
});

Deno.test("tasks that cannot be addressed say why, and nothing is sent", async () => {
  await using site = await Site.start();
  const unknown = "UPID:pve1:00000001:00000002:6B036168:qmstart:100:root@pam:";
  for (const tool of ["get_task", "wait_task", "stop_task"]) {
    const missing = await site.call(tool, { upid: unknown });
    assert.equal(missing.code, "not_found", missing.text);
    assert.match(missing.text, /no such task/);
    const before = site.fake.requests.length;
    for (
      const upid of [
        "",
        "UPID:pve1",
        "../../access/users",
        unknown.replace("pve1", "../.."),
        unknown.replace("qmstart", "qm/../start"),
        `${unknown}/../..`,
        unknown.replace("root@pam", "a b"),
      ]
    ) {
      const bad = await site.call(tool, { upid });
      assert.equal(bad.code, "invalid", upid);
    }
    assert.equal(site.fake.requests.length, before);
    const away = await site.call(tool, { upid: unknown.replace("pve1", "pve9") });
    assert.equal(away.code, "not_found");
    assert.match(away.text, /node 'pve9' does not exist/);
  }
});

Deno.test("a token's limits hold for tasks", async () => {
  await using site = await Site.start();
  const foreign = await startLong(site, "start_vm", { vmid: 101 });
  const own = await startLong(site, "create_snapshot", { vmid: 100, name: "before" });
  const token = await limited(site, { pools: ["prod"] });
  const { value } = await site.call("get_tasks", {}, { token });
  assert.deepEqual(value.tasks.map((task: Row) => task.id), ["100"]);
  for (const tool of ["get_task", "stop_task"]) {
    const refused = await site.call(tool, { upid: foreign }, { token });
    assert.equal(refused.code, "forbidden", refused.text);
    assert.match(refused.text, /the token's limits do not include/);
  }
  const read = await site.call("get_task", { upid: own }, { token });
  assert.equal(read.isError, false, read.text);
  const update = own.replace("qmsnapshot:100", "aptupdate:");
  const nodeTask = await site.call("stop_task", { upid: update }, { token });
  assert.equal(nodeTask.code, "forbidden", nodeTask.text);
  const gone = own.replace(":100:", ":998:");
  const refused = await site.call("get_task", { upid: gone }, { token });
  assert.equal(refused.code, "forbidden", refused.text);
  const byId = await limited(site, { vmids: [{ from: 101, to: 101 }] });
  const stopped = await site.call("stop_task", { upid: foreign }, { token: byId });
  assert.equal(stopped.isError, false, stopped.text);
});

Deno.test("a token with limits reads a guest's firewall, not the cluster's", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["prod"] });
  const guest = await site.call("get_firewall_rules", { vmid: 100 }, { token });
  assert.equal(guest.isError, false, guest.text);
  for (const args of [{}, { group: "web" }, { vmid: 101 }]) {
    const refused = await site.call("get_firewall_rules", args, { token });
    assert.equal(refused.code, "forbidden", JSON.stringify(args));
  }
  const jobs = await site.call("get_replication", {}, { token });
  assert.deepEqual(jobs.value.jobs, []);
  for (const tool of ["get_attention", "get_cluster_log", "get_pools", "get_sdn"]) {
    assert.equal((await site.call(tool, {}, { token })).code, "forbidden", tool);
  }
});
