import { may } from "./access.ts";
import { die } from "./errors.ts";
import type { FakeState } from "./state.ts";
import type { Call, Handlers } from "./world.ts";

type Row = Record<string, unknown>;

function mayZone(call: Call, zone: unknown): boolean {
  return may(call.state, call.who, `/sdn/zones/${zone}`, ["SDN.Audit", "SDN.Allocate"], true);
}

/** Where it is told who may use a bridge: VNets have the zone that they were made in. */
export function bridgePath({ sdn }: FakeState, bridge: string): string {
  const vnet = sdn.vnets.get(bridge) as Row | undefined;
  const { zone = (vnet?.pending as Row | undefined)?.zone ?? "localnetwork" } = vnet ?? {};
  return `/sdn/zones/${zone}/${bridge}`;
}

/** The state holds what waits for being applied as `pending=1` shows it (sdn.txt); otherwise it is merged in. */
function shown({ params }: Call, rows: Iterable<Row>): Row[] {
  if (params.flag("pending")) return [...rows];
  return [...rows].map(({ pending, state: _state, ...row }) => ({ ...row, ...pending as Row }));
}

export const sdnHandlers: Handlers = {
  "GET /cluster/sdn/zones": (call) =>
    shown(call, call.state.sdn.zones.values())
      .filter((zone) => mayZone(call, zone.zone))
      .filter((zone) => !call.params.has("type") || zone.type === call.params.text("type")),
  "GET /cluster/sdn/vnets": (call) =>
    shown(call, call.state.sdn.vnets.values()).filter((vnet) => {
      const { zone } = vnet.pending as Row ?? {};
      return mayZone(call, vnet.zone ?? zone);
    }),
  "GET /cluster/sdn/vnets/{vnet}/subnets": (call) => {
    const { vnets, subnets } = call.state.sdn;
    const id = call.params.text("vnet");
    if (!vnets.has(id)) die(`sdn vnet '${id}' does not exist`);
    return shown(call, subnets.values()).filter((subnet) => subnet.vnet === id);
  },
};
