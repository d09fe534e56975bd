import { may } from "./access.ts";
import { die } from "./errors.ts";
import type { Entries } from "./state.ts";
import { type Call, type Handlers, index } from "./world.ts";

type Row = Record<string, unknown>;

function entry(entries: Entries, id: string, missing: string): Row {
  return entries.get(id) ?? die(missing);
}

function fields(call: Call): Row {
  const { delete: _delete, digest: _digest, "lock-token": _lock, ...values } = call.params.values;
  return Object.fromEntries(
    Object.entries(values).map((
      [key, value],
    ) => [key, typeof value === "boolean" ? (value ? 1 : 0) : value]),
  );
}

function zoneOf(call: Call): Row {
  const id = call.params.text("zone");
  return entry(call.state.sdn.zones, id, `sdn '${id}' does not exist`);
}

function vnetOf(call: Call): Row {
  const id = call.params.text("vnet");
  return entry(call.state.sdn.vnets, id, `sdn vnet '${id}' does not exist`);
}

function mayZone(call: Call, zone: unknown): boolean {
  return may(call.state, call.who, `/sdn/zones/${zone}`, ["SDN.Audit", "SDN.Allocate"], true);
}

const zones: Handlers = {
  "GET /cluster/sdn/zones": (call) =>
    [...call.state.sdn.zones.values()]
      .filter((zone) => mayZone(call, zone.zone))
      .filter((zone) => !call.params.has("type") || zone.type === call.params.text("type")),
  "POST /cluster/sdn/zones": (call) => {
    const id = call.params.text("zone");
    if (call.state.sdn.zones.has(id)) die(`sdn zone object ID '${id}' already defined`);
    call.state.sdn.zones.set(id, fields(call));
    return null;
  },
  "GET /cluster/sdn/zones/{zone}": zoneOf,
  "DELETE /cluster/sdn/zones/{zone}": (call) => {
    const zone = zoneOf(call);
    if ([...call.state.sdn.vnets.values()].some((vnet) => vnet.zone === zone.zone)) {
      die(`zone ${zone.zone} is used by vnet`);
    }
    call.state.sdn.zones.delete(String(zone.zone));
    return null;
  },
};

const vnets: Handlers = {
  "GET /cluster/sdn/vnets": (call) =>
    [...call.state.sdn.vnets.values()].filter((vnet) => mayZone(call, vnet.zone)),
  "POST /cluster/sdn/vnets": (call) => {
    const id = call.params.text("vnet");
    if (call.state.sdn.vnets.has(id)) die(`sdn vnet object ID '${id}' already defined`);
    zoneOf(call);
    call.state.sdn.vnets.set(id, { type: "vnet", ...fields(call) });
    return null;
  },
  "GET /cluster/sdn/vnets/{vnet}": vnetOf,
  "DELETE /cluster/sdn/vnets/{vnet}": (call) => {
    call.state.sdn.vnets.delete(String(vnetOf(call).vnet));
    return null;
  },
  "GET /cluster/sdn/vnets/{vnet}/subnets": (call) => {
    const { vnet } = vnetOf(call);
    return [...call.state.sdn.subnets.values()].filter((subnet) => subnet.vnet === vnet);
  },
};

export const sdnHandlers: Handlers = {
  "GET /cluster/sdn": index("zones", "vnets", "controllers", "ipams", "dns"),
  ...zones,
  ...vnets,
  "GET /nodes/{node}/sdn/zones": (call) =>
    [...call.state.sdn.zones.values()].map((zone) => ({ zone: zone.zone, status: "available" })),
};
