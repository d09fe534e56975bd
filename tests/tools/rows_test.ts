import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { KeyedPath } from "../../lib/proxmox/api/rows.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import type { FakePve, FakePveOptions } from "../fake_pve.ts";
import { Site } from "../site.ts";

type Row = Record<string, unknown>;

/** A tool that reads the list, and how to have something in it. */
interface ListCase {
  readonly key: string;
  readonly tool: string;
  readonly args?: Row | ((site: Site) => Row);
  readonly pve?: FakePveOptions;
  readonly prepare?: (site: Site) => unknown;
  /** How many rows cannot be read, besides the three that no list can use. */
  readonly more?: number;
  /** The tool changes something, so it cannot be asked the same twice. */
  readonly changes?: true;
}

const CASES: Readonly<Record<KeyedPath, ListCase | readonly ListCase[]>> = {
  "/access/acl": access("path", "permissions"),
  "/access/domains": access("realm", "realms"),
  "/access/groups": {
    ...access("groupid", "groups"),
    prepare: ({ fake }) => fake.state.groups.set("ops", { comment: "night" }),
  },
  "/access/roles": access("roleid", "roles"),
  "/access/users": access("userid", "users"),
  "/cluster/backup": { key: "id", tool: "get_backup_jobs" },
  "/cluster/config/nodes": {
    key: "node",
    tool: "reboot_node",
    args: { node: "pve2", force: true },
    changes: true,
  },
  "/cluster/firewall/groups": {
    key: "group",
    tool: "add_firewall_rule",
    args: { type: "group", action: "web" },
    prepare: ({ fake }) => fake.state.firewall.groups.set("web", { comment: "w", rules: [] }),
    changes: true,
  },
  "/cluster/firewall/groups/{group}": {
    key: "pos",
    tool: "get_firewall_rules",
    args: { group: "web" },
    prepare: ({ fake }) =>
      fake.state.firewall.groups.set("web", {
        rules: [{ type: "in", action: "ACCEPT", enable: 1, dport: "443" }],
      }),
  },
  "/cluster/firewall/macros": {
    key: "macro",
    tool: "add_firewall_rule",
    args: { macro: "HTTPS" },
    changes: true,
  },
  "/cluster/firewall/refs": {
    key: "name",
    tool: "add_firewall_rule",
    args: { dport: 22, source: "+adm" },
    prepare: ({ fake }) => fake.state.firewall.ipsets = ["adm"],
    changes: true,
  },
  "/cluster/firewall/rules": { key: "pos", tool: "get_firewall_rules" },
  "/cluster/ha/groups": {
    key: "group",
    tool: "get_ha_status",
    pve: { version: "8.4.14" },
    prepare: ({ fake }) => fake.state.ha.groups.set("west", { group: "west", nodes: "pve1,pve2" }),
  },
  "/cluster/ha/resources": [
    { tool: "drain_node", args: { node: "pve3", with_local_disks: true } },
    { tool: "update_ha_resource", args: { vmid: 110, comment: "web" } },
  ].map((each) => ({ key: "sid", ...each, changes: true })),
  "/cluster/ha/rules": { key: "rule", tool: "get_ha_status" },
  "/cluster/ha/status/current": { key: "id", tool: "get_ha_status" },
  "/cluster/jobs/schedule-analyze": {
    key: "timestamp",
    tool: "create_backup_job",
    args: { schedule: "02:00", all: true },
    changes: true,
  },
  "/cluster/log": {
    key: "uid",
    tool: "get_cluster_log",
    prepare: (site) => site.call("start_vm", { vmid: 101 }),
  },
  "/cluster/replication": { key: "id", tool: "get_replication" },
  "/cluster/resources": [
    "find_guests",
    "get_containers",
    "get_nodes",
    "get_sdn",
    "get_storage",
    "get_tasks",
    "get_vms",
    // A VM and a container whose vmid is none.
  ].map((tool) => ({ key: "id", tool, more: 2 })),
  "/cluster/sdn/vnets": { key: "vnet", tool: "get_sdn", prepare: someSdn },
  "/cluster/sdn/vnets/{vnet}/subnets": { key: "cidr", tool: "get_sdn", prepare: someSdn },
  "/cluster/sdn/zones": { key: "zone", tool: "get_sdn", prepare: someSdn },
  "/cluster/status": { key: "id", tool: "get_cluster_status" },
  "/cluster/tasks": {
    key: "upid",
    tool: "get_attention",
    prepare: async (site) => {
      await site.call("start_vm", { vmid: 101 });
      const guest = site.fake.state.guests.get(102);
      assert.ok(guest);
      guest.config.lock = "backup";
    },
  },
  "/nodes": {
    key: "node",
    tool: "migrate_guest",
    args: { vmid: 101, target: "pve2", with_local_disks: true },
    changes: true,
  },
  "/nodes/{node}/aplinfo": {
    key: "template",
    tool: "create_container",
    args: { hostname: "new", node: "pve1", template: "ubuntu-24.04", pull: true, disk_size: 1 },
    changes: true,
  },
  "/nodes/{node}/apt/update": { key: "Package", tool: "get_updates", args: { node: "pve1" } },
  "/nodes/{node}/apt/versions": {
    key: "Package",
    tool: "get_attention",
    prepare: ({ fake }) => {
      for (const node of fake.state.nodes.values()) node.installedKernel = "6.17.10-1-pve";
    },
  },
  "/nodes/{node}/certificates/info": onNode("filename", "get_certificates"),
  "/nodes/{node}/disks/list": onNode("devpath", "get_disks"),
  "/nodes/{node}/disks/lvmthin": {
    key: "lv",
    tool: "get_attention",
    prepare: ({ fake }) => {
      for (const node of fake.state.nodes.values()) {
        node.thinPools = [{ lv: "data", metadata: 0.9 }];
      }
    },
  },
  "/nodes/{node}/disks/zfs": {
    key: "name",
    tool: "get_attention",
    prepare: ({ fake }) => {
      for (const node of fake.state.nodes.values()) {
        node.zfs = [{ name: "tank", health: "DEGRADED", size: 1 }];
      }
    },
  },
  "/nodes/{node}/firewall/rules": {
    ...onNode("pos", "get_firewall_rules"),
    prepare: ({ fake }) =>
      fake.state.nodes.get("pve1")?.firewall.rules.push({
        type: "in",
        action: "ACCEPT",
        enable: 1,
        dport: "22",
      }),
  },
  "/nodes/{node}/network": onNode("iface", "get_network"),
  "/nodes/{node}/replication": { key: "id", tool: "get_replication" },
  "/nodes/{node}/rrddata": {
    ...onNode("time", "get_metrics"),
    args: { node: "pve1", points: 200 },
  },
  "/nodes/{node}/services": onNode("service", "get_services"),
  "/nodes/{node}/storage": {
    key: "storage",
    tool: "create_vm",
    args: { name: "new", node: "pve1", disk_size: 1 },
    changes: true,
  },
  "/nodes/{node}/storage/{storage}/content": {
    key: "volid",
    tool: "get_storage_content",
    args: { storage: "nfs1" },
  },
  "/nodes/{node}/storage/{storage}/rrddata": {
    key: "time",
    tool: "get_metrics",
    args: { storage: "nfs1", points: 200 },
  },
  "/nodes/{node}/syslog": {
    key: "t",
    tool: "get_journal",
    args: { node: "pve1", since: "2020-01-01T00:00:00Z" },
  },
  "/nodes/{node}/tasks": {
    ...onNode("upid", "get_tasks"),
    prepare: (site) => site.call("start_vm", { vmid: 101 }),
  },
  "/nodes/{node}/tasks/{upid}/log": {
    key: "t",
    tool: "get_task",
    args: ({ fake }) => ({ upid: fake.state.tasks.at(-1)?.upid }),
    prepare: (site) => site.call("start_vm", { vmid: 101 }),
  },
  "/nodes/{node}/{type}/{vmid}/firewall/refs": {
    key: "name",
    tool: "add_firewall_rule",
    args: { vmid: 100, dport: 22, source: "gw" },
    prepare: ({ fake }) => fake.state.firewall.aliases = ["gw"],
    changes: true,
  },
  "/nodes/{node}/{type}/{vmid}/firewall/rules": {
    key: "pos",
    tool: "get_firewall_rules",
    args: { vmid: 100 },
  },
  "/nodes/{node}/{type}/{vmid}/pending": {
    key: "key",
    tool: "update_vm",
    args: { vmid: 100, memory: 8192 },
    changes: true,
  },
  "/nodes/{node}/{type}/{vmid}/rrddata": {
    key: "time",
    tool: "get_metrics",
    args: { vmid: 100, points: 200 },
  },
  "/nodes/{node}/{type}/{vmid}/snapshot": {
    key: "name",
    tool: "get_snapshots",
    args: { vmid: 100 },
    prepare: (site) => site.call("create_snapshot", { vmid: 100, name: "before" }),
  },
  "/pools": { key: "poolid", tool: "get_pools" },
  "/storage": {
    key: "storage",
    tool: "update_storage",
    args: { storage: "nfs1", enabled: false },
    changes: true,
  },
};

function access(key: string, list: string): ListCase {
  return { key, tool: "get_users_and_permissions", args: { list } };
}

function onNode(key: string, tool: string): ListCase {
  return { key, tool, args: { node: "pve1" } };
}

function someSdn({ fake }: Site): void {
  const { zones, vnets, subnets } = fake.state.sdn;
  zones.set("z1", { zone: "z1", type: "vlan", bridge: "vmbr0", mtu: 1400 });
  vnets.set("v1", { vnet: "v1", zone: "z1", tag: 7, type: "vnet" });
  subnets.set("v1", { vnet: "v1", cidr: "10.1.0.0/24", gateway: "10.1.0.1", snat: 1 });
}

const EACH = Object.entries(CASES).flatMap(([template, specs]) =>
  [specs].flat().map((spec) => ({ template, spec }))
);

for (const { template, spec } of EACH) {
  Deno.test(`${spec.tool} gives the good rows of ${template} and tells of the others`, async () => {
    const path = new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    await using site = await started(spec);
    const clean = await call(site, spec);
    const rows = await read(site.fake, path);
    assert.ok(rows.length > 0, "there is no row to spoil");
    await using other = spec.changes ? await started(spec) : undefined;
    const { fake } = other ?? site;
    const body = JSON.stringify({ data: spoiled(rows, spec.key), total: rows.length });
    fake.fault({ method: "GET", path }, { kind: "body", body }, { times: 100 });
    const { told, value } = await call(other ?? site, spec);
    const left = 3 + (spec.more ?? 0);
    assert.match(
      told.join("; "),
      new RegExp(`has ${left} rows that cannot be read and are left out`),
    );
    if (!spec.changes) assertHolds(value, clean.value, spec.tool);
  });
}

async function started({ prepare, pve = {} }: ListCase): Promise<Site> {
  const at = Date.now();
  const site = await Site.start({ pve: { now: () => at, ...pve } });
  await prepare?.(site);
  return site;
}

async function call(site: Site, { args = {}, tool }: ListCase) {
  const paged = "limit" in (TOOLS.find(({ name }) => name === tool)?.input.shape ?? {});
  const { isError, text, value } = await site.call(tool, {
    ...(paged ? { limit: 100 } : {}),
    ...(typeof args === "function" ? args(site) : args),
  });
  assert.equal(isError, false, text);
  return { value, told: [value.warnings, value.notes].flat().map(String) };
}

/** What the simulated Proxmox answers to the last request of this path. */
async function read(fake: FakePve, path: RegExp): Promise<Row[]> {
  const request = fake.requests.findLast((each) => each.method === "GET" && path.test(each.path));
  assert.ok(request, `nothing asked for ${path}`);
  const { user, name, value } = fake.token;
  using client = Deno.createHttpClient({ caCerts: [fake.caPem] });
  const query = new URLSearchParams(request.query);
  const answer = await fetch(`${fake.url}/api2/json${request.path}?${query}`, {
    client,
    headers: { authorization: `PVEAPIToken=${user}!${name}=${value}` },
  });
  return (await answer.json()).data;
}

/** Good rows among ones that cannot be read, and for each field one that has it in a wrong type. */
function spoiled(rows: readonly Row[], key: string): unknown[] {
  const samples = new Map(rows.map((row) => [row.type, row])).values().toArray();
  const wrong = samples.flatMap((sample) =>
    Object.keys(sample).filter((field) => field !== key).map((field, index) => ({
      ...sample,
      [key]: another(sample[key], index),
      ...(sample.type === "node" ? { node: another(sample.node, index) } : {}),
      [field]: ofWrongType(sample[field]),
    }))
  );
  const { [key]: _, ...keyless } = samples[0] ?? {};
  return [null, keyless, { ...keyless, [key]: { odd: 1 } }, ...rows, ...wrong];
}

function another(key: unknown, index: number): unknown {
  return typeof key === "number" ? key + 1000 + index : `${key}x${index}`;
}

function ofWrongType(value: unknown): unknown {
  return typeof value === "number" ? { odd: 1 } : 7;
}

/** How many rows there are changes with them, and what the list is cut from. */
const CHANGES_WITH_ROWS = new Set(["counts", "notes", "total", "warnings"]);

/** Asserts that everything which the clean answer says stands in the other one too. */
function assertHolds(value: unknown, clean: unknown, at: string): void {
  if (Array.isArray(clean)) {
    assert.ok(Array.isArray(value), at);
    for (const item of clean) {
      const found = value.some((each) => isDeepStrictEqual(each, item));
      assert.ok(found, `${at}: ${JSON.stringify(item)} is missing`);
    }
    return;
  }
  if (typeof clean !== "object" || clean === null) return assert.equal(value, clean, at);
  for (const [key, part] of Object.entries(clean)) {
    if (!CHANGES_WITH_ROWS.has(key)) assertHolds((value as Row)[key], part, `${at}.${key}`);
  }
}
