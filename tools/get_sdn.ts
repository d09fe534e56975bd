import * as z from "zod";
import { paged, paging, rowsOf } from "../lib/tool/fields.ts";
import { gather } from "../lib/proxmox/fan_out.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { readSubnets, readVnets, readZones } from "../lib/proxmox/cluster/sdn.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MOST_ZONES = 100;

export default defineTool({
  name: "get_sdn",
  title: "Software-defined network",
  description: "Lists SDN zones, and virtual networks with their subnets; tells what is unapplied.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [],
  input: z.strictObject({
    zone: z.string().max(8).optional().describe("Only its networks"),
    ...paging,
    limit: z.int().min(1).max(100).default(50),
  }),
  output: z.object({
    zones: rowsOf("zone, type, nodes, bridge, mtu, ipam, unapplied, failing_on"),
    vnets: rowsOf("vnet, zone, tag, alias, vlan_aware, unapplied"),
    subnets: rowsOf("vnet, cidr, gateway, snat, unapplied"),
    ...paged,
  }),
  action: () => "read the software-defined network",
  run: async (input, { pve }) => {
    const [zones, vnets] = await Promise.all([
      pve.resources().then((resources) => readZones(pve, resources)),
      readVnets(pve),
    ]);
    const wanted = vnets.filter((row) => input.zone === undefined || row.zone === input.zone);
    const { items, ...page } = paginate(wanted, (row) => row.vnet, input);
    const { results, warnings } = await gather(items, {
      name: ({ vnet }) => `subnets of ${vnet}`,
      read: ({ vnet }) => readSubnets(pve, vnet),
    });
    if (zones.length > MOST_ZONES) {
      warnings.push(`only ${MOST_ZONES} of ${zones.length} zones are shown`);
    }
    return {
      zones: zones.slice(0, MOST_ZONES),
      vnets: items,
      subnets: results.flat(),
      ...page,
      ...warned(warnings),
    };
  },
});
