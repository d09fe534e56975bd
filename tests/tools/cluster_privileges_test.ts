import assert from "node:assert/strict";
import { type ToolName, TOOLS } from "../../lib/mcp/tools.ts";
import type { Site } from "../site.ts";
import { moreResources } from "./cases/ha.ts";
import { declaredFor, restrict, startProbed } from "./probe.ts";
import { onZfs } from "./replicas.ts";
import type { Arguments } from "./tool_case.ts";

interface Row {
  readonly tool: ToolName;
  readonly args?: Arguments | ((site: Site) => Arguments);
  readonly prepare?: (site: Site) => unknown;
}

const ROWS: readonly Row[] = [
  { tool: "add_ha_resource", args: { vmid: 101 } },
  {
    tool: "create_ha_rule",
    args: { rule: "apart", guests: [101, 110], affinity: "negative" },
    prepare: moreResources,
  },
  { tool: "create_replication_job", args: { vmid: 100, target: "pve2" }, prepare: onZfs },
  { tool: "delete_ha_rule", args: { rule: "web2-home" } },
  { tool: "delete_replication_job", args: { job: "101-0" } },
  { tool: "get_attention", prepare: lockGuest },
  { tool: "get_ceph_status" },
  { tool: "get_certificates" },
  { tool: "get_cluster_log", prepare: runTask },
  { tool: "get_cluster_status" },
  { tool: "get_disks" },
  { tool: "get_firewall_rules" },
  { tool: "get_firewall_rules", args: { node: "pve1" } },
  { tool: "get_firewall_rules", args: { vmid: 100 } },
  { tool: "get_ha_status" },
  { tool: "get_metrics", args: { node: "pve1" } },
  { tool: "get_metrics", args: { storage: "nfs1" } },
  { tool: "get_metrics", args: { vmid: 100 } },
  { tool: "get_network", args: { node: "pve1" } },
  { tool: "get_node_status", args: { node: "pve1" } },
  { tool: "get_nodes" },
  { tool: "get_pools" },
  { tool: "get_replication" },
  { tool: "get_sdn", prepare: addZone },
  { tool: "get_task", args: newestTask, prepare: runTask },
  { tool: "get_tasks", prepare: runTask },
  { tool: "get_updates", prepare: refreshLists },
  { tool: "get_updates", args: { node: "pve1" }, prepare: refreshLists },
  { tool: "get_users_and_permissions", args: { list: "groups" }, prepare: addGroup },
  { tool: "get_users_and_permissions", args: { list: "permissions" } },
  { tool: "get_users_and_permissions", args: { list: "roles" } },
  { tool: "get_users_and_permissions", args: { list: "users" } },
  {
    tool: "get_users_and_permissions",
    args: { list: "effective", user: "auditor@pve" },
  },
  { tool: "health" },
  { tool: "refresh_updates", args: { node: "pve1" } },
  { tool: "remove_ha_resource", args: { vmid: 110 } },
  { tool: "run_replication_now", args: { job: "101-0" } },
  { tool: "stop_task", args: newestTask, prepare: runLongTask },
  { tool: "wait_task", args: newestTask, prepare: runTask },
];

for (const { tool, args = {}, prepare } of ROWS) {
  const named = typeof args === "function" ? "" : ` ${JSON.stringify(args)}`;
  Deno.test(`${tool}${named} needs each privilege that it declares, and no other`, async () => {
    const answers = async (choose: (least: readonly string[]) => readonly string[]) => {
      await using site = await startProbed();
      await prepare?.(site);
      const given = typeof args === "function" ? args(site) : args;
      restrict(site, choose(leastFor(tool, given)));
      return await site.call(tool, given);
    };
    let least: readonly string[] = [];
    const full = await answers((all) => least = all);
    assert.equal(full.isError, false, full.text);
    assert.doesNotMatch(full.text, /lacks|refused/);
    for (const privilege of least) {
      const less = await answers((all) => all.filter((each) => each !== privilege));
      const told = less.isError ? "lacks" : sizeOf(less.value);
      assert.notEqual(told, sizeOf(full.value), `${privilege} is not needed`);
    }
  });
}

/** Privileges that hold one of each line that a call asks for; the later lines ask for more. */
function leastFor(name: ToolName, args: Arguments): string[] {
  const tool = TOOLS.find((each) => each.name === name);
  assert.ok(tool);
  const least = new Set<string>();
  for (const [, ...anyOf] of declaredFor(tool, args).toReversed()) {
    if (!anyOf.some((privilege) => least.has(privilege))) least.add(anyOf[0] ?? "");
  }
  return [...least];
}

/** How much an answer tells, whatever the time is. */
function sizeOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[0-9:.-]/g, "");
}

/** Runs a task that is then somebody else's. */
async function runTask(site: Site): Promise<void> {
  await site.call("start_vm", { vmid: 101 });
  for (const task of site.fake.state.tasks) task.owner = "root@pam";
  for (const entry of site.fake.state.log) entry.user = "root@pam";
}

async function refreshLists(site: Site): Promise<void> {
  await site.call("refresh_updates", { node: "pve1" });
  for (const task of site.fake.state.tasks) task.owner = "root@pam";
}

async function runLongTask(site: Site): Promise<void> {
  site.fake.state.taskPolls = Infinity;
  await site.call("start_vm", { vmid: 101, wait: false });
  for (const task of site.fake.state.tasks) task.owner = "root@pam";
}

function newestTask({ fake }: Site): Arguments {
  return { upid: fake.state.tasks.at(-1)?.upid };
}

function addZone({ fake }: Site): void {
  fake.state.sdn.zones.set("z1", { zone: "z1", type: "vlan", bridge: "vmbr0" });
}

function addGroup({ fake }: Site): void {
  fake.state.groups.set("ops", { comment: "night" });
}

/** A guest whose lock is a finding that only who sees the guest can have. */
function lockGuest({ fake }: Site): void {
  const guest = fake.state.guests.get(101);
  assert.ok(guest);
  guest.config.lock = "backup";
}
