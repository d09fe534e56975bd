import assert from "node:assert/strict";
import * as z from "zod";
import { defineTool, READS } from "../../lib/tool/tool.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { Site } from "../site.ts";
import { until } from "../support/until.ts";
import { OFFERED } from "../support/offered.ts";

/** Defects of other servers that no other test provokes; each test is named after what must hold. */

const SAMPLES: Record<string, unknown> = {
  vmid: 100,
  new_vmid: 900,
  node: "pve1",
  target: "pve2",
  storage: "local",
  name: "one",
  hostname: "one",
  snapshot: "one",
  upid: "UPID:pve1:0000011A:00071E1D:6B0363C7:qmcreate:150:root@pam!full:",
  volid: "local:iso/debian-13.iso",
  template: "debian-13",
  content: "iso",
  url: "https://example.com/x.iso",
  command: ["true"],
  file: "/etc/hostname",
  text: "x",
  disk: "scsi0",
  size: "+1G",
  notes: "x",
  query: "x",
  path: "/nodes",
  type: "qemu",
  vmids: [100],
  action: "start",
};

const WAYS_OUT = ["../../../access/users#", "..", "%2e%2e/%2e%2e/access", "a/../../access", "a\nb"];

Deno.test("no string argument of any tool leaves its place in a path", async () => {
  await using site = await Site.start();
  let tried = 0;
  for (const tool of TOOLS) {
    const shape = Object.entries(tool.input.shape) as [string, z.ZodType][];
    const needed = shape.filter(([, field]) => !field.safeParse(undefined).success)
      .map(([name]) => [name, SAMPLES[name]]);
    for (const [name, field] of shape) {
      for (const way of WAYS_OUT) {
        const value = field.safeParse(way).success ? way : [way];
        await site.call(tool.name, { ...Object.fromEntries(needed), [name]: value, wait: false });
        tried++;
      }
    }
  }
  assert.ok(tried > 1_000, `${tried} calls`);
  for (const { method, path } of site.fake.requests) {
    const segments = path.split("/").map(decodeURIComponent);
    assert.ok(!segments.includes(".."), `${method} ${path}`);
    assert.ok(!/access\/users|%2e%2e|%0a/i.test(path), `${method} ${path}`);
  }
});

Deno.test("a tool without a scope does not compile", () => {
  const rest = {
    name: "x",
    title: "X",
    description: "X.",
    toolsets: ["cluster"] as const,
    hints: READS,
    subject: "cluster" as const,
    privileges: [],
    input: z.strictObject({}),
    output: z.object({}),
    action: () => "x",
    run: () => Promise.resolve({}),
  };
  // @ts-expect-error scope is missing
  defineTool(rest);
  defineTool({ ...rest, scope: "user" });
});

Deno.test("a fresh database knows no user and no token; none is built in", async () => {
  await using site = await Site.start();
  const tokens = await site.store.listTokens();
  assert.equal(tokens.length, 3, "those that the test made");
  for (const word of ["admin-token", "admin", "root", "test", "changeme", "null", "undefined"]) {
    const answer = await site.post({ method: "tools/list" }, site.headers(word));
    assert.equal(answer.status, 401, word);
  }
  const jwt = [{ alg: "none" }, { sub: "admin" }].map((part) => btoa(JSON.stringify(part))).join(
    ".",
  );
  assert.equal((await site.post({ method: "tools/list" }, site.headers(`${jwt}.`))).status, 401);
});

Deno.test("TLS is verified by default, and the refusal names the three remedies", async () => {
  await using site = await Site.start({ config: { proxmox: { ca_file: undefined } } });
  const { code, text } = await site.call("get_nodes");
  assert.equal(code, "unavailable");
  for (const remedy of ["proxmox.ca_file", "proxmox.fingerprint", "proxmox.verify_ssl"]) {
    assert.ok(text.includes(remedy), text);
  }
  assert.equal(site.fake.requests.length, 0);
});

Deno.test("each guest's requests go to the node that it is on", async () => {
  await using site = await Site.start();
  const guests = site.fake.state.guests.values().filter((guest) => guest.status === "running")
    .toArray();
  assert.ok(new Set(guests.map((guest) => guest.node)).size > 1);
  for (const { vmid, type, node } of guests) {
    const before = site.fake.requests.length;
    await site.call(type === "lxc" ? "stop_container" : "stop_vm", { vmid, wait: false });
    const paths = site.fake.requests.slice(before).map(({ path }) => path)
      .filter((path) => path.startsWith("/nodes/"));
    assert.ok(paths.length > 0);
    for (const path of paths) assert.ok(path.startsWith(`/nodes/${node}/${type}/${vmid}/`), path);
  }
});

Deno.test("a task that ends with warnings has succeeded, and says so", async () => {
  await using site = await Site.start();
  site.fake.state.outcomes.push({ exit: "WARNINGS: 2" });
  const { value, text } = await site.call("start_vm", { vmid: 101 });
  assert.equal(value?.exit_status, "WARNINGS: 2", text);
  assert.equal(value.warnings, 2);
});

Deno.test("a huge task log, a huge reason and huge output reach nobody whole", async () => {
  await using site = await Site.start();
  const line = "x".repeat(100_000);
  site.fake.fault({ path: /tasks\/.*\/log$/ }, {
    kind: "body",
    body: JSON.stringify({ data: Array.from({ length: 100 }, (_, n) => ({ n, t: line })) }),
  });
  const started = await site.call("start_vm", { vmid: 101 });
  assert.equal(started.isError, false, started.text.slice(0, 300));
  assert.ok(started.text.length < 10_000, `${started.text.length} characters of log`);
  for (
    const fault of [
      { kind: "status", status: 500, message: line },
      { kind: "status", status: 503, message: line },
      { kind: "status", status: 403, message: line },
      { kind: "status", status: 400, message: "no", errors: { a: line, b: line } },
    ] as const
  ) {
    const undo = site.fake.fault({ path: /pve1\/status$/ }, fault, { times: 3 });
    const { isError, text } = await site.call("get_node_status", { node: "pve1" });
    undo();
    assert.equal(isError, true);
    assert.ok(text.length < 5_000, `${fault.status}: ${text.length} characters of reason`);
  }
  site.fake.state.outcomes.push({ exit: line });
  const failed = await site.call("start_vm", { vmid: 150 });
  assert.equal(failed.isError, true);
  assert.ok(failed.text.length < 5_000, `${failed.text.length} characters of exit status`);
});

Deno.test("deleting twice at once deletes once", async () => {
  await using site = await Site.start();
  const answers = await Promise.all(
    [1, 2, 3].map(() => site.call("delete_vm", { vmid: 110, force: true })),
  );
  for (const { value, text } of answers) assert.equal(value?.guest_status, "deleted", text);
  assert.equal(answers.filter(({ value }) => value.joined).length, 2);
  const later = await site.call("delete_vm", { vmid: 110, force: true });
  assert.equal(later.code, "not_found", later.text);
  const sent = site.fake.requests.filter(({ method, path }) =>
    method === "DELETE" && /qemu\/110$/.test(path)
  );
  assert.equal(sent.length, 1);
});

Deno.test("a preview shows the live state, and changes made since are not overwritten", async () => {
  await using site = await Site.start();
  const live = (await site.call("get_guest_config", { vmid: 101 })).value.config.memory;
  const { value } = await site.call("update_vm", { vmid: 101, memory: 3072, dry_run: true });
  assert.deepEqual(value.dry_run.changes.memory, { from: live, to: 3072 });
  const config = await site.call("update_vm", { vmid: 101, description: "by somebody else" });
  assert.equal(config.isError, false, config.text);
  const undo = site.fake.fault({ method: "GET", path: /qemu\/101\/config$/ }, {
    kind: "body",
    body: JSON.stringify({ data: { memory: live, digest: value.dry_run.requests[0].body.digest } }),
  });
  const late = await site.call("update_vm", { vmid: 101, memory: 3072 });
  undo();
  assert.equal(late.code, "conflict", late.text);
});

Deno.test("sessions beyond a token's fifty take each other's places, and every one still works", async () => {
  await using site = await Site.start();
  const first = await site.openSession();
  let last = first;
  for (let n = 0; n < 60; n++) last = await site.openSession();
  const ping = async (session: Record<string, string>) =>
    (await site.post({ jsonrpc: "2.0", id: 2, method: "ping" }, session)).status;
  assert.deepEqual([await ping(first), await ping(last)], [200, 200]);
  const metrics = await fetch(`${site.root}/metrics`, { headers: site.headers() });
  assert.match(await metrics.text(), /proxmox_mcp_open_sessions\{door="http"\} 50/);
});

Deno.test("Proxmox may be away at the start, come, reject the token and come back", async () => {
  await using site = await Site.start();
  const ready = async () => {
    const response = await fetch(`${site.root}/readyz`);
    return [response.status, (await response.json()).proxmox];
  };
  const undo = site.fake.fault({}, { kind: "drop_before" }, { times: Infinity });
  assert.deepEqual(await ready(), [503, "unavailable"]);
  assert.equal((await site.call("get_vms")).code, "unavailable");
  const listed = (await site.post({ method: "tools/list" })).json.result.tools;
  assert.equal(listed.length, OFFERED.length);
  undo();
  await until(async () => (await ready())[0] === 200);
  assert.equal((await site.call("get_vms")).isError, false);
  const rejected = site.fake.fault({}, { kind: "status", status: 401 }, { times: Infinity });
  const { code, text } = await site.call("get_vms");
  assert.equal(code, "unavailable");
  assert.match(text, /rejected the API token root@pam!mcp.*auth\.token_value/);
  assert.ok(!text.includes(site.fake.token.value));
  await until(async () => (await ready())[0] === 503);
  rejected();
  assert.equal((await site.call("get_vms")).isError, false);
});

Deno.test("a slow call stalls no other", async () => {
  await using site = await Site.start({ config: { server: { shutdown_seconds: 0 } } });
  site.fake.fault({ path: /pve1\/tasks$/ }, { kind: "hang" }, { times: 10 });
  const slow = Array.from(
    { length: 10 },
    (_, at) => site.call("call_api", { path: "/nodes/pve1/tasks", params: { limit: at + 1 } }),
  );
  await until(() => site.fake.unanswered === 10);
  for (const tool of ["get_nodes", "health", "get_vms"]) {
    const { isError, text } = await site.call(tool);
    assert.equal(isError, false, text);
  }
  await site.server.shutdown();
  assert.ok((await Promise.all(slow)).every(({ isError }) => isError));
});

Deno.test("guests of an offline node are unknown, though Proxmox still calls them running", async () => {
  await using site = await Site.start();
  const rows = [
    { type: "node", id: "node/pve3", node: "pve3", status: "offline" },
    { type: "qemu", id: "qemu/150", node: "pve3", vmid: 150, name: "x", status: "running" },
  ];
  site.fake.fault({ path: /^\/cluster\/resources$/ }, {
    kind: "body",
    body: JSON.stringify({ data: rows }),
  });
  const { value } = await site.call("get_vms");
  assert.equal(value.vms[0].status, "unknown");
  assert.equal(value.warnings.length, 1);
});

Deno.test("the API token's value is told to nobody, even when Proxmox repeats it", async () => {
  await using site = await Site.start();
  const { value } = site.fake.token;
  for (const status of [400, 403, 500, 503]) {
    const message = `refused PVEAPIToken=root@pam!mcp=${value} and ${value}`;
    const undo = site.fake.fault({ path: /pve1\/status$/ }, { kind: "status", status, message }, {
      times: 3,
    });
    const { isError, text } = await site.call("get_node_status", { node: "pve1" });
    undo();
    assert.ok(isError && !text.includes(value), text);
  }
  assert.ok(!site.lines.join("\n").includes(value));
  assert.ok(!JSON.stringify(await site.trail.list({})).includes(value));
});

Deno.test("every call has a deadline, and ends when it is over", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const { setTimeout } = globalThis;
  const asked: number[] = [];
  globalThis.setTimeout = ((work: () => void, ms = 0) => {
    if (ms < 120_000) return setTimeout(work, ms);
    asked.push(ms);
    work();
  }) as typeof setTimeout;
  try {
    assert.equal((await site.call("get_vms")).code, "timeout");
    assert.equal((await site.call("start_vm", { vmid: 101, timeout_seconds: 60 })).code, "timeout");
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assert.deepEqual(asked, [120_000, 240_000]);
  const outcomes = (await site.trail.list({})).map(({ outcome }) => outcome);
  assert.deepEqual(outcomes, ["error", "error"], "nobody has cancelled them");
});

Deno.test("a change that waited for a migration goes to the guest's new node", async () => {
  await using site = await Site.start({ pve: { taskPolls: 1e9 } });
  const moving = site.call("migrate_guest", { vmid: 101, target: "pve2", with_local_disks: true });
  await until(() => site.fake.requests.some(({ path }) => /qemu\/101\/migrate$/.test(path)));
  const waiting = site.call("update_vm", { vmid: 101, description: "moved" });
  await site.call("get_nodes");
  site.fake.finishTasks();
  assert.equal((await moving).isError, false, (await moving).text);
  const { isError, text } = await waiting;
  assert.equal(isError, false, text);
  const sent = site.fake.requests.filter(({ method }) => method === "PUT");
  assert.deepEqual(sent.map(({ path }) => path), ["/nodes/pve2/qemu/101/config"]);
});
