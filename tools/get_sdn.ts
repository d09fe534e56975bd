import * as z from "zod";
import { compact, flag, number, record, type Resource, text } from "../lib/proxmox/api/values.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { gather } from "../lib/proxmox/fan_out.ts";
import { assertKnown } from "../lib/proxmox/known.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { unseen } from "../lib/proxmox/unseen.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const MOST_ZONES = 100;

/** What waits for being applied: the whole thing (new, changed, deleted), and which of its fields. */
const waiting = { unapplied: z.string(), unapplied_fields: z.array(z.string()) };

const zoneRow = z.object({
  zone: z.string(),
  type: z.string(),
  nodes: z.string(),
  bridge: z.string(),
  mtu: z.number(),
  ipam: z.string(),
  ...waiting,
  failing_on: z.array(z.string()),
}).partial();

const vnetRow = z.object({
  vnet: z.string(),
  zone: z.string(),
  tag: z.number(),
  alias: z.string(),
  vlan_aware: z.boolean(),
  ...waiting,
}).partial();

const subnetRow = z.object({
  vnet: z.string(),
  cidr: z.string(),
  gateway: z.string(),
  snat: z.boolean(),
  ...waiting,
}).partial();

export default defineTool({
  name: "get_sdn",
  title: "Software-defined network",
  description: "Lists SDN zones, and virtual networks with their subnets; tells what is unapplied.",
  scope: "user",
  toolsets: ["network"],
  hints: READS,
  subject: "cluster",
  rows: "vnets",
  privileges: [["/sdn/zones/{zone}", "SDN.Audit", "SDN.Allocate"]],
  input: z.strictObject({
    zone: z.string().max(8).optional().describe("Only its networks"),
    ...listing(vnetRow),
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
    const [zones, vnets, hidden] = await Promise.all([
      pve.resources().then((resources) => readZones(pve, resources)),
      readVnets(pve),
      unseen(pve, {
        what: "zones that were not granted, and their networks,",
        path: "/sdn/zones/{zone}",
        anyOf: ["SDN.Audit", "SDN.Allocate"],
      }),
    ]);
    assertKnown(input.zone, { what: "zone", known: zones.map(({ zone }) => zone) });
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
      ...warned([...hidden, ...warnings]),
    };
  },
});

interface Row {
  readonly pending?: unknown;
  readonly state?: unknown;
  readonly [field: string]: unknown;
}

/** A field that is taken away by what waits. */
const DELETED = "deleted";

/** What is configured, applied or not: Proxmox gives new and changed values under `pending` only. */
function asConfigured(row: Row): Row {
  const changed = Object.entries(record(row.pending)).map(([field, value]) =>
    [field, value === DELETED ? undefined : value] as const
  );
  return { ...row, ...Object.fromEntries(changed) };
}

function waitingOf(row: Row): { unapplied?: string; unapplied_fields?: string[] } {
  const fields = Object.keys(record(row.pending))
    .map((field) => field === "vlanaware" ? "vlan_aware" : field).sort();
  return compact({
    unapplied: text(row.state),
    unapplied_fields: fields.length > 0 ? fields : undefined,
  });
}

/** The zones, each with the nodes where it does not work. */
async function readZones(pve: Pve, resources: readonly Resource[]) {
  const rows = (await pve.list("/cluster/sdn/zones", {}, { pending: true })).map(asConfigured);
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
      ...waitingOf(row),
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
  const rows = (await pve.list("/cluster/sdn/vnets", {}, { pending: true })).map(asConfigured);
  return rows.map((row) =>
    compact({
      vnet: String(row.vnet),
      zone: text(row.zone),
      tag: number(row.tag),
      alias: clip(text(row.alias) ?? "") || undefined,
      vlan_aware: flag(row.vlanaware) || undefined,
      ...waitingOf(row),
    })
  );
}

async function readSubnets(pve: Pve, vnet: string) {
  const rows = await pve.list("/cluster/sdn/vnets/{vnet}/subnets", { vnet }, { pending: true });
  return rows.map(asConfigured).map((row) =>
    compact({
      vnet,
      cidr: text(row.cidr) ?? text(row.subnet),
      gateway: text(row.gateway),
      snat: flag(row.snat) || undefined,
      ...waitingOf(row),
    })
  );
}
