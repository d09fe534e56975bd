import { clip } from "../clip.ts";
import type { Pve } from "../pve.ts";
import { compact, flag, number, type Resource, text } from "../api/values.ts";

type Row = Readonly<Record<string, unknown>>;

/** The zones, each with the nodes where it does not work. */
export async function readZones(pve: Pve, resources: readonly Resource[]) {
  const rows = await pve.list("/cluster/sdn/zones", {}, { pending: true });
  const states = resources.map((row) => ({ zone: zoneOf(row), ...row }))
    .filter((row) => row.zone !== undefined);
  return rows.map((row) => {
    const failing = states.filter((state) =>
      state.zone === row.zone && !/^(ok|available)$/.test(state.status ?? "")
    );
    return compact({
      zone: text(row.zone),
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
  }).toSorted((a, b) => String(a.zone) < String(b.zone) ? -1 : 1);
}

/** The virtual networks; `unapplied` tells what waits for being applied: new, changed, deleted. */
export async function readVnets(pve: Pve) {
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

/** The subnets of one virtual network. */
export async function readSubnets(pve: Pve, vnet: string) {
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

/** Zones are resources of type `sdn`, and since 9.1 of type `network`. */
function zoneOf(row: Resource): string | undefined {
  if (row.type === "sdn") return text(row.sdn);
  return row.type === "network" && row["network-type"] === "zone" ? text(row.network) : undefined;
}
