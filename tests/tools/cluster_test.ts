import assert from "node:assert/strict";
import { Site } from "../site.ts";
import { changes, testTool } from "./harness.ts";

type Row = Record<string, unknown>;

function node(site: Site, name: string) {
  const found = site.fake.state.nodes.get(name);
  assert.ok(found);
  return found;
}

testTool({
  tool: "get_cluster_log",
  role: "user",
  args: { text: "QMSTART", node: "pve1", limit: 1 },
  prepare: async (site) => {
    for (const vmid of [101, 102]) await site.call("start_vm", { vmid });
    await site.call("stop_vm", { vmid: 101 });
    site.fake.state.log.push({ ...site.fake.state.log[0]!, uid: 99, msg: "z".repeat(900) });
  },
  request: ["GET", /^\/cluster\/log$/],
  works: async ({ entries, total, next_cursor }, site) => {
    assert.equal(entries.length, 1);
    assert.ok(total >= 2);
    assert.match(entries[0].message, /end task UPID:pve1:.*:qmstart:101:root@pam!mcp:/);
    assert.equal(entries[0].severity, "info");
    assert.match(entries[0].time, /^\d{4}-\d\d-\d\dT.*Z$/);
    const next = await site.call("get_cluster_log", {
      text: "qmstart",
      node: "pve1",
      cursor: next_cursor,
    });
    assert.match(next.value.entries[0].message, /starting task UPID:pve1:.*:qmstart:101:/);
    const long = await site.call("get_cluster_log", { text: "zzz" });
    assert.match(long.value.entries[0].message, /^z{500}… \(cut\)$/);
  },
});

testTool({
  tool: "get_ha_status",
  role: "user",
  args: {},
  request: ["GET", /^\/cluster\/ha\/status\/current$/],
  works: async (value, site) => {
    assert.equal(value.quorate, true);
    assert.equal(value.managers.length, 3);
    assert.deepEqual(value.guests, [{
      sid: "vm:110",
      node: "pve2",
      state: "started",
      requested: "started",
      detail: "vm:110 (pve2, started)",
    }]);
    assert.equal(value.rules[0].rule, "web2-home");
    site.fake.offline("pve2");
    site.fake.offline("pve3");
    const lost = await site.call("get_ha_status");
    assert.equal(lost.value.quorate, false);
    assert.match(JSON.stringify(lost.value.managers), /dead\?/);
  },
});

Deno.test("get_ha_status reads groups on Proxmox VE 8, which has no rules", async () => {
  await using site = await Site.start({ pve: { version: "8.4.14" } });
  site.fake.state.ha.groups.set("west", { group: "west", nodes: "pve1,pve2" });
  const { value, isError, text } = await site.call("get_ha_status");
  assert.equal(isError, false, text);
  assert.equal(value.rules[0].group, "west");
});

testTool({
  tool: "get_replication",
  role: "user",
  args: {},
  request: ["GET", /^\/cluster\/replication$/],
  works: async ({ jobs }, site) => {
    assert.equal(jobs.length, 1);
    const { id, vmid, source, target, failures } = jobs[0];
    assert.deepEqual([id, vmid, source, target, failures], ["101-0", 101, "pve1", "pve2", 0]);
    const none = await site.call("get_replication", { failing: true });
    assert.deepEqual(none.value.jobs, []);
    const job = site.fake.state.replication.get("101-0");
    assert.ok(job);
    Object.assign(job, { failCount: 3, error: "no route to host", lastSync: 0 });
    const failing = await site.call("get_replication", { failing: true });
    assert.equal(failing.value.jobs[0].failures, 3);
    assert.equal(failing.value.jobs[0].last_sync, undefined);
    const never = { id: "101-0", guest: "101", fail_count: "1", last_sync: "0", next_sync: "0" };
    site.fake.fault({ path: /^\/nodes\/pve1\/replication$/ }, {
      kind: "body",
      body: JSON.stringify({ data: [never] }),
    });
    const texts = (await site.call("get_replication")).value.jobs[0];
    assert.deepEqual([texts.failures, texts.last_sync, texts.next_sync], [1, undefined, undefined]);
    const denied = site.fake.fault({ path: /^\/nodes\/pve1\/replication$/ }, {
      kind: "status",
      status: 595,
    });
    const partial = await site.call("get_replication");
    denied();
    assert.equal(partial.value.jobs[0].failures, undefined);
    assert.match(partial.value.warnings[0], /node pve1.*595/);
    site.fake.offline("pve1");
    const away = await site.call("get_replication");
    assert.match(away.value.warnings[0], /node pve1 is offline: the state of its jobs is unknown/);
  },
});

testTool({
  tool: "get_pools",
  role: "user",
  args: {},
  request: ["GET", /^\/pools$/],
  works: ({ pools }) => {
    assert.deepEqual(pools.map((row: Row) => [row.pool, row.guests]), [["dev", 2], ["prod", 1]]);
    assert.deepEqual(pools[0].vmids, [150, 202]);
  },
});

testTool({
  tool: "get_users_and_permissions",
  role: "user",
  args: {},
  prepare: (site) => {
    const user = site.fake.state.users.get("operator@pve");
    assert.ok(user);
    Object.assign(user, { keys: "SEEDOFTOTP", enable: false, expire: 1_900_000_000 });
  },
  request: ["GET", /^\/access\/users$/],
  works: async ({ rows }, site) => {
    const operator = rows.find((row: Row) => row.name === "operator@pve");
    assert.equal(operator.enabled, false);
    assert.equal(operator.expires, "2030-03-17T17:46:40.000Z");
    assert.deepEqual(operator.tokens, [{ name: "op", privilege_separated: false }]);
    assert.doesNotMatch(JSON.stringify(rows), /SEEDOFTOTP/);
    for (const { value } of site.fake.state.tokens) {
      assert.ok(!JSON.stringify(rows).includes(value));
    }
    const list = async (args: Row) =>
      (await site.call("get_users_and_permissions", args)).value.rows as Row[];
    const roles = await list({ list: "roles", limit: 500 });
    const auditor = roles.find((row) => row.name === "PVEAuditor");
    assert.ok((auditor?.privileges as string[]).includes("VM.Audit"));
    const [first] = await list({ list: "permissions" });
    assert.deepEqual([first?.path, first?.holder, first?.role, first?.propagate], [
      "/",
      "auditor@pve",
      "PVEAuditor",
      true,
    ]);
    assert.deepEqual((await list({ list: "realms" })).map((row) => row.name), ["pam", "pve"]);
    assert.deepEqual(await list({ list: "groups" }), []);
    const other = await list({ list: "effective", user: "auditor@pve", limit: 500 });
    assert.ok(!(other[0]?.privileges as string[]).includes("VM.Allocate"));
  },
  refuses: [
    { args: { list: "effective", user: "no user" }, code: "invalid", text: /user@realm/ },
    { args: { list: "passwords" }, code: "invalid", text: /list/ },
  ],
});

testTool({
  tool: "get_network",
  role: "user",
  args: { node: "pve2" },
  request: ["GET", /^\/nodes\/pve2\/network$/],
  works: ({ interfaces }) => {
    const bridge = interfaces.find((row: Row) => row.name === "vmbr0");
    assert.deepEqual(bridge, {
      name: "vmbr0",
      type: "bridge",
      active: true,
      autostart: true,
      method: "static",
      cidrs: ["10.0.0.12/24"],
      gateways: ["10.0.0.1"],
      ports: "eno1",
    });
  },
  refuses: [
    { args: { node: "pve9" }, code: "not_found", text: /node 'pve9' does not exist/ },
    { args: { node: "../pools" }, code: "invalid", text: /must be a node's name/ },
    { args: {}, code: "invalid", text: /node/ },
    {
      args: { node: "pve2" },
      prepare: (site) => site.fake.offline("pve2"),
      code: "unavailable",
      text: /595/,
    },
  ],
});

testTool({
  tool: "get_firewall_rules",
  role: "user",
  args: { vmid: 100 },
  request: ["GET", /firewall\/rules$/],
  works: async (value, site) => {
    assert.equal(value.of, "guest 100");
    assert.equal(value.enabled, true);
    assert.equal(value.policy_in, "DROP");
    assert.equal(value.rules[0].dport, "80,443");
    const call = async (args: Row) => (await site.call("get_firewall_rules", args)).value;
    const cluster = await call({});
    assert.deepEqual([cluster.of, cluster.enabled, cluster.total], ["cluster", false, 1]);
    const onNode = await call({ node: "pve1" });
    assert.deepEqual([onNode.of, onNode.enabled, onNode.total], ["node pve1", true, 0]);
    const container = await call({ vmid: "ct1" });
    assert.deepEqual([container.of, container.enabled], ["guest 200", false]);
    site.fake.state.firewall.groups.set("web", {
      rules: [{ type: "in", action: "ACCEPT", enable: 0, dport: "443" }],
    });
    const group = await call({ group: "web" });
    assert.deepEqual(group.rules, [
      { pos: 0, enabled: false, type: "in", action: "ACCEPT", dport: "443" },
    ]);
  },
  refuses: [
    { args: { group: "web" }, code: "not_found", text: /no such security group 'web'/ },
    { args: { group: "../x" }, code: "invalid", text: /cannot be part of a Proxmox path/ },
    { args: { group: "web", node: "pve1" }, code: "invalid", text: /give group alone/ },
    { args: { vmid: 100, node: "pve2" }, code: "not_found", text: /on node pve1, not on pve2/ },
  ],
});

testTool({
  tool: "get_updates",
  role: "user",
  args: { node: "pve1" },
  request: ["GET", /^\/nodes\/pve\d\/apt\/update$/],
  works: async ({ updates }, site) => {
    assert.equal(updates[0].package, "pve-manager");
    assert.equal(updates[0].from, "9.2.11");
    const all = await site.call("get_updates");
    assert.equal(all.value.total, 1);
    site.fake.offline("pve3");
    const denied = site.fake.fault({ path: /^\/nodes\/pve2\/apt/ }, {
      kind: "status",
      status: 403,
      message: "Permission check failed (/nodes/pve2, Sys.Modify)\n",
    });
    const partial = await site.call("get_updates");
    denied();
    assert.equal(partial.value.total, 1);
    assert.match(partial.value.warnings.join("; "), /pve3 is offline and was not read/);
    assert.match(partial.value.warnings.join("; "), /pve2: .*Sys\.Modify on \/nodes\/pve2/);
  },
});

Deno.test("no list is empty because every node failed", async () => {
  await using site = await Site.start();
  for (
    const [tool, path] of [
      ["get_updates", /\/apt\/update$/],
      ["get_certificates", /\/certificates\/info$/],
      ["get_disks", /\/disks\/list$/],
      ["get_tasks", /\/tasks$/],
    ] as const
  ) {
    const undo = site.fake.fault({ path }, { kind: "status", status: 500, message: "odd\n" }, {
      times: 3,
    });
    const answer = await site.call(tool);
    undo();
    assert.equal(answer.isError, true, tool);
    assert.match(answer.text, /odd/, tool);
  }
});

testTool({
  tool: "get_certificates",
  role: "user",
  args: { node: "pve1" },
  prepare: (site) => {
    const [, leaf] = node(site, "pve1").certificates;
    assert.ok(leaf);
    leaf.daysLeft = -2;
  },
  request: ["GET", /certificates\/info$/],
  works: async ({ certificates }, site) => {
    const leaf = certificates.find((row: Row) => row.file === "pve-ssl.pem");
    assert.ok(leaf.days_left <= -2);
    assert.ok(leaf.names.includes("pve1"));
    assert.doesNotMatch(JSON.stringify(certificates), /BEGIN CERTIFICATE/);
    const all = await site.call("get_certificates");
    assert.equal(all.value.total, 6);
  },
  refuses: [{ args: { node: "pve9" }, code: "not_found", text: /node 'pve9' does not exist/ }],
});

testTool({
  tool: "get_disks",
  role: "user",
  args: { node: "pve1" },
  prepare: (site) => {
    const [nvme] = node(site, "pve1").disks;
    assert.ok(nvme);
    Object.assign(nvme, { health: "FAILED", wearout: "N/A" });
  },
  request: ["GET", /disks\/list$/],
  works: ({ disks }) => {
    assert.equal(disks.length, 2);
    assert.equal(disks[0].health, "FAILED");
    assert.equal(disks[0].life_left_percent, undefined);
    assert.equal(disks[1].life_left_percent, 98);
    assert.equal(disks[0].size_bytes, 512e9);
  },
  refuses: [{ args: { node: "pve9" }, code: "not_found", text: /node 'pve9' does not exist/ }],
});

testTool({
  tool: "get_ceph_status",
  role: "user",
  args: {},
  request: ["GET", /^\/cluster\/ceph\/status$/],
  works: async (value, site) => {
    assert.deepEqual(value, { installed: false });
    const status = {
      health: {
        status: "HEALTH_WARN",
        checks: { OSD_DOWN: { severity: "HEALTH_WARN", summary: { message: "1 osds down" } } },
      },
      monmap: { num_mons: 3 },
      quorum_names: ["a", "b", "c"],
      osdmap: { num_osds: 6, num_up_osds: 5, num_in_osds: 6 },
      pgmap: {
        pgs_by_state: [{ state_name: "active+clean", count: 120 }],
        bytes_total: 1000,
        bytes_used: 300,
        read_bytes_sec: 5,
      },
    };
    const undo = site.fake.fault({ path: /ceph/ }, {
      kind: "body",
      body: JSON.stringify({ data: status }),
    });
    const { value: ceph } = await site.call("get_ceph_status");
    undo();
    assert.deepEqual(ceph, {
      installed: true,
      health: "HEALTH_WARN",
      checks: [{ check: "OSD_DOWN", severity: "HEALTH_WARN", message: "1 osds down" }],
      monitors: 3,
      monitors_in_quorum: 3,
      osds: 6,
      osds_up: 5,
      osds_in: 6,
      placement_groups: { "active+clean": 120 },
      total_bytes: 1000,
      used_bytes: 300,
      read_bytes_per_second: 5,
    });
  },
});

testTool({
  tool: "get_sdn",
  role: "user",
  args: {},
  prepare: (site) => {
    const { zones, vnets, subnets } = site.fake.state.sdn;
    zones.set("z1", { zone: "z1", type: "vlan", bridge: "vmbr0", state: "new" });
    for (const vnet of ["v1", "v2"]) {
      vnets.set(vnet, { vnet, zone: "z1", tag: 7, type: "vnet" });
      subnets.set(vnet, { vnet, cidr: "10.1.0.0/24", gateway: "10.1.0.1", snat: 1 });
    }
  },
  request: ["GET", /^\/cluster\/sdn\/vnets$/],
  works: async (value, site) => {
    assert.deepEqual(value.zones, [
      { zone: "z1", type: "vlan", bridge: "vmbr0", unapplied: "new" },
    ]);
    assert.deepEqual(value.vnets.map((row: Row) => row.vnet), ["v1", "v2"]);
    assert.equal(value.subnets.length, 2);
    assert.equal(value.subnets[0].cidr, "10.1.0.0/24");
    const page = await site.call("get_sdn", { limit: 1, zone: "z1" });
    assert.equal(page.value.subnets.length, 1);
    const denied = site.fake.fault({ path: /v2\/subnets$/ }, { kind: "status", status: 595 });
    const partial = await site.call("get_sdn");
    denied();
    assert.equal(partial.value.subnets.length, 1);
    assert.match(partial.value.warnings[0], /subnets of v2: .*595/);
    const none = await site.call("get_sdn", { zone: "z2" });
    assert.deepEqual(none.value.vnets, []);
  },
});

Deno.test("reading the cluster sends nothing but GETs", async () => {
  await using site = await Site.start();
  for (
    const tool of [
      "get_attention",
      "get_ceph_status",
      "get_certificates",
      "get_cluster_log",
      "get_disks",
      "get_firewall_rules",
      "get_ha_status",
      "get_pools",
      "get_replication",
      "get_sdn",
      "get_tasks",
      "get_updates",
      "get_users_and_permissions",
    ]
  ) {
    const { isError, text } = await site.call(tool, {}, { role: "user" });
    assert.equal(isError, false, `${tool}: ${text}`);
  }
  assert.deepEqual(changes(site), []);
});

Deno.test("get_ha_status falls back to groups though the refusal has no body", async () => {
  await using site = await Site.start({ pve: { version: "8.4.1" } });
  site.fake.fault({ path: /^\/cluster\/ha\/rules$/ }, { kind: "status", status: 501 });
  const answer = await site.call("get_ha_status");
  assert.equal(answer.isError, false, answer.text);
  assert.ok(site.fake.requests.some(({ path }) => path === "/cluster/ha/groups"));
});
