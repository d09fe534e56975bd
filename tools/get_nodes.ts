import * as z from "zod";
import { listing, paged } from "../lib/tool/fields.ts";
import { absences } from "../lib/proxmox/inventory.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { describePage } from "../lib/proxmox/list.ts";
import { compact, type Resource, text } from "../lib/proxmox/api/values.ts";
import { unseenLoad } from "../lib/proxmox/unseen.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const nodeRow = z.object({
  node: z.string(),
  status: z.string(),
  cpus: z.number(),
  cpu_fraction: z.number(),
  memory_bytes: z.number(),
  memory_used_bytes: z.number(),
  disk_bytes: z.number(),
  disk_used_bytes: z.number(),
  uptime_seconds: z.number(),
  ha_state: z.string().describe("As maintenance, where no guest is placed"),
}).partial();

export default defineTool({
  name: "get_nodes",
  title: "List nodes",
  description: "Lists the cluster's nodes with their load.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "node",
  privileges: [["/nodes/{node}", "Sys.Audit"]],
  input: z.strictObject(listing(nodeRow)),
  output: z.object({
    nodes: z.array(nodeRow),
    ...paged,
  }),
  action: () => "list nodes",
  run: async (input, { pve }) => {
    const resources = await pve.resources();
    const nodes = resources.filter((row) => row.type === "node");
    const by = { key: (row: Resource) => row.node ?? row.id, describe };
    const { items, ...page } = describePage(nodes, by, input);
    const isBare = nodes.some(({ maxmem, status }) => status === "online" && maxmem === undefined);
    const unseen = isBare ? await unseenLoad(pve) : [];
    return { nodes: items, ...page, ...warned([...absences(resources), ...unseen]) };
  },
});

function describe(row: Resource) {
  return compact({
    node: row.node,
    status: row.status,
    cpus: row.maxcpu,
    cpu_fraction: row.cpu,
    memory_bytes: row.maxmem,
    memory_used_bytes: row.mem,
    disk_bytes: row.maxdisk,
    disk_used_bytes: row.disk,
    uptime_seconds: row.uptime,
    ha_state: text(row.hastate),
  });
}
