import assert from "node:assert/strict";
import { Site } from "../site.ts";

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
  const cluster = await site.call("get_cluster_status");
  assert.match(cluster.value.warnings.join(), /pve3 is offline/);
  const health = await site.call("health");
  assert.equal(health.value.status, "degraded");
  assert.equal(health.value.nodes_online, 2);
});

Deno.test("get_node_status tells of one node, and says when there is none", async () => {
  await using site = await Site.start();
  const { value } = await site.call("get_node_status", { node: "pve1" });
  assert.equal(value.node, "pve1");
  assert.ok(value.memory_bytes > 0 && value.uptime_seconds > 0);
  const missing = await site.call("get_node_status", { node: "pve9" });
  assert.equal(missing.code, "not_found");
  assert.match(missing.text, /^Cannot read the status of node pve9: node 'pve9' does not exist/);
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
    [{ vmid: "nobody" }, "not_found", /no guest is named nobody/],
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
