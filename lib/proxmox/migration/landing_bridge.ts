import { AppError } from "../../errors.ts";
import { text } from "../api/values.ts";
import { instead } from "../known.ts";
import type { Pve } from "../pve.ts";

/** A bridge, or a VNet of SDN, of the cluster that a guest comes into. */
export interface Bridge {
  readonly name: string;
  /** By which Proxmox knows who may use it. */
  readonly zone: string;
  /** True where the guest uses VLANs of it, for each of which Proxmox asks by itself. */
  readonly tagged: boolean;
}

/** The zone of every bridge that SDN has not made. */
const LOCAL = "localnetwork";

/**
 * Requires that a node has the bridges that a guest is to use there.
 *
 * @param wanted.tagged those of which it uses VLANs
 */
export async function requireBridges(
  pve: Pve,
  { bridges, cluster, node, tagged }: {
    bridges: readonly string[];
    cluster: string;
    node: string;
    tagged: readonly string[];
  },
): Promise<Bridge[]> {
  if (bridges.length === 0) return [];
  const rows = await pve.list("/nodes/{node}/network", { node }, { type: "any_bridge" });
  const types = new Map(rows.map(({ iface, type }) => [String(iface), text(type)]));
  const missing = bridges.find((bridge) => !types.has(bridge));
  pve.check(
    `node ${node} of cluster ${cluster} has the bridges`,
    missing === undefined,
    `node ${node} of cluster ${cluster} has no bridge ${missing}${
      instead(missing ?? "", [...types.keys()].sort())
    }`,
  );
  const isVnet = (name: string) => types.get(name) === "vnet";
  const vnets = bridges.some(isVnet) ? await pve.list("/cluster/sdn/vnets") : [];
  return [...new Set(bridges)].map((name) => {
    const zone = isVnet(name) ? text(vnets.find(({ vnet }) => vnet === name)?.zone) : LOCAL;
    if (zone !== undefined) return { name, zone, tagged: tagged.includes(name) };
    const needed = "its API token needs SDN.Audit on /sdn/zones there";
    throw new AppError("forbidden", `cluster ${cluster} hides the zone of VNet ${name}: ${needed}`);
  });
}
