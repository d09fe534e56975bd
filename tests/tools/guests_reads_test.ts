import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { guest } from "./guests.ts";
import { GUESTS_READS } from "./cases/guests_reads.ts";
import { testTools } from "./harness.ts";

testTools(GUESTS_READS);

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
  // Proxmox takes and keeps each of these for "on".
  for (const agent of ["on", "enabled=yes", "True,fstrim_cloned_disks=1"]) {
    guest(site, 101).config.agent = agent;
    assert.notEqual((await site.call("get_guest", { vmid: 101 })).value.agent, "disabled", agent);
  }
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
  assert.equal(lost.value.status, "unknown");
  assert.ok(lost.value.warnings.some((line: string) => /the status could not be read/.test(line)));
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

Deno.test("get_guest_ips tells each guest's own error beside the others' addresses", async () => {
  await using site = await Site.start();
  const vmids = [100, 101, 102, 999, "dup"];
  const { value } = await site.call("get_guest_ips", { vmids }, { role: "user" });
  const errors = new Map<number | string, string | undefined>(
    value.guests.map((row: { vmid: number | string; error?: string }) => [row.vmid, row.error]),
  );
  assert.equal(errors.get(100), undefined);
  assert.match(errors.get(101) ?? "", /VM 101 is stopped; start it first/);
  assert.match(errors.get(102) ?? "", /QEMU guest agent is not running/);
  assert.match(errors.get(999) ?? "", /no guest has the vmid 999/);
  assert.match(errors.get("dup") ?? "", /fits VM 120 on pve3 and VM 121/);
  const all = await site.call("get_guest_ips", { limit: 2 });
  assert.deepEqual(all.value.guests.map((row: { vmid: number }) => row.vmid), [100, 102]);
  assert.equal(all.value.total, 5);
  const rest = await site.call("get_guest_ips", { cursor: all.value.next_cursor });
  assert.deepEqual(rest.value.guests.map((row: { vmid: number }) => row.vmid), [110, 200, 201]);
});

Deno.test("a guest that makes up interfaces without end crowds out no other, and what is left out is told", async () => {
  await using site = await Site.start();
  const rows = Array.from({ length: 130 }, (_, at) => ({
    name: at === 0 ? "pin=1".repeat(100_000) : `eth${at}`,
    "ip-addresses": Array.from({ length: 100 }, (_, to) => ({ "ip-address": `10.0.${at}.${to}` })),
  }));
  guest(site, 100).agent.interfaces = rows;
  const { isError, text, value } = await site.call("get_guest_ips", {});
  assert.equal(isError, false, text);
  assert.equal(value.total, 5);
  const told = "guest 100 has 30 interfaces and 9800 addresses more than are told";
  assert.deepEqual(value.warnings, [told]);
  const { value: one } = await site.call("get_guest", { vmid: 100 });
  assert.equal(one.addresses.length, 200);
  assert.deepEqual(one.warnings, [told]);
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
  const columnsOf = async (vmid: number) =>
    (await site.call("get_metrics", { vmid })).value.columns as string[];
  assert.ok((await columnsOf(200)).includes("disk_used_bytes"));
  assert.ok(!(await columnsOf(100)).includes("disk_used_bytes"), "Proxmox measures none of a VM's");
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
  const biggest = await find({ sort: "-memory_bytes", limit: 1, fields: ["vmid", "memory_bytes"] });
  assert.deepEqual(biggest.guests, [{ vmid: 101, memory_bytes: 4 * 1024 ** 3 }]);
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await find({ sort: "-uptime_seconds", limit: 7, ...(cursor ? { cursor } : {}) });
    seen.push(...ids(page));
    cursor = page.next_cursor;
  } while (cursor);
  assert.equal(new Set(seen).size, 52);
  assert.equal(seen.length, 52);
});

Deno.test("each list costs one Proxmox request, whatever the number of guests", async () => {
  await using site = await Site.start({ pve: { guests: 1000 } });
  for (const name of ["get_vms", "get_containers", "get_storage", "get_nodes"]) {
    const before = site.fake.requests.length;
    const answer = await site.call(name, {}, { role: "user" });
    assert.equal(answer.isError, false, answer.text);
    assert.deepEqual(
      site.fake.requests.slice(before).map(({ method, path }) => `${method} ${path}`),
      ["GET /cluster/resources"],
      name,
    );
  }
});

Deno.test("get_vms with 1,000 guests answers its first page under 8 KiB and pages through all", async () => {
  await using site = await Site.start({ pve: { guests: 1000 } });
  const first = await site.call("get_vms");
  assert.ok(first.text.length < 8192, `${first.text.length} bytes`);
  assert.equal(first.value.vms.length, 50);
  const seen = new Set<number>();
  let cursor: string | undefined;
  do {
    const { value } = await site.call("get_vms", { limit: 500, ...(cursor ? { cursor } : {}) });
    for (const vm of value.vms) seen.add(vm.vmid);
    cursor = value.next_cursor;
  } while (cursor);
  assert.equal(seen.size, first.value.total);
});

Deno.test("get_vms filters, picks columns and refuses a foreign cursor", async () => {
  await using site = await Site.start();
  const { value } = await site.call("get_vms", {
    node: "pve1",
    status: "running",
    fields: ["vmid", "name"],
  });
  assert.deepEqual(value.vms, [{ vmid: 100, name: "web1" }]);
  const foreign = await site.call("get_vms", { cursor: "bogus" });
  assert.equal(foreign.code, "invalid");
});

Deno.test("an offline node gives its guests as unknown and a warning", async () => {
  await using site = await Site.start();
  site.fake.offline("pve3");
  const { value, isError } = await site.call("get_vms");
  assert.equal(isError, false);
  const lost = value.vms.filter((vm: { node: string }) => vm.node === "pve3");
  assert.ok(lost.length > 0);
  assert.ok(lost.every((vm: { status: string }) => vm.status === "unknown"));
  assert.match(value.warnings[0], /node pve3 is offline/);
  const nodes = await site.call("get_nodes");
  assert.deepEqual(nodes.value.warnings, ["node pve3 is offline"]);
  const storages = await site.call("get_storage");
  assert.match(storages.value.warnings[0], /node pve3 is offline/);
  const there = storages.value.storages.filter((row: { node: string }) => row.node === "pve3");
  assert.ok(there.length > 0);
  assert.ok(there.every((row: { status: string }) => row.status === "unknown"), storages.text);
  const cluster = await site.call("get_cluster_status");
  assert.match(cluster.value.warnings.join(), /pve3 is offline/);
  const health = await site.call("health");
  assert.equal(health.value.status, "degraded");
  assert.equal(health.value.nodes_online, 2);
});

Deno.test("names that would leave their place in a path are never sent", async () => {
  await using site = await Site.start();
  await site.call("get_vms");
  const before = site.fake.requests.length;
  for (const node of ["../../access/users", "pve1/qemu/100", "%2e%2e", "", "pve1\n", ".."]) {
    const answer = await site.call("get_node_status", { node });
    assert.equal(answer.code, "invalid", JSON.stringify(node));
  }
  for (const vmid of ["101;x", "0x65", "1e3", 101.5, -101, 99, "../100", "100/config"]) {
    const answer = await site.call("get_vm_usage", { vmid });
    assert.equal(answer.code, "invalid", JSON.stringify(vmid));
  }
  assert.equal(site.fake.requests.length, before);
});

Deno.test("guests are found by vmid, numeric string and unique name", async () => {
  await using site = await Site.start();
  for (const vmid of [100, "100", "web1"]) {
    const { value } = await site.call("get_vm_usage", { vmid });
    assert.equal(value.vmid, 100);
    assert.equal(value.node, "pve1");
  }
  const { value } = await site.call("get_vm_usage", { vmid: 100, node: "pve1" });
  assert.equal(value.vmid, 100);
});

Deno.test("guests that cannot be addressed say why", async () => {
  await using site = await Site.start();
  const cases: [Record<string, unknown>, string, RegExp][] = [
    [{ vmid: 999 }, "not_found", /no guest has the vmid 999/],
    [{ vmid: "nobody" }, "not_found", /no guest is named nobody; see find_guests/],
    [{ vmid: "web01" }, "not_found", /no guest is named web01: did you mean web1\?$/],
    [{ vmid: "web3" }, "not_found", /no guest is named web3: did you mean web1 or web2\?$/],
    [{ vmid: "dup" }, "conflict", /fits VM 120 on pve3 and VM 121 on pve3/],
    [{ vmid: 200 }, "conflict", /200 is a container, not a VM/],
    [{ vmid: 100, node: "pve2" }, "not_found", /VM 100 is on node pve1, not on pve2/],
  ];
  for (const [args, code, text] of cases) {
    const answer = await site.call("get_vm_usage", args);
    assert.equal(answer.code, code, JSON.stringify(args));
    assert.match(answer.text, text);
  }
});

Deno.test("Proxmox's failures keep their reason and get our code", async () => {
  await using site = await Site.start();
  const cases: [Parameters<typeof site.fake.fault>[1], string, RegExp][] = [
    [{ kind: "status", status: 401 }, "unavailable", /rejected the API token root@pam!mcp/],
    [
      {
        kind: "status",
        status: 403,
        message: "Permission check failed (/nodes/pve1, Sys.Audit)\n",
      },
      "forbidden",
      /lacks the privilege Sys\.Audit on \/nodes\/pve1/,
    ],
    [{ kind: "status", status: 500, message: "something odd\n" }, "internal", /something odd$/],
    [
      { kind: "status", status: 501, message: "Method 'GET /x' not implemented" },
      "unavailable",
      /not implemented/,
    ],
    [{ kind: "status", status: 595 }, "unavailable", /595/],
    [{ kind: "status", status: 599 }, "unavailable", /599/],
    [{ kind: "truncate" }, "unavailable", /cut off or is not JSON/],
    [{ kind: "body", body: "<html>" }, "unavailable", /not JSON/],
  ];
  for (const [fault, code, text] of cases) {
    site.fake.fault({ path: /\/status$/ }, fault);
    const answer = await site.call("get_node_status", { node: "pve1" });
    assert.equal(answer.code, code, JSON.stringify(fault));
    assert.match(answer.text, text);
    assert.ok(!answer.text.includes(site.fake.token.value));
  }
});

Deno.test("reads are tried again after 502, 503, 504 and dropped connections, twice at most", async () => {
  await using site = await Site.start();
  const faults = [
    { kind: "status", status: 502 },
    { kind: "status", status: 503 },
    { kind: "drop" },
  ] as const;
  for (const fault of faults) {
    const undo = site.fake.fault({ path: /^\/nodes\/pve1\/status$/ }, fault, { times: 2 });
    const answer = await site.call("get_node_status", { node: "pve1" });
    assert.equal(answer.isError, false, answer.text);
    undo();
    const forever = site.fake.fault({ path: /^\/nodes\/pve1\/status$/ }, fault, {
      times: Infinity,
    });
    const before = site.fake.requests.length;
    const failed = await site.call("get_node_status", { node: "pve1" });
    assert.equal(failed.code, "unavailable");
    assert.ok(site.fake.requests.length - before <= 3);
    forever();
  }
});

Deno.test("a server that never answers ends in a timeout, others go on meanwhile", async () => {
  await using site = await Site.start({ config: { proxmox: { timeout_seconds: 1 } } });
  site.fake.fault({ path: /^\/nodes\/pve1\/status$/ }, { kind: "hang" });
  const hanging = site.call("get_node_status", { node: "pve1" });
  const other = await site.call("get_node_status", { node: "pve2" });
  assert.equal(other.isError, false);
  const answer = await hanging;
  assert.equal(answer.code, "timeout");
  assert.match(answer.text, /did not answer within 1 s/);
});

Deno.test("requests share one connection", async () => {
  await using site = await Site.start();
  for (let i = 0; i < 5; i++) await site.call("get_nodes");
  assert.ok(site.fake.connections <= 2, `${site.fake.connections} connections`);
});

Deno.test("a lookup is shared by calls that come together", async () => {
  await using site = await Site.start();
  await Promise.all([100, 101, 102, 110].map((vmid) => site.call("get_vm_usage", { vmid })));
  const lookups = site.fake.requests.filter(({ path }) => path === "/cluster/resources");
  assert.equal(lookups.length, 1);
});

Deno.test("an empty answer is told as such, whatever was asked for", async () => {
  await using site = await Site.start();
  const reads: [string, Record<string, unknown>][] = [
    ["get_guest_config", { vmid: 100 }],
    ["get_vm_usage", { vmid: 100 }],
    ["get_node_status", { node: "pve1" }],
    ["get_ceph_status", {}],
    ["start_vm", { vmid: 101 }],
    ["update_vm", { vmid: 101, memory: 1024 }],
    ["delete_vm", { vmid: 101 }],
    ["execute_vm_command", { vmid: 100, command: ["id"] }],
  ];
  const path = /config$|current$|nodes\/pve1\/status$|ceph\/status$|permissions$/;
  site.fake.fault({ method: "GET", path }, { kind: "body", body: '{"data":null}' }, { times: 99 });
  for (const [tool, args] of reads) {
    const answer = await site.call(tool, args);
    assert.equal(answer.code, "unavailable", `${tool}: ${answer.text}`);
    assert.match(answer.text, /Proxmox's answer to \/\S+ is empty/);
  }
  const { json } = await site.post({ method: "tools/list" });
  assert.ok(json.result.tools.length > 60, "grants that are not told hide nothing");
  const raw = await site.call("call_api", { path: "/nodes/pve1/qemu/100/config" });
  assert.equal(raw.value.data, null, raw.text);
});
