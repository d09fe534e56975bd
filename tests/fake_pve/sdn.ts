import { may } from "./access.ts";
import { die } from "./errors.ts";
import type { Call, Handlers } from "./world.ts";

function mayZone(call: Call, zone: unknown): boolean {
  return may(call.state, call.who, `/sdn/zones/${zone}`, ["SDN.Audit", "SDN.Allocate"], true);
}

export const sdnHandlers: Handlers = {
  "GET /cluster/sdn/zones": (call) =>
    [...call.state.sdn.zones.values()]
      .filter((zone) => mayZone(call, zone.zone))
      .filter((zone) => !call.params.has("type") || zone.type === call.params.text("type")),
  "GET /cluster/sdn/vnets": (call) =>
    [...call.state.sdn.vnets.values()].filter((vnet) => mayZone(call, vnet.zone)),
  "GET /cluster/sdn/vnets/{vnet}/subnets": ({ params, state }) => {
    const id = params.text("vnet");
    if (!state.sdn.vnets.has(id)) die(`sdn vnet '${id}' does not exist`);
    return [...state.sdn.subnets.values()].filter((subnet) => subnet.vnet === id);
  },
};
