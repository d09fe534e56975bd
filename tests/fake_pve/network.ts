import { die } from "./errors.ts";
import { type Call, type Handlers, nodeOf } from "./world.ts";

function interfaceOf(call: Call): Record<string, unknown> {
  const name = call.params.text("iface");
  return nodeOf(call).network.find((one) => one.iface === name) ?? die("interface does not exist");
}

export const networkHandlers: Handlers = {
  "GET /nodes/{node}/network": (call) => {
    const wanted = call.params.maybe("type");
    return nodeOf(call).network.filter((one) =>
      wanted === undefined || one.type === wanted ||
      (wanted.includes("bridge") && one.type === "bridge")
    );
  },
  "GET /nodes/{node}/network/{iface}": (call) => {
    const { iface: _iface, ...rest } = interfaceOf(call);
    return rest;
  },
  "GET /nodes/{node}/netstat": (call) =>
    [...call.state.guests.values()].filter((guest) =>
      guest.node === nodeOf(call).name && guest.status === "running"
    )
      .map((guest) => ({
        vmid: String(guest.vmid),
        dev: "net0",
        in: String(guest.counters.netin),
        out: String(guest.counters.netout),
      })),
};
