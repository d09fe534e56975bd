import { die } from "./errors.ts";
import { isRunning } from "./guests.ts";
import { guestFor, resourceHandlers } from "./ha_resources.ts";
import { ruleHandlers } from "./ha_rules_api.ts";
import type { FakeHaResource } from "./state.ts";
import type { Call, Handlers } from "./world.ts";

type Row = Record<string, unknown>;

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
    max_relocate: resource.max_relocate ?? 1,
    max_restart: resource.max_restart ?? 1,
    ...(resource.comment === undefined ? {} : { comment: resource.comment }),
    failback: Number(resource.failback ?? true),
  };
}

function fencing(call: Call): Row {
  const { ha } = call.state;
  const armed = !ha.resources.size ? "standby" : ha.armed ? "armed" : "disarmed";
  const row = { id: "fencing", type: "fencing", node: call.world.local, "armed-state": armed };
  if (armed !== "disarmed") {
    const watchdog = armed === "armed" && !ha.stale ? "active" : "standby";
    const state = watchdog === "active" ? "armed" : "standby";
    return { ...row, status: `${state} (CRM watchdog ${watchdog})`, "armed-state": state };
  }
  const status = "disarmed, resource mode: freeze (CRM watchdog released)";
  return { ...row, status, resource_mode: "freeze" };
}

function localManagers(call: Call, when: string): Row[] {
  const { state, world } = call;
  const busy = new Set([...state.ha.resources.keys()].map((sid) => guestFor(call, sid)?.node));
  return [...state.nodes.values()].map((node) => ({
    id: `lrm:${node.name}`,
    type: "lrm",
    node: node.name,
    status: node.maintenance
      ? `${node.name} (maintenance mode, watchdog active, ${when})`
      : node.online
      ? `${node.name} (${busy.has(node.name) ? "active, watchdog active" : "idle"}, ${when})`
      : `${node.name} (old timestamp - dead?, ${when})`,
    timestamp: world.seconds(),
  }));
}

function current(call: Call): Row[] {
  const { state, world } = call;
  const quorum = {
    id: "quorum",
    type: "quorum",
    node: world.local,
    status: world.quorate() ? "OK" : `No quorum on node '${world.local}'!`,
    quorate: world.quorate() ? 1 : 0,
  };
  // The manager's last report stays when the last guest is taken out of HA.
  if (!state.ha.resources.size && !state.ha.stale) return [quorum, fencing(call)];
  const when = new Date(world.now()).toUTCString();
  const master = {
    id: "master",
    type: "master",
    node: world.local,
    status: `${world.local} (${state.ha.stale ? "old timestamp - dead?" : "active"}, ${when})`,
    timestamp: world.seconds() - (state.ha.stale ? 600 : 0),
  };
  const services = [...state.ha.resources.values()].map((one) => serviceRow(call, one));
  return [quorum, master, fencing(call), ...localManagers(call, when), ...services];
}

export const haHandlers: Handlers = {
  ...resourceHandlers,
  ...ruleHandlers,
  "GET /cluster/ha/status/current": current,
  "GET /cluster/ha/groups": ({ state, world }) => {
    if (!world.version8()) die("cannot index groups: ha groups have been migrated to rules");
    return [...state.ha.groups.values()];
  },
};
