import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { backupOf } from "./backups.ts";
import { TASKS } from "./cases/tasks.ts";
import { testTools } from "./harness.ts";
import { limited } from "./limited.ts";
import { changes } from "./requests.ts";

testTools(TASKS);

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
    assert.equal(refused.code, "not_found", refused.text);
    assert.match(refused.text, /: there is no such task within the token's limits$/);
  }
  const read = await site.call("get_task", { upid: own }, { token });
  assert.equal(read.isError, false, read.text);
  const update = own.replace("qmsnapshot:100", "aptupdate:");
  for (const upid of [update, own.replace(":100:", ":998:")]) {
    for (const tool of ["get_task", "stop_task"]) {
      const refused = await site.call(tool, { upid }, { token });
      assert.equal(refused.code, "not_found", refused.text);
    }
  }
  const byId = await limited(site, { vmids: [{ from: 101, to: 101 }] });
  const stopped = await site.call("stop_task", { upid: foreign }, { token: byId });
  assert.equal(stopped.isError, false, stopped.text);
});

Deno.test("a token with limits reads a guest's firewall, not the cluster's", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["prod"] });
  const guest = await site.call("get_firewall_rules", { vmid: 100 }, { token });
  assert.equal(guest.isError, false, guest.text);
  for (const args of [{}, { group: "web" }]) {
    const refused = await site.call("get_firewall_rules", args, { token });
    assert.equal(refused.code, "forbidden", JSON.stringify(args));
  }
  const foreign = await site.call("get_firewall_rules", { vmid: 101 }, { token });
  assert.equal(foreign.code, "not_found", foreign.text);
  const jobs = await site.call("get_replication", {}, { token });
  assert.deepEqual(jobs.value.jobs, []);
  for (const tool of ["get_attention", "get_cluster_log", "get_pools", "get_sdn"]) {
    assert.equal((await site.call(tool, {}, { token })).code, "forbidden", tool);
  }
});

const vmidsOf = (rows: { vmid: number }[]) => rows.map((row) => row.vmid).toSorted((a, b) => a - b);

Deno.test("lists about guests hold only the guests that a token reaches", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["dev"] });
  const call = async (tool: string, args = {}) => (await site.call(tool, args, { token })).value;
  assert.deepEqual(vmidsOf((await call("find_guests")).guests), [150, 202]);
  assert.deepEqual(vmidsOf((await call("get_backups")).backups), [150, 202]);
  assert.deepEqual(vmidsOf((await call("get_backup_coverage")).guests), [150, 202]);
  assert.deepEqual((await call("get_guest_ips")).guests, []);
  const { volumes } = await call("get_storage_content", { content: "images" });
  assert.deepEqual(vmidsOf(volumes), [150]);
  const bulk = await site.call("bulk_power", { action: "stop", tag: "prod" }, { token });
  assert.equal(bulk.code, "not_found", bulk.text);
  const each = await call("get_guest_ips", { vmids: [100, 150] });
  assert.match(each.guests[0].error, /no guest within the token's limits has the vmid 100/);
});

Deno.test("what is kept of a deleted guest is shown to tokens whose vmids include it", async () => {
  await using site = await Site.start();
  site.fake.state.guests.delete(150);
  const inside = await limited(site, { vmids: [{ from: 150, to: 159 }] });
  const outside = await limited(site, { vmids: [{ from: 100, to: 109 }] });
  const pool = await limited(site, { pools: ["dev"] });
  const list = async (token: string) =>
    vmidsOf((await site.call("get_backups", {}, { token })).value.backups);
  assert.deepEqual(await list(inside), [150]);
  assert.deepEqual(await list(outside), [100, 101]);
  assert.deepEqual(await list(pool), [202]);
});

Deno.test("no tool changes a guest out of reach, in whatever way it is named", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["dev"] });
  const calls: [string, Record<string, unknown>][] = [
    ["reboot_vm", { vmid: 100 }],
    ["suspend_vm", { vmid: "web1" }],
    ["stop_container", { vmid: 201 }],
    ["set_guest_notes", { vmid: 101, notes: "x" }],
    ["set_guest_tags", { vmid: 101, add: ["x"] }],
    ["read_guest_file", { vmid: 100, file: "/etc/hostname" }],
    ["write_guest_file", { vmid: 100, file: "/x", content: "" }],
    ["update_container", { vmid: 200, memory: 64 }],
    ["delete_container", { vmid: 201, force: true }],
    ["clone_guest", { vmid: 900 }],
    ["convert_to_template", { vmid: 101 }],
    ["migrate_guest", { vmid: 101, target: "pve2" }],
    ["resize_disk", { vmid: 101, disk: "scsi0", size: "+1G" }],
    ["move_disk", { vmid: 101, disk: "scsi0", storage: "nfs1" }],
    ["set_cloud_init", { vmid: 101, user: "x" }],
    ["delete_snapshot", { vmid: 100, name: "clean" }],
    ["create_backup", { vmid: 100 }],
    ["get_guest", { vmid: 100 }],
    ["get_guest_config", { vmid: 100 }],
    ["get_snapshots", { vmid: 100 }],
    ["get_metrics", { vmid: 100 }],
  ];
  const elsewhere: [string, Record<string, unknown>][] = [
    ["clone_guest", { vmid: 150, new_vmid: 300, pool: "prod" }],
    ["restore_backup", { volid: backupOf(site, 150).volid, vmid: 101, overwrite: true }],
    ["restore_backup", { volid: backupOf(site, 150).volid, vmid: 500 }],
    ["delete_volume", { volid: "local:iso/debian-13.iso", node: "pve1" }],
    ["download_image", { url: "https://example.org/images/alpine-virt.iso", storage: "local" }],
    ["get_backup_jobs", {}],
  ];
  for (const [tool, args] of [...calls, ...elsewhere]) {
    const answer = await site.call(tool, args, { token });
    const code = elsewhere.some((each) => each[1] === args) ? "forbidden" : "not_found";
    assert.equal(answer.code, code, `${tool}: ${answer.text}`);
  }
  for (const tool of ["restore_backup", "delete_backup"]) {
    const answer = await site.call(tool, { volid: backupOf(site, 100).volid }, { token });
    assert.equal(answer.code, "not_found", `${tool}: ${answer.text}`);
  }
  const bulk = await site.call(
    "bulk_power",
    { action: "stop", vmids: [100, 200], dry_run: false },
    { token },
  );
  assert.equal(bulk.isError, true, bulk.text);
  assert.equal(changes(site).length, 0);
});

Deno.test("a limited token backs its own guest up, restores it and moves it", async () => {
  await using site = await Site.start();
  const token = await limited(site, { pools: ["dev"] });
  const calls: [string, Record<string, unknown>][] = [
    ["create_backup", { vmid: 150, storage: "nfs1" }],
    ["migrate_guest", { vmid: 150, target: "pve1", with_local_disks: true }],
    ["restore_backup", { volid: backupOf(site, 150).volid, overwrite: true }],
    ["delete_backup", { volid: backupOf(site, 202).volid }],
    ["clone_guest", { vmid: 202, pool: "dev" }],
    ["bulk_power", { action: "start", pool: "dev", dry_run: false }],
  ];
  for (const [tool, args] of calls) {
    const answer = await site.call(tool, args, { token });
    assert.equal(answer.isError, false, `${tool}: ${answer.text}`);
  }
});
