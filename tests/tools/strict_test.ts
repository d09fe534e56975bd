import assert from "node:assert/strict";
import type { ToolName } from "../../lib/mcp/tools.ts";
import { Site } from "../site.ts";
import { createAuthenticatedToken, NO_LIMITS } from "../tokens.ts";
import type { Arguments } from "./tool_case.ts";

type Row = readonly [tool: ToolName, args: Arguments, text: RegExp, code?: string];

// As near to one as to another: none of them is named as the one that was meant.
const NODES = /there is no node pve9, only pve1, pve2, pve3$/;
const STATES =
  /there is no status Run, only paused, running, stopped, suspended, unknown \(did you mean running\?\)$/;

const UNKNOWN: readonly Row[] = [
  ["get_vms", { status: "Run" }, STATES],
  ["get_containers", { status: "Run" }, STATES],
  ["find_guests", { status: "Run" }, STATES],
  ["get_vms", { node: "pve9" }, NODES],
  [
    "get_containers",
    { node: "pvee1" },
    /there is no node pvee1, only pve1, pve2, pve3 \(did you mean pve1\?\)$/,
  ],
  ["find_guests", { node: "pve9" }, NODES],
  ["get_storage", { node: "pve9" }, NODES],
  ["get_backups", { node: "pve9" }, NODES],
  ["get_storage_content", { node: "pve9" }, NODES],
  ["get_cluster_log", { node: "pve9" }, NODES],
  ["find_guests", { pool: "prd" }, /there is no pool prd, only dev, prod \(did you mean prod\?\)$/],
  ["find_guests", { tag: "prd" }, /there is no tag prd, only .*prod.* \(did you mean prod\?\)$/],
  ["bulk_power", { action: "stop", tag: "prd" }, /there is no tag prd, only .*prod/],
  ["bulk_power", { action: "stop", pool: "prd" }, /there is no pool prd, only dev, prod /],
  [
    "get_backups",
    { storage: "nfs" },
    /there is no storage nfs for backup within reach, only local, nfs1 \(did you mean nfs1\?\); see get_storage$/,
  ],
  [
    "get_storage_content",
    { storage: "xy" },
    /there is no storage xy within reach, only local, local-/,
  ],
  [
    "get_metrics",
    { node: "pve1", fields: ["cpuu"] },
    /there is no field cpuu, only cpu_fraction, cpus, /,
  ],
  [
    "get_vms",
    { fields: ["nme"] },
    /fields\.0: must be one of vmid, .* \(did you mean name\?\)$/,
    "invalid",
  ],
];

Deno.test("a filter that names what there is not is an error that names what there is", async () => {
  await using site = await Site.start();
  for (const [tool, args, text, code = "not_found"] of UNKNOWN) {
    const answer = await site.call(tool, args);
    assert.equal(answer.code, code, `${tool} ${JSON.stringify(args)}: ${answer.text}`);
    assert.match(answer.text, text);
  }
});

Deno.test("a filter that names what there is may fit nothing, and asks Proxmox no more than before", async () => {
  await using site = await Site.start();
  const { pools } = site.fake.state;
  pools.set("spare", { poolid: "spare", comment: "", storages: [] });
  const empty: readonly (readonly [ToolName, string, Arguments])[] = [
    ["get_vms", "vms", { status: "paused" }],
    ["find_guests", "guests", { pool: "spare" }],
    ["find_guests", "guests", { node: "pve1", status: "suspended" }],
    ["find_guests", "guests", { tag: "prod", type: "lxc", node: "pve3" }],
  ];
  for (const [tool, key, args] of empty) {
    const before = site.fake.requests.length;
    const { value, text } = await site.call(tool, args);
    assert.deepEqual(value?.[key], [], text);
    assert.match(value.warnings[0], /^nothing fits \w+ \w+.* among \d+ (VMs|guests)$/);
    const asked = site.fake.requests.slice(before).map(({ path }) => path);
    assert.deepEqual(asked, ["/cluster/resources"]);
  }
  await site.call("get_cluster_log");
  const before = site.fake.requests.length;
  await site.call("get_cluster_log");
  assert.deepEqual(site.fake.requests.slice(before).map(({ path }) => path), ["/cluster/log"]);
});

Deno.test("a limited token is told no names but those within its reach", async () => {
  await using site = await Site.start();
  const token = await createAuthenticatedToken(site.store, {
    username: "ada",
    permission: "read",
    now: () => new Date(),
    limits: { ...NO_LIMITS, nodes: ["pve1"] },
  });
  for (const tool of ["get_vms", "get_storage"] as const) {
    const { text } = await site.call(tool, { node: "pve9" }, { token });
    assert.match(text, /there is no node pve9, only pve1 \(did you mean pve1\?\)$/);
  }
  const { text } = await site.call("get_node_status", { node: "pve9" }, { token });
  assert.doesNotMatch(text, /pve2|pve3/);
});

Deno.test("wrong arguments are told in plain words, missing ones as missing", async () => {
  await using site = await Site.start();
  const cases: readonly (readonly [ToolName, Arguments, string])[] = [
    ["start_vm", {}, "vmid is missing"],
    ["start_vm", { vmid: null }, "vmid is missing"],
    ["bulk_power", {}, "action is missing"],
    ["execute_vm_command", { vmid: 100 }, "command is missing"],
    ["get_vms", { limit: "x" }, "limit: must be a number, not a text"],
    ["get_vms", { limit: 1.5 }, "limit: must be a whole number"],
    ["update_vm", { vmid: 100, memory: 4 }, "memory: must be at least 16 (MiB)"],
    ["get_vms", { limit: 5000 }, "limit: must be at most 500"],
    ["get_vms", { limit: 0 }, "limit: must be at least 1"],
    ["get_vms", { fields: [] }, "fields: must have at least 1 entry"],
    ["get_vms", { fields: "vmid" }, "fields: must be a list, not a text"],
    ["find_guests", { text: "x".repeat(300) }, "text: must have at most 200 characters"],
    ["start_vm", { vmid: {} }, "vmid: must be a number or a text, not an object"],
    ["start_vm", { vmid: 100, wait: 1 }, "wait: must be true or false, not a number"],
    ["start_vm", { vmid: "1;2" }, "vmid: must be a vmid from 100 to 999999999 or a guest's name"],
    [
      "create_backup",
      { vmid: 100, mode: "snapshoot" },
      "mode: must be one of snapshot, suspend, stop (did you mean snapshot?)",
    ],
    ["update_vm", { vmid: 100, unset: ["A B"] }, "unset: there is no setting A B"],
    [
      "create_container",
      { hostname: "a", template: "t", gateway: "x" },
      "gateway: has a form that does not fit",
    ],
    ["get_vms", { nod: "pve1" }, "unknown argument nod (did you mean node?)"],
    ["start_vm", { vm: "web1" }, "vmid is missing; unknown argument vm (did you mean vmid?)"],
    [
      "add_firewall_rule",
      { vmid: 100, action: "ACCEPT", port: 443 },
      "unknown argument port (did you mean sport or dport?)",
    ],
    [
      "get_storage",
      { name: "nfs1" },
      "unknown argument name; there are node, limit, cursor, sort",
    ],
    [
      "bulk_power",
      { action: "restart", tag: "prod" },
      "action: must be one of start, shutdown, stop",
    ],
    ["get_next_vmid", { from: 1 }, "unknown argument from; there are none"],
    ["get_task", { task: 1 }, "upid is missing; unknown argument task; there are upid, lines"],
  ];
  for (const [tool, args, problem] of cases) {
    const { code, text } = await site.call(tool, args);
    assert.equal(text, `Invalid arguments for ${tool}: ${problem}`);
    assert.equal(code, "invalid");
  }
  assert.equal(site.fake.requests.length, 0);
});

Deno.test("an empty list of tasks or volumes says what there is", async () => {
  await using site = await Site.start();
  await site.call("create_snapshot", { vmid: 100, name: "before" });
  const cases: readonly (readonly [ToolName, Arguments, string])[] = [
    [
      "get_tasks",
      { type: "qmsnapshott" },
      "there is no task of type qmsnapshott, only qmsnapshot (did you mean qmsnapshot?)",
    ],
    [
      "get_tasks",
      { user: "nobody@pam" },
      "there is no task of user nobody@pam, only root@pam!mcp",
    ],
    ["get_tasks", { vmid: "db1" }, "nothing fits vmid 101 among 1 tasks"],
    [
      "get_tasks",
      { type: "qmsnapshot", state: "error" },
      "nothing fits type qmsnapshot, state error among 1 tasks",
    ],
    [
      "get_backups",
      { vmid: 999 },
      "nothing fits content backup, vmid 999 among what is on local, nfs1",
    ],
  ];
  for (const [tool, args, warning] of cases) {
    const { value, text } = await site.call(tool, args);
    assert.deepEqual([value?.total, value?.warnings], [0, [warning]], text);
  }
  assert.equal((await site.call("get_tasks", { vmid: "web1" })).value.total, 1);
});

Deno.test("names that were meant are told whatever carries the call", async () => {
  await using site = await Site.start();
  const params = { name: "start_vm", arguments: { vmidd: 100, vmid: 101 } };
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
  const told = /unknown argument vmidd \(did you mean vmid\?\)/;
  assert.match((await site.post(call)).text, told);
  assert.match((await site.post(call, await site.openSession())).text, told);
});

Deno.test("null for an optional argument counts as absent, whatever carries the call", async () => {
  await using site = await Site.start();
  const args = { node: null, status: null, fields: null, limit: null, cursor: null };
  const call = (name: string, given: unknown) => ({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name, arguments: given },
  });
  const plain = await site.call("get_vms");
  assert.deepEqual((await site.call("get_vms", args)).value, plain.value);
  const session = await site.openSession();
  const streamed = await site.post(call("get_vms", args), session);
  assert.match(streamed.text, /"total":\d/);
  assert.doesNotMatch(streamed.text, /"isError":true/);
  const changes = { vmid: 100, dry_run: true, name: "web1b", tags: null, unset: null };
  assert.equal((await site.call("update_vm", changes)).isError, false);
  const kept = { path: "/nodes/pve1/qemu/100/config", params: { current: null } };
  assert.doesNotMatch((await site.call("call_api", kept)).text, /^Invalid arguments/);
});

Deno.test("a Proxmox that hangs is told as such", async () => {
  await using site = await Site.start({ config: { proxmox: { timeout_seconds: 1 } } });
  site.fake.fault({ path: /^\/cluster\/resources$/ }, { kind: "hang" }, { times: 10 });
  const { code, text } = await site.call("get_vms");
  assert.deepEqual([code, text], [
    "timeout",
    "Cannot list VMs: Proxmox did not answer within 1 s",
  ]);
});
