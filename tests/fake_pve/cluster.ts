import { may } from "./access.ts";
import { die, refuse } from "./errors.ts";
import { cpuCount, haSid, isTemplate, nameOf } from "./guests.ts";
import { usageOfGuest } from "./status.ts";
import type { FakeGuest, FakeNode } from "./state.ts";
import { isOnNode, usageOf } from "./volumes.ts";
import { type Call, type Handlers } from "./world.ts";

export function currentFingerprint(node: FakeNode): string {
  return node.certificates.find((one) => one.filename === "pve-ssl.pem")?.fingerprint ?? "";
}

type Row = Record<string, unknown>;

/** As HA's manager has it. */
function haStateOf({ maintenance, online }: FakeNode): string {
  return maintenance ? "maintenance" : online ? "online" : "unknown";
}

/** Whoever may not audit a node is told of it without its use (`PVE::API2Tools::extract_node_stats`). */
function nodeRow(call: Call, node: FakeNode): Row {
  const fixed = {
    id: `node/${node.name}`,
    node: node.name,
    type: "node",
    status: node.online ? "online" : "offline",
    level: "",
    maxcpu: node.cpus,
    maxmem: node.memory,
    maxdisk: node.rootTotal,
    "cgroup-mode": 2,
    ...(call.state.ha.resources.size ? { hastate: haStateOf(node) } : {}),
  };
  if (!may(call.state, call.who, `/nodes/${node.name}`, ["Sys.Audit"])) {
    const { maxcpu: _cpus, maxmem: _memory, maxdisk: _disk, ...named } = fixed;
    return named;
  }
  if (!node.online) return fixed;
  return {
    ...fixed,
    cpu: node.cpu,
    mem: node.memoryUsed,
    disk: node.rootUsed,
    uptime: Math.max(0, Math.floor((call.world.now() - node.bootedAt) / 1000)),
  };
}

/** The list is made anew only every some seconds, so a change of the power state shows late. */
function listedStatus(world: Call["world"], { listed, status }: FakeGuest): string {
  return listed && world.now() - listed.since < world.state.resourceLagMs ? listed.status : status;
}

/** Of what is on a node that is offline the list tells for five minutes what it saw last (seen with 9.2.11). */
function guestRow(call: Call, guest: FakeGuest): Row {
  const { world, state } = call;
  const identity = {
    id: `${guest.type}/${guest.vmid}`,
    vmid: guest.vmid,
    node: guest.node,
    type: guest.type,
  };
  const node = state.nodes.get(guest.node);
  const lagging = guest.createdAt > 0 && world.now() - guest.createdAt < state.resourceLagMs;
  const pool = guest.pool === undefined ? {} : { pool: guest.pool };
  if (lagging) return { ...identity, status: "unknown", ...pool };
  const service = state.ha.resources.get(haSid(guest));
  const ha = service ? { hastate: service.reported ?? service.state } : {};
  const lasting = {
    ...identity,
    name: nameOf(guest),
    template: isTemplate(guest) ? 1 : 0,
    ...pool,
    ...ha,
  };
  if (!node) return { ...lasting, status: "unknown" };
  const { cpus: _cpus, ...usage } = usageOfGuest(world, guest);
  return {
    ...lasting,
    status: listedStatus(world, guest),
    ...usage,
    maxcpu: cpuCount(guest, node.cpus),
    memhost: guest.status === "running" && guest.type === "qemu" ? usage.mem + 100 * 2 ** 20 : 0,
    ...(guest.config.tags ? { tags: guest.config.tags } : {}),
    ...(guest.config.lock === undefined ? {} : { lock: guest.config.lock }),
  };
}

function poolRow(call: Call, poolid: string): Row {
  const members = [...call.state.guests.values()].filter((guest) => guest.pool === poolid);
  const usage = members.map((guest) => usageOfGuest(call.world, guest));
  const sum = (key: "mem" | "maxmem" | "cpus" | "cpu") =>
    usage.reduce((total, one) => total + one[key], 0);
  return {
    id: `/pool/${poolid}`,
    pool: poolid,
    type: "pool",
    mem: sum("mem"),
    maxmem: sum("maxmem"),
    maxcpu: sum("cpus"),
    cpu: sum("cpu"),
    uptime: Math.max(0, ...usage.map((one) => one.uptime)),
  };
}

function storageRows(call: Call, node: FakeNode): Row[] {
  const { state, who } = call;
  return [...state.storages.values()]
    .filter((one) => isOnNode(one, node.name) && !one.disabled)
    .filter((one) => may(state, who, `/storage/${one.storage}`, ["Datastore.Audit"]))
    .map((one) => {
      const active = !one.inactive.includes(node.name);
      return {
        id: `storage/${node.name}/${one.storage}`,
        storage: one.storage,
        node: node.name,
        type: "storage",
        plugintype: one.type,
        content: one.content.join(","),
        shared: one.shared ? 1 : 0,
        status: active ? "available" : "unknown",
        ...(active ? { disk: usageOf(state, one, node.name).used, maxdisk: one.total } : {}),
      };
    });
}

function resources(call: Call): unknown {
  const { state, who, params } = call;
  const type = params.maybe("type");
  const wanted = (name: string) => type === undefined || type === name;
  const rows: Row[] = [];
  if (wanted("vm")) {
    if (type === undefined) {
      for (const pool of state.pools.keys()) {
        if (may(state, who, `/pool/${pool}`, ["Pool.Audit"])) rows.push(poolRow(call, pool));
      }
    }
    for (const guest of state.guests.values()) {
      if (!may(state, who, `/vms/${guest.vmid}`, ["VM.Audit"])) continue;
      const { pool, ...row } = guestRow(call, guest);
      const isSeen = pool !== undefined && may(state, who, `/pool/${pool}`, ["Pool.Audit"]);
      rows.push(isSeen ? { ...row, pool } : row);
    }
  }
  for (const node of state.nodes.values()) {
    if (wanted("node")) rows.push(nodeRow(call, node));
    if (wanted("storage")) rows.push(...storageRows(call, node));
    if (
      wanted("sdn") && may(state, who, "/sdn/zones/localnetwork", ["SDN.Audit"])
    ) {
      rows.push({
        id: `network/${node.name}/zone/localnetwork`,
        network: "localnetwork",
        "network-type": "zone",
        "zone-type": "",
        node: node.name,
        type: "network",
        status: node.online ? "ok" : "unknown",
      });
    }
  }
  return rows;
}

/** As pmxcfs's clients keep it: read anew when a node comes or goes, not when votes do (`cfs_set_quorate`). */
function keptQuorate(world: Call["world"]): boolean {
  const online = [...world.state.nodes.values()].filter((node) => node.online)
    .map(({ name }) => name).join();
  if (world.members?.online !== online) world.members = { online, quorate: world.quorate() };
  return world.members.quorate;
}

function status(call: Call): unknown {
  const nodes = [...call.state.nodes.values()];
  const rows: Row[] = nodes.map((node) => ({
    id: `node/${node.name}`,
    type: "node",
    name: node.name,
    nodeid: node.nodeid,
    ip: node.ip,
    level: "",
    local: node.name === call.world.local ? 1 : 0,
    online: node.online ? 1 : 0,
  }));
  if (nodes.length < 2) return rows;
  return [{
    id: "cluster",
    type: "cluster",
    name: call.state.clusterName,
    nodes: nodes.length,
    version: nodes.length,
    quorate: keptQuorate(call.world) ? 1 : 0,
  }, ...rows];
}

function nextId(call: Call): string {
  const wanted = call.params.number("vmid");
  if (wanted !== undefined) {
    if (call.state.guests.has(wanted)) refuse({ vmid: `VM ${wanted} already exists` });
    return String(wanted);
  }
  for (let vmid = 100; vmid < 1e6; vmid++) if (!call.state.guests.has(vmid)) return String(vmid);
  return die("unable to get any free VMID in range [100, 1000000]");
}

export const clusterHandlers: Handlers = {
  "GET /cluster/resources": resources,
  "GET /cluster/status": status,
  "GET /cluster/config/nodes": ({ state }) =>
    [...state.nodes.values()].map(({ ip, name, nodeid, votes = 1 }) => ({
      name,
      node: name,
      nodeid: String(nodeid),
      quorum_votes: String(votes),
      ring0_addr: ip,
    })),
  // An empty object without one; no key tells how many votes it has.
  "GET /cluster/config/qdevice": ({ state: { qdevice } }) =>
    qdevice === undefined ? {} : {
      Algorithm: qdevice.algorithm,
      Model: "Net",
      "QNetd host": "10.0.0.9:5403",
      State: qdevice.connected ? "Connected" : "Connect failed",
      "Tie-breaker": "Node with lowest node ID",
    },
  "GET /cluster/nextid": nextId,
};
