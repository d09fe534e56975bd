import * as z from "zod";
import { compact, flag, number, type Resource, text } from "../lib/proxmox/api/values.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { gather } from "../lib/proxmox/fan_out.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { paged, paging } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MOST_ZONES = 100;

/** `unapplied` tells what waits for being applied: new, changed, deleted. */
const zoneRow = z.object({
  zone: z.string(),
  type: z.string(),
  nodes: z.string(),
  bridge: z.string(),
  mtu: z.number(),
  ipam: z.string(),
  unapplied: z.string(),
  failing_on: z.array(z.string()),
}).partial();

const vnetRow = z.object({
  vnet: z.string(),
  zone: z.string(),
  tag: z.number(),
  alias: z.string(),
  vlan_aware: z.boolean(),
  unapplied: z.string(),
}).partial();

const subnetRow = z.object({
  vnet: z.string(),
  cidr: z.string(),
  gateway: z.string(),
  snat: z.boolean(),
  unapplied: z.string(),
}).partial();

export default defineTool({
  name: "get_sdn",
  title: "Software-defined network",
  description: "Lists SDN zones, and virtual networks with their subnets; tells what is unapplied.",
  scope: "user",
  hints: READS,
  subject: "cluster",
  privileges: [["/sdn/zones/{zone}", "SDN.Audit", "SDN.Allocate"]],
  input: z.strictObject({
    zone: z.string().max(8).optional().describe("Only its networks"),
    ...paging,
    limit: z.int().min(1).max(100).default(50),
  }),
  output: z.object({
    zones: z.array(zoneRow),
    vnets: z.array(vnetRow),
    subnets: z.array(subnetRow),
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

/** The zones, each with the nodes where it does not work. */
async function readZones(pve: Pve, resources: readonly Resource[]) {
  const rows = await pve.list("/cluster/sdn/zones", {}, { pending: true });
  const states = resources.map((row) => ({ zone: zoneOf(row), ...row }))
    .filter((row) => row.zone !== undefined);
  return rows.map((row) => {
    const failing = states.filter((state) =>
      state.zone === row.zone && state.status !== "ok" && state.status !== "available"
    );
    return compact({
      zone: String(row.zone),
      type: text(row.type),
      nodes: text(row.nodes),
      bridge: text(row.bridge),
      mtu: number(row.mtu),
      ipam: text(row.ipam),
      unapplied: text(row.state),
      failing_on: failing.length === 0
        ? undefined
        : failing.map((state) => `${state.node} (${state.status})`),
    });
  }).toSorted((a, b) => a.zone < b.zone ? -1 : 1);
}

/** Zones are resources of type `sdn`, and since 9.1 of type `network`. */
function zoneOf(row: Resource): string | undefined {
  if (row.type === "sdn") return text(row.sdn);
  return row.type === "network" && row["network-type"] === "zone" ? text(row.network) : undefined;
}

async function readVnets(pve: Pve) {
  const rows = await pve.list("/cluster/sdn/vnets", {}, { pending: true });
  return rows.map((row) =>
    compact({
      vnet: String(row.vnet),
      zone: text(row.zone),
      tag: number(row.tag),
      alias: clip(text(row.alias) ?? "") || undefined,
      vlan_aware: flag(row.vlanaware) || undefined,
      unapplied: text(row.state),
    })
  );
}

async function readSubnets(pve: Pve, vnet: string) {
  const rows = await pve.list("/cluster/sdn/vnets/{vnet}/subnets", { vnet }, { pending: true });
  return rows.map((row) =>
    compact({
      vnet,
      cidr: text(row.cidr) ?? text(row.subnet),
      gateway: text(row.gateway),
      snat: flag(row.snat) || undefined,
      unapplied: text(row.state),
    })
  );
}
