import * as z from "zod";
import { clip } from "../lib/proxmox/clip.ts";
import { readNetwork } from "../lib/proxmox/cluster/network.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { compact, flag, number, type Row, text } from "../lib/proxmox/api/values.ts";
import { unseen } from "../lib/proxmox/unseen.ts";
import { listing, nodeName, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const interfaceRow = z.object({
  name: z.string(),
  type: z.string(),
  active: z.boolean(),
  autostart: z.boolean(),
  method: z.string(),
  cidrs: z.array(z.string()),
  gateways: z.array(z.string()),
  ports: z.string(),
  vlan_aware: z.boolean(),
  mtu: z.number(),
  comment: z.string(),
}).partial();

export default defineTool({
  name: "get_network",
  title: "Node network",
  description: "Lists a node's network interfaces.",
  scope: "user",
  toolsets: ["network"],
  hints: READS,
  subject: "node",
  privileges: [],
  conditionalPrivileges: [{
    privilege: ["/sdn/zones/{zone}", "SDN.Audit", "SDN.Use"],
    when: "to see bridges",
    if: () => true,
  }],
  input: z.strictObject({ node: nodeName, ...listing(interfaceRow) }),
  output: z.object({
    interfaces: z.array(interfaceRow),
    unapplied: z.array(z.string()).optional().describe("From what is in use to what is written"),
    ...paged,
  }),
  action: ({ node }) => `list the network interfaces of node ${node}`,
  run: async (input, { pve }) => {
    const [{ rows, unapplied }, hidden] = await Promise.all([
      readNetwork(pve, pve.node(input.node)),
      unseen(pve, { what: "bridges", path: "/sdn/zones/{zone}", anyOf: ["SDN.Audit", "SDN.Use"] }),
    ]);
    const by = { key: ({ iface }: Row) => String(iface), describe };
    const { items: interfaces, ...page } = describePage(rows, by, input);
    if (unapplied.length === 0) return { interfaces, ...page, ...warned(hidden) };
    const waits = "changes wait for being applied: this is what is written, not what is in use";
    return { interfaces, unapplied: [...unapplied], ...page, ...warned([waits, ...hidden]) };
  },
});

function describe(row: Row) {
  return compact({
    name: text(row.iface),
    type: text(row.type),
    active: flag(row.active),
    autostart: flag(row.autostart),
    method: text(row.method),
    cidrs: known(row.cidr ?? row.address, row.cidr6 ?? row.address6),
    gateways: known(row.gateway, row.gateway6),
    ports: text(row.bridge_ports) ?? text(row.slaves) ?? text(row.ovs_ports),
    vlan_aware: flag(row.bridge_vlan_aware) || undefined,
    mtu: number(row.mtu),
    comment: clip(text(row.comments)?.trim() ?? "") || undefined,
  });
}

function known(...values: unknown[]): string[] | undefined {
  const found = values.map(text).filter((value) => value !== undefined);
  return found.length === 0 ? undefined : found;
}
