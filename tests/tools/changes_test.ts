import assert from "node:assert/strict";
import { Site } from "../site.ts";

function sent(site: Site, method: string, path: RegExp): number {
  return site.fake.requests.filter((request) =>
    request.method === method && path.test(request.path)
  ).length;
}

async function statusOf(site: Site, vmid: number): Promise<string> {
  return (await site.call("get_vm_usage", { vmid })).value.status;
}

Deno.test("start_vm starts and tells how the task ended", async () => {
  await using site = await Site.start();
  const { value, text } = await site.call("start_vm", { vmid: 101 }, { role: "write" });
  assert.equal(value?.exit_status, "OK", text);
  assert.match(value.upid, /^UPID:pve1:.*:qmstart:101:root@pam!mcp:$/);
  assert.equal(value.status, "stopped");
  assert.equal(await statusOf(site, 101), "running");
  const [row] = await site.trail.list({ tool: "start_vm" });
  assert.equal(row?.upid, value.upid);
  assert.equal(row?.vmid, 101);
});

Deno.test("power changes in the wrong state are conflicts and send nothing", async () => {
  await using site = await Site.start();
  const cases: [string, number, RegExp][] = [
    ["start_vm", 100, /^Cannot start VM 100: VM 100 is already running$/],
    ["start_vm", 900, /template/],
    ["shutdown_vm", 101, /^Cannot shut down VM 101: VM 101 is stopped$/],
    ["stop_vm", 101, /VM 101 is stopped/],
    ["reset_vm", 101, /VM 101 is stopped/],
  ];
  for (const [tool, vmid, text] of cases) {
    const answer = await site.call(tool, { vmid });
    assert.equal(answer.code, "conflict", tool);
    assert.match(answer.text, text);
  }
  assert.equal(sent(site, "POST", /./), 0);
});

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

Deno.test("shutdown_vm, stop_vm and reset_vm do what they say", async () => {
  await using site = await Site.start();
  assert.equal((await site.call("reset_vm", { vmid: 100 })).value?.exit_status, "OK");
  assert.equal(await statusOf(site, 100), "running");
  assert.equal((await site.call("shutdown_vm", { vmid: 100 })).value?.exit_status, "OK");
  assert.equal(await statusOf(site, 100), "stopped");
  assert.equal((await site.call("stop_vm", { vmid: 110 })).value?.exit_status, "OK");
  assert.equal(await statusOf(site, 110), "stopped");
});

Deno.test("wait: false returns the UPID at once", async () => {
  await using site = await Site.start();
  const { value } = await site.call("start_vm", { vmid: 101, wait: false });
  assert.equal(value.status, "running");
  assert.match(value.upid, /^UPID:/);
  assert.equal(sent(site, "GET", /tasks/), 0);
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
    const before = sent(site, "POST", /snapshot$/);
    site.fake.fault({ method: "POST", path: /snapshot$/ }, fault);
    const name = `s${faults.findIndex(([other]) => other === fault)}x`;
    const answer = await site.call("create_snapshot", { vmid: 110, name });
    assert.equal(answer.code, "unavailable", answer.text);
    assert.match(answer.text, text);
    assert.equal(sent(site, "POST", /snapshot$/) - before, 1);
  }
});

Deno.test("create_snapshot and rollback_snapshot, for VMs and containers", async () => {
  await using site = await Site.start();
  const created = await site.call("create_snapshot", {
    vmid: 100,
    name: "before1",
    description: "test",
    vmstate: true,
  }, { role: "write" });
  assert.equal(created.value?.exit_status, "OK", created.text);
  const rolled = await site.call("rollback_snapshot", { vmid: 100, name: "before1" });
  assert.equal(rolled.value?.exit_status, "OK", rolled.text);
  const container = await site.call("create_snapshot", {
    vmid: 201,
    name: "before1",
    vmstate: true,
  });
  assert.equal(container.value?.exit_status, "OK", container.text);
  assert.match(container.value.notes[0], /vmstate was left out/);
  const body = site.fake.requests.findLast(({ path }) => /lxc\/201\/snapshot$/.test(path))?.body;
  assert.ok(!("vmstate" in (body as object)));
  const missing = await site.call("rollback_snapshot", { vmid: 100, name: "nosuch" });
  assert.equal(missing.code, "not_found");
  assert.match(missing.text, /snapshot 'nosuch' does not exist/);
  const twice = await site.call("create_snapshot", { vmid: 100, name: "before1" });
  assert.equal(twice.isError, true);
});

Deno.test("create_vm chooses node, vmid, storage and disk syntax, and says what it chose", async () => {
  await using site = await Site.start();
  const { value, text } = await site.call("create_vm", {
    name: "new1",
    cpus: 2,
    memory: 512,
    disk_size: 4,
    ostype: "l26",
    iso_name: "debian-13.iso",
    iso_storage: "local",
    node: "pve1",
  });
  assert.equal(value?.exit_status, "OK", text);
  const request = site.fake.requests.findLast(({ method }) => method === "POST");
  const body = request?.body as Record<string, unknown>;
  assert.equal(value.disk, body.scsi0);
  assert.match(String(body.scsi0), new RegExp(`^${value.storage}:4`));
  assert.equal(body.ide2, "local:iso/debian-13.iso,media=cdrom");
  assert.equal(body.memory, 512);
  const dir = await site.call("create_vm", { name: "new2", storage: "local", node: "pve1" });
  assert.equal(dir.value?.disk, "local:10,format=qcow2", dir.text);
  const block = await site.call("create_vm", { name: "new3", storage: "local-lvm", node: "pve1" });
  assert.equal(block.value?.disk, "local-lvm:10", block.text);
  const free = await site.call("create_vm", { name: "new4" });
  assert.equal(free.value?.exit_status, "OK", free.text);
});

Deno.test("create_vm finds an ISO image beside storages that cannot be read", async () => {
  await using site = await Site.start();
  const nfs = { content: ["iso", "images"], shared: true, total: 1e12, baseUsed: 0, options: {} };
  const nas = { ...nfs, storage: "nas", type: "nfs" as const, inactive: [] };
  site.fake.state.storages.set("nas", nas);
  const away = { kind: "status", status: 500, message: "storage 'nas' is not online" } as const;
  site.fake.fault({ path: /storage\/nas\/content$/ }, away, { times: 9 });
  const args = { name: "x1", node: "pve1", storage: "local-lvm", dry_run: true };
  const found = await site.call("create_vm", { ...args, iso_name: "debian-13.iso" });
  assert.equal(
    found.value?.dry_run.requests[0].body.ide2,
    "local:iso/debian-13.iso,media=cdrom",
    found.text,
  );
  const unsure = await site.call("create_vm", { ...args, iso_name: "nosuch.iso" });
  assert.equal(unsure.code, "unavailable");
  assert.match(
    unsure.text,
    /no ISO image nosuch\.iso .*storage nas could not be read: .*not online/,
  );
  const named = await site.call("create_vm", { ...args, iso_name: "nas:iso/debian-13.iso" });
  assert.equal(named.code, "unavailable");
  assert.match(named.text, /storage 'nas' is not online$/);
});

Deno.test("create_vm asks for a node where the token does not see their memory", async () => {
  await using site = await Site.start();
  const rows = (nodes: readonly string[]) => ({
    kind: "body" as const,
    body: JSON.stringify({
      data: nodes.map((node) => ({ type: "node", id: `node/${node}`, node, status: "online" })),
    }),
  });
  const args = { name: "x1", storage: "local-lvm", dry_run: true };
  site.fake.fault({ path: /^\/cluster\/resources$/ }, rows(["pve1", "pve2"]));
  const several = await site.call("create_vm", args);
  assert.equal(several.code, "forbidden");
  assert.match(several.text, /memory is hidden from the token; give a node/);
  site.fake.fault({ path: /^\/cluster\/resources$/ }, rows(["pve1"]));
  const one = await site.call("create_vm", args);
  assert.equal(one.value?.dry_run.requests[0].path, "/nodes/pve1/qemu", one.text);
});

Deno.test("create_vm refuses what cannot be, before anything is sent", async () => {
  await using site = await Site.start();
  const cases: [Record<string, unknown>, string, RegExp][] = [
    [
      { name: "x1", storage: "nosuch", node: "pve1" },
      "not_found",
      /no active storage nosuch for images; it has: /,
    ],
    [{ name: "x1", iso_name: "nosuch.iso", node: "pve1" }, "not_found", /no ISO image nosuch.iso/],
    [
      { name: "x1", disk_size: 60_000, node: "pve1" },
      "conflict",
      /no storage of node pve1 has 60000 GiB free/,
    ],
    [{ name: "bad name" }, "invalid", /name/],
    [{ name: "x1", vmid: 99 }, "invalid", /vmid/],
    [{ name: "x1", memory: "lots" }, "invalid", /memory/],
    [{ cpus: 1 }, "invalid", /name/],
  ];
  for (const [args, code, text] of cases) {
    const answer = await site.call("create_vm", args);
    assert.equal(answer.code, code, `${JSON.stringify(args)}: ${answer.text}`);
    assert.match(answer.text, text);
  }
  assert.equal(sent(site, "POST", /./), 0);
  const taken = await site.call("create_vm", { name: "x1", vmid: 100, node: "pve1" });
  assert.equal(taken.code, "conflict");
  assert.match(taken.text, /already exists/);
});

Deno.test("update_vm sends the digest, tells what changed, what waits and how to undo it", async () => {
  await using site = await Site.start();
  const { value, text } = await site.call("update_vm", {
    vmid: 101,
    memory: 1024,
    description: "x",
  });
  assert.equal(value?.changes?.memory?.to, 1024, text);
  assert.match(value.undo, /update_vm of 101: .*memory back to/);
  const put = site.fake.requests.findLast(({ method }) => method === "PUT");
  assert.match(String((put?.body as Record<string, unknown>).digest), /^[0-9a-f]{40}$/);
  const again = await site.call("update_vm", { vmid: 101, memory: 1024 });
  assert.deepEqual(again.value.changes, {});
  const running = await site.call("update_vm", { vmid: 100, cpu_type: "host" });
  assert.deepEqual(running.value.pending, ["cpu"]);
});

Deno.test("update_vm switches the guest agent and keeps its other settings", async () => {
  await using site = await Site.start();
  const config = site.fake.state.guests.get(101)?.config;
  assert.ok(config);
  config.agent = "enabled=1,fstrim_cloned_disks=1";
  const same = await site.call("update_vm", { vmid: 101, agent: true });
  assert.deepEqual(same.value?.changes, {}, same.text);
  const off = await site.call("update_vm", { vmid: 101, agent: false });
  assert.equal(off.value?.changes.agent.to, "0,fstrim_cloned_disks=1", off.text);
  const on = await site.call("update_vm", { vmid: 101, agent: true });
  assert.equal(on.value?.changes.agent.to, "1,fstrim_cloned_disks=1", on.text);
});

Deno.test("update_vm notices somebody else's change and shows it", async () => {
  await using site = await Site.start();
  const { requests, state } = site.fake;
  const config = state.guests.get(101)!.config;
  const receive = requests.push.bind(requests);
  // Between the reading of the digest and the writing, somebody changes the memory.
  requests.push = (request) => {
    if (request.method === "PUT") config.memory = "2222";
    return receive(request);
  };
  const answer = await site.call("update_vm", { vmid: 101, cpus: 3 });
  assert.equal(answer.code, "conflict");
  assert.match(
    answer.text,
    /was changed meanwhile \(memory: "4096" → "2222"\); nothing was written/,
  );
  assert.notEqual(config.cores, 3);
});

Deno.test("a dry run sends nothing and shows requests, checks and changes", async () => {
  await using site = await Site.start();
  const { value } = await site.call("update_vm", { vmid: 101, memory: 3072, dry_run: true });
  assert.equal(value.dry_run.requests[0].method, "PUT");
  assert.equal(value.dry_run.requests[0].path, "/nodes/pve1/qemu/101/config");
  assert.equal(value.dry_run.requests[0].body.memory, 3072);
  assert.equal(value.dry_run.changes.memory.to, 3072);
  const start = await site.call("start_vm", { vmid: 100, dry_run: true });
  assert.equal(
    start.value.dry_run.checks.find((check: { ok: boolean }) => !check.ok).detail,
    "VM 100 is already running",
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

Deno.test("delete_vm refuses running and protected VMs; force stops first", async () => {
  await using site = await Site.start();
  const running = await site.call("delete_vm", { vmid: 110 });
  assert.equal(running.code, "conflict");
  assert.match(running.text, /VM 110 is running; stop it or give force/);
  const isProtected = await site.call("delete_vm", { vmid: 103, force: true });
  assert.equal(isProtected.code, "conflict");
  assert.match(isProtected.text, /protection: 1/);
  assert.equal(sent(site, "DELETE", /./), 0);
  const stopped = await site.call("delete_vm", { vmid: 150 });
  assert.equal(stopped.value?.exit_status, "OK", stopped.text);
  assert.equal((await site.call("get_vm_usage", { vmid: 150 })).code, "not_found");
  const forced = await site.call("delete_vm", { vmid: 102, force: true });
  assert.equal(forced.value?.exit_status, "OK", forced.text);
  const order = site.fake.requests.filter(({ path, method }) =>
    /qemu\/102(\/status\/stop)?$/.test(path) && method !== "GET"
  );
  assert.deepEqual(order.map(({ method }) => method), ["POST", "DELETE"]);
});

Deno.test("execute_vm_command tells the true end of a command", async () => {
  await using site = await Site.start();
  const run = (command: unknown, more: Record<string, unknown> = {}) =>
    site.call("execute_vm_command", { vmid: 100, command, ...more }, { role: "write" });
  const failed = await run("echo out; echo err >&2; exit 3");
  assert.equal(failed.isError, false, failed.text);
  assert.deepEqual(
    [failed.value.exit_code, failed.value.stdout, failed.value.stderr],
    [3, "out\n", "err\n"],
  );
  assert.deepEqual(failed.value.command, ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"]);
  assert.match(failed.value.notes[0], /shell: \/bin\/sh/);
  const argv = await run(["echo", "a b"]);
  assert.deepEqual([argv.value.exit_code, argv.value.stdout], [0, "a b\n"]);
  const killed = await run(["kill-me"]);
  assert.equal(killed.value.signal, 9);
  assert.equal(killed.value.exit_code, undefined);
  const big = await run(["big"]);
  assert.equal(big.value.stdout_truncated, true);
  const slow = await run(["sleep", "2"]);
  assert.equal(slow.value.exit_code, 0);
  const late = await run(["sleep", "1000"], { timeout_seconds: 1 });
  assert.equal(late.code, "timeout");
  assert.match(late.text, /still runs after 1 s/);
});

Deno.test("execute_vm_command says what to do when the guest cannot be reached", async () => {
  await using site = await Site.start();
  const dead = await site.call("execute_vm_command", { vmid: 102, command: ["true"] });
  assert.equal(dead.code, "unavailable");
  assert.match(dead.text, /QEMU guest agent is not running; install qemu-guest-agent/);
  const stopped = await site.call("execute_vm_command", { vmid: 101, command: ["true"] });
  assert.equal(stopped.code, "conflict");
  assert.match(stopped.text, /VM 101 is stopped; start it first/);
  const missing = await site.call("execute_vm_command", { vmid: 100, command: ["/bin/nosuch"] });
  assert.equal(missing.code, "unavailable");
  assert.match(missing.text, /often there is no \/bin\/nosuch in the guest/);
  const container = await site.call("execute_vm_command", { vmid: 200, command: ["true"] });
  assert.equal(container.code, "conflict");
});

Deno.test("secrets in arguments reach neither the audit nor the log", async () => {
  await using site = await Site.start();
  const secret = "hunter2-hunter2";
  await site.call("execute_vm_command", {
    vmid: 100,
    command: `mysql --password=${secret} -e 'select 1'`,
  });
  const [row] = await site.trail.list({ limit: 1 });
  assert.ok(row && !row.arguments.includes(secret), row?.arguments);
  assert.ok(site.lines.some((line) => line.includes("AUDIT")));
  assert.ok(!site.lines.join("\n").includes(secret));
  assert.ok(!site.lines.join("\n").includes(site.fake.token.value));
});
