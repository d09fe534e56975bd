import { AppError } from "../../errors.ts";
import { clip } from "../clip.ts";
import { type ApiPath, path } from "../api/path.ts";
import type { Pve } from "../pve.ts";
import { compact, flag, number, text } from "../api/values.ts";

type Row = Readonly<Record<string, unknown>>;

/** Whose rules are asked for, and where they and their options are read. */
export interface FirewallLevel {
  readonly of: string;
  readonly rules: ApiPath;
  readonly options: ApiPath;
  /** Whether the firewall of this level is on when its options do not say. */
  readonly enabledByDefault: boolean;
}

/** Finds the level that a call names: a guest, a node, a security group, else the cluster. */
export async function firewallLevel(
  pve: Pve,
  { vmid, node, group }: {
    vmid?: number | string | undefined;
    node?: string | undefined;
    group?: string | undefined;
  },
): Promise<FirewallLevel> {
  if (group !== undefined && (vmid !== undefined || node !== undefined)) {
    throw new AppError("invalid", "give group alone, since groups belong to the cluster");
  }
  if (vmid !== undefined) {
    const guest = await pve.find({ vmid, node });
    const { node: at, type } = guest;
    return {
      of: `guest ${guest.vmid}`,
      rules: path`/nodes/${at}/${type}/${guest.vmid}/firewall/rules`,
      options: path`/nodes/${at}/${type}/${guest.vmid}/firewall/options`,
      enabledByDefault: false,
    };
  }
  if (node !== undefined) {
    return {
      of: `node ${pve.node(node)}`,
      rules: path`/nodes/${node}/firewall/rules`,
      options: path`/nodes/${node}/firewall/options`,
      enabledByDefault: true,
    };
  }
  pve.assertUnlimited();
  return {
    of: group === undefined ? "cluster" : `group ${group}`,
    rules: group === undefined
      ? path`/cluster/firewall/rules`
      : path`/cluster/firewall/groups/${group}`,
    options: path`/cluster/firewall/options`,
    enabledByDefault: false,
  };
}

/** One rule in Proxmox's own words. */
export function describeRule(row: Row) {
  return compact({
    pos: number(row.pos),
    // Proxmox leaves the flag out for rules that are switched off.
    enabled: flag(row.enable),
    type: text(row.type),
    action: text(row.action),
    macro: text(row.macro),
    iface: text(row.iface),
    proto: text(row.proto),
    source: text(row.source),
    sport: text(row.sport),
    dest: text(row.dest),
    dport: text(row.dport),
    log: text(row.log),
    comment: clip(text(row.comment) ?? "") || undefined,
  });
}
