import * as z from "zod";
import { nodeName } from "../lib/tool/fields.ts";
import { compact, number, record, text } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_node_status",
  title: "Node status",
  description: "Tells one node's load, memory, root disk, kernel and Proxmox version.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "node",
  privileges: [["/nodes/{node}", "Sys.Audit"]],
  input: z.strictObject({ node: nodeName.describe("The node's name") }),
  output: z.object({
    node: z.string(),
    uptime_seconds: z.number().optional(),
    load_average: z.array(z.number()).optional(),
    cpus: z.number().optional(),
    cpu_model: z.string().optional(),
    cpu_fraction: z.number().optional(),
    io_wait_fraction: z.number().optional(),
    memory_bytes: z.number().optional(),
    memory_used_bytes: z.number().optional(),
    swap_bytes: z.number().optional(),
    swap_used_bytes: z.number().optional(),
    root_disk_bytes: z.number().optional(),
    root_disk_used_bytes: z.number().optional(),
    kernel: z.string().optional(),
    pve_version: z.string().optional(),
  }),
  action: ({ node }) => `read the status of node ${node}`,
  run: async ({ node }, { pve }) => {
    const row = await pve.get("/nodes/{node}/status", { node: pve.node(node) });
    const [cpu, memory, swap, root] = [row.cpuinfo, row.memory, row.swap, row.rootfs]
      .map(record);
    const load = Array.isArray(row.loadavg)
      ? row.loadavg.map(number).filter((value) => value !== undefined)
      : undefined;
    return compact({
      node,
      uptime_seconds: number(row.uptime),
      load_average: load,
      cpus: number(cpu?.cpus),
      cpu_model: text(cpu?.model),
      cpu_fraction: number(row.cpu),
      io_wait_fraction: number(row.wait),
      memory_bytes: number(memory?.total),
      memory_used_bytes: number(memory?.used),
      swap_bytes: number(swap?.total),
      swap_used_bytes: number(swap?.used),
      root_disk_bytes: number(root?.total),
      root_disk_used_bytes: number(root?.used),
      kernel: text(row.kversion),
      pve_version: text(row.pveversion),
    });
  },
});
