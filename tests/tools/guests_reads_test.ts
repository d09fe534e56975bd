import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { testTool } from "./harness.ts";

testTool({
  tool: "get_guest",
  role: "user",
  args: { vmid: 100 },
  request: ["GET", /qemu\/100\/snapshot$/],
  partial: true,
  works: (value) => {
    assert.equal(value.status, "running");
    assert.equal(value.node, "pve1");
    assert.deepEqual(value.tags, ["prod", "web"]);
    assert.equal(value.config.memory, "2048");
    assert.equal(value.agent, "running");
    assert.deepEqual(value.addresses, ["10.0.1.100/24", "fe80::be24:11ff:fe00:64/64"]);
    assert.deepEqual(value.snapshots.map((row: { name: string }) => row.name), ["clean"]);
    assert.match(value.backup.volid, /^nfs1:backup\/vzdump-qemu-100-/);
    assert.ok(value.backup.age_seconds >= 86_400 && value.backup.age_seconds < 90_000);
    assert.equal(value.warnings, undefined);
  },
});

Deno.test("get_guest tells each part that it cannot read, and the rest", async () => {
  await using site = await Site.start();
  site.fake.fault({ path: /qemu\/100\/snapshot$/ }, {
    kind: "status",
    status: 500,
    message: "snapshots are away\n",
  });
  const { value, isError } = await site.call("get_guest", { vmid: 100 });
  assert.equal(isError, false);
  assert.equal(value.snapshots, undefined);
  assert.deepEqual(value.warnings, ["the snapshots could not be read: snapshots are away"]);
  assert.equal(value.config.name, "web1");
});

Deno.test("get_guest knows agents that are dead or switched off, pending changes and HA", async () => {
  await using site = await Site.start();
  assert.equal((await site.call("get_guest", { vmid: 102 })).value.agent, "not running");
  assert.equal((await site.call("get_guest", { vmid: 101 })).value.agent, "disabled");
  await site.call("update_vm", { vmid: 100, cpu_type: "host" });
  const { value } = await site.call("get_guest", { vmid: 100 });
  assert.deepEqual(value.pending, [{ key: "cpu", pending: "host" }]);
  const managed = await site.call("get_guest", { vmid: 110 });
  assert.equal(managed.value.ha.state, "started", managed.text);
  const container = await site.call("get_guest", { vmid: "ct1" });
  assert.equal(container.value.type, "lxc");
  assert.equal(container.value.agent, undefined);
  assert.deepEqual(container.value.addresses, ["10.0.2.200/24"]);
  site.fake.offline("pve2");
  const lost = await site.call("get_guest", { vmid: 102 });
  assert.equal(lost.isError, false, lost.text);
  assert.ok(lost.value.warnings.some((line: string) => /the status could not be read/.test(line)));
});

testTool({
  tool: "get_guest_config",
  role: "user",
  args: { vmid: 100 },
  request: ["GET", /\/config$/],
  works: (value) => {
    assert.equal(value.config.name, "web1");
    assert.match(value.config.digest, /^[0-9a-f]{40}$/);
    assert.equal(value.pending, undefined);
  },
  refuses: [
    { args: { vmid: "dup" }, code: "conflict", text: /VM 120 on pve3 and VM 121 on pve3/ },
    { args: { vmid: 100, snapshot: "nosuch" }, code: "not_found", text: /nosuch/ },
    { args: { vmid: 100, node: "pve2" }, code: "not_found", text: /on node pve1, not on pve2/ },
  ],
});

Deno.test("get_guest_config reads snapshots, decodes SSH keys and hides passwords", async () => {
  await using site = await Site.start();
  const config = site.fake.state.guests.get(100)?.config;
  assert.ok(config);
  config.cipassword = "$5$salt$hash-of-hunter2";
  config.sshkeys = encodeURIComponent("ssh-ed25519 AAAA ada@example");
  const { value, text } = await site.call("get_guest_config", { vmid: 100 });
  assert.equal(value.config.sshkeys, "ssh-ed25519 AAAA ada@example");
  assert.doesNotMatch(text, /hunter2/);
  const snapshot = await site.call("get_guest_config", { vmid: 100, snapshot: "clean" });
  assert.equal(snapshot.value.config.cipassword, undefined);
  assert.equal(snapshot.value.config.name, "web1");
});

testTool({
  tool: "get_guest_ips",
  role: "user",
  args: { vmids: [100, 200] },
  request: ["GET", /interfaces$/],
  partial: true,
  works: (value) => {
    assert.deepEqual(
      value.guests.map((row: { vmid: number; interfaces: unknown }) => [row.vmid, row.interfaces]),
      [
        [100, [{
          name: "eth0",
          mac: "bc:24:11:00:00:64",
          addresses: ["10.0.1.100/24", "fe80::be24:11ff:fe00:64/64"],
        }]],
        [200, [{ name: "eth0", mac: "bc:24:11:00:00:c8", addresses: ["10.0.2.200/24"] }]],
      ],
    );
  },
});

Deno.test("get_guest_ips tells each guest's own error beside the others' addresses", async () => {
  await using site = await Site.start();
  const vmids = [100, 101, 102, 999, "dup"];
  const { value } = await site.call("get_guest_ips", { vmids }, { role: "user" });
  const errors = new Map<number | string, string | undefined>(
    value.guests.map((row: { vmid: number | string; error?: string }) => [row.vmid, row.error]),
  );
  assert.equal(errors.get(100), undefined);
  assert.match(errors.get(101) ?? "", /VM 101 is not running/);
  assert.match(errors.get(102) ?? "", /QEMU guest agent is not running/);
  assert.match(errors.get(999) ?? "", /no guest has the vmid 999/);
  assert.match(errors.get("dup") ?? "", /fits VM 120 on pve3 and VM 121/);
  const all = await site.call("get_guest_ips", { limit: 2 });
  assert.deepEqual(all.value.guests.map((row: { vmid: number }) => row.vmid), [100, 102]);
  assert.equal(all.value.total, 5);
  const rest = await site.call("get_guest_ips", { cursor: all.value.next_cursor });
  assert.deepEqual(rest.value.guests.map((row: { vmid: number }) => row.vmid), [110, 200, 201]);
});

Deno.test("addresses are read by the guest's state, not by the list that lags behind it", async () => {
  await using site = await Site.start();
  site.fake.state.resourceLagMs = 3_600_000;
  for (const [vmid, kind] of [[100, "vm"], [200, "container"]]) {
    const changed = await site.call(`stop_${kind}`, { vmid });
    assert.equal(changed.isError, false, changed.text);
    const listed = await site.call("find_guests", {
      fields: ["vmid", "status"],
      status: "running",
    });
    assert.ok(listed.value.guests.some((row: { vmid: number }) => row.vmid === vmid));
    const { value: { guests: [stopped] } } = await site.call("get_guest_ips", { vmids: [vmid] });
    assert.match(stopped.error, new RegExp(`${vmid} is not running`));
    const off = (await site.call("get_guest", { vmid })).value;
    assert.deepEqual([off.status, off.addresses, off.warnings], ["stopped", undefined, undefined]);
    await site.call(`start_${kind}`, { vmid });
    const { value: { guests: [running] } } = await site.call("get_guest_ips", { vmids: [vmid] });
    assert.equal(running.error, undefined);
    assert.equal(running.interfaces[0].name, "eth0");
    const on = (await site.call("get_guest", { vmid })).value;
    assert.equal(on.status, "running");
    assert.ok(on.addresses.length > 0);
  }
});

Deno.test("get_guest_ips asks at most eight guests at once", async () => {
  await using site = await Site.start({ pve: { guests: 60 } });
  site.fake.fault({ path: /interfaces$/ }, { kind: "delay", ms: 200 }, { times: 500 });
  const call = site.call("get_guest_ips", { limit: 30 });
  await new Promise((resolve) => setTimeout(resolve, 150));
  const waiting = site.fake.requests.filter(({ path, status }) =>
    /interfaces$/.test(path) && status === 0
  );
  assert.ok(waiting.length <= 8, `${waiting.length} at once`);
  assert.equal((await call).value.guests.length, 30);
});

testTool({
  tool: "get_snapshots",
  role: "user",
  args: { vmid: 100 },
  request: ["GET", /snapshot$/],
  works: (value) => {
    assert.equal(value.total, 1);
    assert.equal(value.snapshots[0].name, "clean");
    assert.equal(value.snapshots[0].description, "After installation");
    assert.match(value.snapshots[0].time, /^\d{4}-\d\d-\d\dT/);
    assert.equal(value.current_parent, "clean");
  },
});

testTool({
  tool: "get_next_vmid",
  role: "user",
  args: {},
  request: ["GET", /nextid$/],
  works: (value) => assert.equal(value.vmid, 104),
});

testTool({
  tool: "get_metrics",
  role: "user",
  args: { vmid: 100, points: 5, fields: ["cpu_fraction", "memory_bytes"] },
  request: ["GET", /rrddata$/],
  works: (value) => {
    assert.deepEqual(value.columns, ["time", "cpu_fraction", "memory_bytes"]);
    assert.ok(value.rows.length > 0 && value.rows.length <= 5);
    for (const row of value.rows) {
      assert.match(row[0], /^\d{4}-\d\d-\d\dT/);
      assert.ok(row[1] >= 0 && row[1] <= 1);
      assert.equal(row[2], 2 * 1024 ** 3);
    }
  },
  refuses: [
    { args: {}, code: "invalid", text: /give one of vmid, storage and node/ },
    {
      args: { vmid: 100, storage: "local" },
      code: "invalid",
      text: /give one of vmid, storage and node/,
    },
    { args: { storage: "nosuch" }, code: "not_found", text: /no storage nosuch/ },
    { args: { node: "pve9" }, code: "not_found", text: /pve9/ },
    { args: { node: "pve1", timeframe: "decade" }, code: "invalid", text: /timeframe/ },
    { args: { vmid: 100, points: 201 }, code: "invalid", text: /points/ },
  ],
});

Deno.test("get_metrics reads nodes, storages and containers, in at most 200 points", async () => {
  await using site = await Site.start();
  for (const place of [{ node: "pve1" }, { storage: "nfs1" }, { vmid: 200 }]) {
    for (const timeframe of ["hour", "day", "week", "month", "year"]) {
      const answer = await site.call("get_metrics", { ...place, timeframe, points: 200 });
      assert.equal(answer.isError, false, answer.text);
      assert.ok(answer.value.rows.length <= 200);
      // The simulated guests and nodes have been up for some days only.
      if (/hour|day/.test(timeframe)) assert.ok(answer.value.columns.length > 1, answer.text);
    }
  }
});

testTool({
  tool: "find_guests",
  role: "user",
  args: { tag: "prod" },
  request: ["GET", /resources$/],
  works: (value) =>
    assert.deepEqual(
      value.guests.map((row: { vmid: number; type: string }) => [row.vmid, row.type]),
      [[100, "qemu"], [101, "qemu"]],
    ),
  refuses: [
    { args: { type: "kvm" }, code: "invalid", text: /type/ },
    { args: { sort: "luck" }, code: "invalid", text: /sort/ },
  ],
});

Deno.test("find_guests filters, sorts and pages", async () => {
  await using site = await Site.start({ pve: { guests: 40 } });
  const find = async (input: Record<string, unknown>) =>
    (await site.call("find_guests", input)).value;
  const ids = (value: { guests: { vmid: number }[] }) => value.guests.map((row) => row.vmid);
  assert.deepEqual(ids(await find({ name: "WEB" })), [100, 110]);
  assert.deepEqual(ids(await find({ pool: "dev" })), [150, 202]);
  assert.deepEqual(ids(await find({ text: "sandbox" })), [150]);
  assert.deepEqual(ids(await find({ type: "lxc", status: "running", node: "pve2", name: "ct" })), [
    201,
  ]);
  assert.deepEqual(ids(await find({ name: "dup", sort: "name" })), [120, 121]);
  const biggest = await find({ sort: "memory_bytes", limit: 1, fields: ["vmid", "memory_bytes"] });
  assert.deepEqual(biggest.guests, [{ vmid: 101, memory_bytes: 4 * 1024 ** 3 }]);
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await find({ sort: "uptime_seconds", limit: 7, ...(cursor ? { cursor } : {}) });
    seen.push(...ids(page));
    cursor = page.next_cursor;
  } while (cursor);
  assert.equal(new Set(seen).size, 52);
  assert.equal(seen.length, 52);
});
