import assert from "node:assert/strict";
import { digestOf } from "../../lib/audit/digest.ts";
import type { TokenLimits } from "../../lib/auth/limits.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import { Site, type ToolAnswer } from "../site.ts";
import { BackupSite } from "../support/backup_site.ts";
import { listed, listing } from "../support/generated.ts";
import { createLimitedToken } from "../tokens.ts";
import { UNLISTED } from "./cases/unlisted.ts";
import { testTools } from "./harness.ts";
import { ALL_ON } from "./probe.ts";
import { changes } from "./requests.ts";

testTools(UNLISTED);

const STOP = { name: "stop_vm", arguments: { vmid: 100 } };

function through(
  site: Site,
  call: { name: string; arguments: unknown },
  options: Parameters<Site["call"]>[2] = {},
): Promise<ToolAnswer> {
  return site.call("call_tool", call, options);
}

Deno.test("a call by call_tool leaves the row of the call itself, with the digest of its arguments", async () => {
  await using site = await Site.start();
  const args = { vmid: 101, timeout_seconds: 60 };
  await through(site, { name: "start_vm", arguments: args });
  await through(site, { name: "get_guest", arguments: '{"vmid": 101}' });
  await through(site, { name: "delete_vm", arguments: { vmid: 101 } }, { role: "user" });
  const rows = await site.trail.list({});
  const shown = rows.map(({ tool, outcome, vmid, scope }) => [tool, outcome, vmid, scope]);
  assert.deepEqual(shown.filter(([, outcome]) => outcome !== "intent"), [
    ["delete_vm", "denied", 101, "admin"],
    ["get_guest", "ok", 101, "user"],
    ["start_vm", "ok", 101, "write"],
  ]);
  const started = rows.find(({ tool, outcome }) => tool === "start_vm" && outcome === "ok");
  assert.equal(started?.argumentsSha256, digestOf(args));
  assert.match(started?.upid ?? "", /^UPID:/);
});

Deno.test("call_tool opens nothing: scope, limits, reach and configuration hold for both tools", async () => {
  await using site = await Site.start();
  const cases: [Partial<TokenLimits>, RegExp][] = [
    [{ toolsAllow: ["stop_vm"] }, /call_tool/],
    [{ toolsAllow: ["call_tool"] }, /stop_vm/],
    [{ toolsDeny: ["call_tool"] }, /call_tool/],
    [{ toolsDeny: ["stop_vm"] }, /stop_vm/],
    [{ vmids: [{ from: 200, to: 299 }] }, /no guest within the token's limits has the vmid 100/],
    [{ nodes: ["pve3"] }, /no guest within the token's limits has the vmid 100/],
  ];
  for (const [limits, text] of cases) {
    const token = await createLimitedToken(site.store, limits);
    const refused = await through(site, STOP, { token });
    assert.ok(refused.isError, JSON.stringify(limits));
    assert.match(refused.text, text);
  }
  for (const role of ["user", "write"] as const) {
    const refused = await through(site, STOP, { role });
    assert.match(refused.text, /required scope \(admin\)/);
  }
  assert.deepEqual(changes(site), []);
  const token = await createLimitedToken(site.store, { toolsAllow: ["call_tool", "stop_vm"] });
  assert.equal((await through(site, STOP, { token })).isError, false);
});

Deno.test("what the configuration forbids is forbidden by call_tool too", async () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ read_only: true }, /stop_vm/],
    [{ deny: ["stop_vm"] }, /stop_vm/],
    [{ deny: ["call_tool"] }, /call_tool/],
    [{ allow: ["stop_vm"] }, /call_tool/],
    [{ allow: ["call_tool"] }, /stop_vm/],
    [{ confirm: "always" }, /a person must confirm it/],
  ];
  for (const [tools, text] of cases) {
    await using site = await Site.start({ config: { tools } });
    const refused = await through(site, STOP);
    assert.equal(refused.code, "forbidden", JSON.stringify(tools));
    assert.match(refused.text, text);
    assert.deepEqual(changes(site), []);
    assert.deepEqual((await site.trail.list({})).map((row) => row.tool), ["stop_vm"]);
  }
  const scopes = { call_tool: "write", get_nodes: "admin", start_vm: "admin" };
  await using site = await Site.start({ config: { tools: { scopes } } });
  const needed = async (name: string, role: "user" | "write") => {
    const { text } = await through(site, { name, arguments: {} }, { role });
    return /required scope \((\w+)\)/.exec(text)?.[1];
  };
  assert.equal(await needed("get_vms", "user"), "write");
  assert.equal(await needed("get_nodes", "write"), "admin");
  assert.equal(await needed("start_vm", "write"), "admin");
  assert.equal(await needed("get_vms", "write"), undefined);
});

Deno.test("a dry run by call_tool sends nothing, strict arguments are strict", async () => {
  await using site = await Site.start();
  const args = { vmid: 100, dry_run: true };
  const planned = await through(site, { name: "stop_vm", arguments: args });
  assert.deepEqual(planned.value.dry_run.requests.map(({ method }: { method: string }) => method), [
    "POST",
  ]);
  const wrong = await through(site, { name: "stop_vm", arguments: { vmid: 100, dry: true } });
  assert.match(wrong.text, /^Invalid arguments for stop_vm: unknown argument dry/);
  assert.deepEqual(changes(site), []);
});

Deno.test("identical changes join, whichever way they come, and count in the metrics as themselves", async () => {
  await using site = await Site.start({ pve: { taskPolls: 5 } });
  const args = { vmid: 100 };
  const [one, two] = await Promise.all([
    site.call("create_backup", args),
    through(site, { name: "create_backup", arguments: args }),
  ]);
  assert.equal(one.isError || two.isError, false, one.text + two.text);
  assert.equal(one.value.upid, two.value.upid);
  assert.equal(changes(site).filter(({ path }) => path.endsWith("/vzdump")).length, 1);
  const metrics = await (await fetch(`${site.root}/metrics`, { headers: site.headers() })).text();
  assert.match(metrics, /tool="create_backup"/);
  assert.doesNotMatch(metrics, /tool="call_tool"/);
});

Deno.test("a call that is refused on its way leaves the row of what it would have called", async () => {
  await using site = await Site.start();
  const response = await fetch(`${site.url}?toolsets=none`, {
    method: "POST",
    headers: site.headers(),
    body: JSON.stringify({ method: "tools/call", params: { name: "call_tool", arguments: STOP } }),
  });
  assert.equal(response.status, 400);
  const [row] = await site.trail.list({});
  assert.deepEqual([row?.tool, row?.vmid, row?.outcome], ["stop_vm", 100, "invalid"]);
});

Deno.test("describe_tool tells of every tool what the list tells, and of no other", async () => {
  await using world = await BackupSite.start({ config: { tools: ALL_ON } });
  const { site } = world;
  const all = new Map(listing("admin").map((tool) => [tool.name, tool]));
  for (const [name, told] of all) {
    const { value } = await site.call("describe_tool", { name, output: true });
    assert.deepEqual(value.input_schema, told.inputSchema, name);
    assert.deepEqual(value.output_schema, told.outputSchema, name);
  }
  const brief = await site.call("describe_tool", { name: "get_vms" });
  assert.equal("output_schema" in brief.value, false);
  const refused = await site.call("describe_tool", { name: "stop_vm" }, { role: "user" });
  assert.match(refused.text, /required scope \(admin\)/);
});

Deno.test("search_tools finds only what the caller may call, and says when nothing fits", async () => {
  await using site = await Site.start({
    config: { tools: { deny: ["delete_backup", "resize_disk"] } },
  });
  const found = async (query: string, role: "user" | "write" | "admin" = "admin") => {
    const { value } = await site.call("search_tools", { query, limit: 50 }, { role });
    return value.tools.map(({ name }: { name: string }) => name);
  };
  assert.deepEqual(
    await found("stop_vm", "user").then((names) => names.includes("stop_vm")),
    false,
  );
  assert.equal((await found("stop_vm"))[0], "stop_vm");
  assert.equal((await found("delete backup")).includes("delete_backup"), false);
  const off = /^resize_disk fits best, and is switched off in this server's configuration$/;
  const hidden = await site.call("search_tools", { query: "grow a disk" });
  assert.match(hidden.value.warnings.at(-1), off);
  const beyond = await site.call("search_tools", { query: "grow a disk" }, { role: "user" });
  assert.doesNotMatch(beyond.text, /resize_disk/);
  const { value } = await site.call("search_tools", { query: "zzz" });
  assert.deepEqual(value.tools, []);
  assert.match(
    value.warnings[0],
    /^none of the \d+ tools that you may call fits: try other English words, or search_api for Proxmox's own API$/,
  );
  const half = await site.call("search_tools", { query: "unlock a VM" });
  assert.notDeepEqual(half.value.tools, []);
  assert.match(
    half.value.warnings[0],
    /^no tool that you may call is about unlock: try other English words, or search_api for /,
  );
  const turkish = await site.call("search_tools", { query: "düğümü boşalt disk" });
  assert.match(turkish.value.warnings[0], /^no tool that you may call is about düğümü, boşalt: /);
  const known = await site.call("search_tools", { query: "why won't the VM start" });
  assert.equal(known.value.warnings, undefined);
  const limited = await createLimitedToken(site.store, { vmids: [{ from: 100, to: 100 }] });
  const answer = await site.call("search_tools", { query: "cluster log" }, { token: limited });
  for (const { name } of answer.value.tools) {
    assert.notEqual(TOOLS.find((tool) => tool.name === name)?.subject, "cluster", name);
  }
});

for (
  const [query, name] of [
    ["history of tasks", "get_tasks"],
    ["grow a disk", "resize_disk"],
    ["free space on local-lvm", "get_storage"],
    ["IP address of a guest", "get_guest_ips"],
    ["roll back to a snapshot", "rollback_snapshot"],
    ["restore a backup", "restore_backup"],
    ["copy a template", "clone_guest"],
    ["lxc container create", "create_container"],
    ["restart a vm", "reboot_vm"],
    ["move guest to another node", "migrate_guest"],
    ["firewall rules", "get_firewall_rules"],
    ["run a command", "execute_vm_command"],
    ["change the memory of a vm", "update_vm"],
    ["what is not backed up", "get_backup_coverage"],
    ["certificates", "get_certificates"],
    ["who deleted a guest", "get_audit"],
    ["rename a vm", "update_vm"],
    ["users and rights", "get_users_and_permissions"],
  ] as const
) {
  Deno.test(`search_tools finds ${name} among the first three for: ${query}`, async () => {
    await using site = await Site.start();
    const { value } = await site.call("search_tools", { query, limit: 3 });
    const names = value.tools.map((tool: { name: string }) => tool.name);
    assert.ok(names.includes(name), names.join(", "));
  });
}

Deno.test("the ways to other tools are listed while one that may be called is not", () => {
  const ways = ["call_tool", "describe_tool", "search_tools"];
  const has = (tools: readonly { name: string }[]) =>
    ways.filter((way) => tools.some(({ name }) => name === way));
  assert.deepEqual(has(listing("admin")), []);
  assert.deepEqual(has(listed({ scope: "user", toolsets: ["core"] })), ways);
  assert.deepEqual(has(listed({ scope: "admin", toolsets: ["backups"] })), ways);
  const most = ["core", "guests", "backups", "storage", "cluster", "network"] as const;
  assert.deepEqual(has(listed({ scope: "admin", toolsets: most })), ways);
  assert.deepEqual(has(listed({ scope: "admin", toolsets: [...most, "api"] })), []);
});
