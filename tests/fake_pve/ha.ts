import { die, refuse } from "./errors.ts";
import { isRunning } from "./guests.ts";
import { checkDigest, sha1 } from "./guests.ts";
import type { Entries, FakeGuest, FakeHaResource } from "./state.ts";
import { type Call, type Handlers, index } from "./world.ts";

type Row = Record<string, unknown>;

function fullSid(call: Call): string {
  const given = call.params.text("sid");
  if (given.includes(":")) return given;
  const guest = call.state.guests.get(Number(given));
  return `${guest?.type === "lxc" ? "ct" : "vm"}:${given}`;
}

function guestFor(call: Call, sid: string): FakeGuest | undefined {
  const [kind, vmid] = sid.split(":");
  const guest = call.state.guests.get(Number(vmid));
  return guest && (guest.type === "qemu") === (kind === "vm") ? guest : undefined;
}

function resourceOf(call: Call): FakeHaResource {
  const sid = fullSid(call);
  return call.state.ha.resources.get(sid) ?? die(`no such resource '${sid}'`);
}

function digest(rows: unknown): string {
  return sha1(JSON.stringify(rows));
}

function shown(resource: FakeHaResource): Row {
  const { reported: _reported, ...row } = resource;
  return { type: resource.sid.split(":")[0], ...row };
}

function setResource(call: Call, resource: FakeHaResource): void {
  const { params, state, world } = call;
  const group = params.maybe("group");
  if (group !== undefined) {
    if (!world.version8()) {
      refuse({ group: "invalid parameter 'group', ha groups have been migrated to rules" });
    }
    if (!state.ha.groups.has(group)) die(`HA group '${group}' does not exist`);
    resource.group = group;
  }
  if (params.has("state")) resource.state = params.text("state").replace("enabled", "started");
  if (params.has("max_relocate")) resource.max_relocate = params.number("max_relocate") ?? 1;
  if (params.has("max_restart")) resource.max_restart = params.number("max_restart") ?? 1;
  if (params.has("comment")) resource.comment = params.text("comment");
}

function addResource(call: Call): null {
  const sid = fullSid(call);
  const { ha } = call.state;
  if (ha.resources.has(sid)) die(`resource ID '${sid}' already defined`);
  if (!guestFor(call, sid)) die(`resource '${sid}' does not exist`);
  const resource = { sid, state: "started", max_relocate: 1, max_restart: 1 };
  setResource(call, resource);
  ha.resources.set(sid, resource);
  return null;
}

/** What the manager reports of a service: its node, its state, and `error` where it cannot be placed. */
function serviceRow(call: Call, resource: FakeHaResource): Row {
  const guest = guestFor(call, resource.sid);
  const node = guest?.node ?? call.world.local;
  const online = call.state.nodes.get(node)?.online ?? false;
  const following = !guest ? "error" : !online ? "fence" : isRunning(guest) ? "started" : "stopped";
  const reported = resource.reported ?? following;
  return {
    id: `service:${resource.sid}`,
    type: "service",
    sid: resource.sid,
    node,
    status: `${resource.sid} (${node}, ${reported})`,
    state: reported,
    crm_state: reported,
    request_state: resource.state,
    max_relocate: resource.max_relocate,
    max_restart: resource.max_restart,
  };
}

function current(call: Call): unknown {
  const { state, world } = call;
  const master = world.local;
  const rows: Row[] = [{
    id: "quorum",
    type: "quorum",
    node: master,
    status: world.quorate() ? "OK" : "No quorum!",
    quorate: world.quorate() ? 1 : 0,
  }];
  if (!state.ha.resources.size) {
    rows.push({
      id: "fencing",
      type: "fencing",
      node: master,
      status: "standby (CRM watchdog standby)",
      "armed-state": "standby",
    });
    return rows;
  }
  const when = new Date(world.now()).toUTCString();
  rows.push({
    id: "master",
    type: "master",
    node: master,
    status: `${master} (active, ${when})`,
    timestamp: world.seconds(),
  });
  for (const node of state.nodes.values()) {
    const busy = [...state.ha.resources.keys()].some((sid) =>
      guestFor(call, sid)?.node === node.name
    );
    const status = node.online
      ? `${node.name} (${busy ? "active" : "idle"}, ${when})`
      : `${node.name} (old timestamp - dead?, ${when})`;
    rows.push({
      id: `lrm:${node.name}`,
      type: "lrm",
      node: node.name,
      status,
      timestamp: world.seconds(),
    });
  }
  rows.push({
    id: "fencing",
    type: "fencing",
    node: master,
    status: state.ha.armed ? "armed (CRM watchdog active)" : "disarmed",
    "armed-state": state.ha.armed ? "armed" : "disarmed",
  });
  return [...rows, ...[...state.ha.resources.values()].map((one) => serviceRow(call, one))];
}

function moveResource(call: Call): unknown {
  const resource = resourceOf(call);
  const guest = guestFor(call, resource.sid) ?? die(`service '${resource.sid}' does not exist`);
  const node = call.params.text("node");
  if (!call.state.nodes.get(node)?.online) die(`cluster node '${node}' is not online`);
  guest.node = node;
  return { sid: resource.sid, "requested-node": node };
}

const ruleKeys = ["type", "resources", "nodes", "affinity", "strict", "disable", "comment"];

function fields(call: Call, keys: string[]): Row {
  const row: Row = {};
  for (const key of keys) {
    const value = call.params.values[key];
    if (value !== undefined) row[key] = typeof value === "boolean" ? (value ? 1 : 0) : value;
  }
  return row;
}

function ruleOf(call: Call): Row {
  const id = call.params.text("rule");
  return call.state.ha.rules.get(id) ?? die(`no such ha rule '${id}'`);
}

function checkRule(rule: Row): Row {
  if (rule.type === "node-affinity" && rule.nodes === undefined) {
    refuse({ nodes: "property is missing and it is not optional" });
  }
  if (rule.type === "resource-affinity" && rule.affinity === undefined) {
    refuse({ affinity: "property is missing and it is not optional" });
  }
  return rule;
}

const rules: Handlers = {
  "GET /cluster/ha/rules": (call) => {
    const { rules } = call.state.ha;
    const { params } = call;
    return [...rules.values()]
      .filter((rule) => !params.has("type") || rule.type === params.text("type"))
      .filter((rule) =>
        !params.has("resource") ||
        String(rule.resources).split(",").includes(params.text("resource"))
      )
      .map((rule) => ({ ...rule, digest: digest([...rules]) }));
  },
  "POST /cluster/ha/rules": (call) => {
    const id = call.params.text("rule");
    if (call.state.ha.rules.has(id)) die(`rule '${id}' already defined`);
    call.state.ha.rules.set(id, checkRule({ rule: id, ...fields(call, ruleKeys) }));
    return null;
  },
  "GET /cluster/ha/rules/{rule}": (call) => ({
    ...ruleOf(call),
    digest: digest([...call.state.ha.rules]),
  }),
  "PUT /cluster/ha/rules/{rule}": (call) => {
    checkDigest(call, digest([...call.state.ha.rules]));
    const rule = { ...ruleOf(call), ...fields(call, ruleKeys) };
    for (const key of call.params.list("delete")) delete rule[key];
    call.state.ha.rules.set(String(rule.rule), checkRule(rule));
    return null;
  },
  "DELETE /cluster/ha/rules/{rule}": (call) => {
    ruleOf(call);
    call.state.ha.rules.delete(call.params.text("rule"));
    return null;
  },
};

function groupsOf(call: Call, doing: string): Entries {
  if (!call.world.version8()) die(`cannot ${doing}: ha groups have been migrated to rules`);
  return call.state.ha.groups;
}

const groups: Handlers = {
  "GET /cluster/ha/groups": (call) => [...groupsOf(call, "index groups").values()],
  "POST /cluster/ha/groups": (call) => {
    const id = call.params.text("group");
    groupsOf(call, "create group").set(id, {
      group: id,
      type: "group",
      ...fields(call, ["nodes", "restricted", "nofailback", "comment"]),
    });
    return null;
  },
  "GET /cluster/ha/groups/{group}": (call) => {
    const id = call.params.text("group");
    return groupsOf(call, "read group").get(id) ?? die(`no such ha group '${id}'`);
  },
  "DELETE /cluster/ha/groups/{group}": (call) => {
    const id = call.params.text("group");
    if (!groupsOf(call, "delete group").delete(id)) die(`no such ha group '${id}'`);
    return null;
  },
};

export const haHandlers: Handlers = {
  "GET /cluster/ha": index("status", "resources", "groups", "rules"),
  "GET /cluster/ha/status": index("current", "manager_status"),
  "GET /cluster/ha/status/current": current,
  "GET /cluster/ha/status/manager_status": (call) => ({
    manager_status: {
      master_node: call.world.local,
      node_status: Object.fromEntries(
        [...call.state.nodes.values()].map((
          node,
        ) => [node.name, node.online ? "online" : "unknown"]),
      ),
      service_status: Object.fromEntries([...call.state.ha.resources.values()].map((one) => {
        const row = serviceRow(call, one);
        return [one.sid, { node: row.node, state: row.state }];
      })),
      timestamp: call.world.seconds(),
    },
    quorum: { node: call.world.local, quorate: call.world.quorate() ? "1" : "0" },
  }),
  "GET /cluster/ha/resources": (call) => {
    const rows = [...call.state.ha.resources.values()].map(shown);
    const wanted = call.params.maybe("type");
    return rows.filter((row) => wanted === undefined || row.type === wanted)
      .map((row) => ({ ...row, digest: digest(rows) }));
  },
  "POST /cluster/ha/resources": addResource,
  "GET /cluster/ha/resources/{sid}": (call) => {
    const resource = resourceOf(call);
    return { ...shown(resource), digest: digest([...call.state.ha.resources.values()].map(shown)) };
  },
  "PUT /cluster/ha/resources/{sid}": (call) => {
    checkDigest(call, digest([...call.state.ha.resources.values()].map(shown)));
    const resource = resourceOf(call);
    for (const key of call.params.list("delete")) {
      if (key === "comment" || key === "group") delete resource[key];
    }
    setResource(call, resource);
    return null;
  },
  "DELETE /cluster/ha/resources/{sid}": (call) => {
    call.state.ha.resources.delete(resourceOf(call).sid);
    return null;
  },
  "POST /cluster/ha/resources/{sid}/migrate": moveResource,
  "POST /cluster/ha/resources/{sid}/relocate": moveResource,
  ...rules,
  ...groups,
};
