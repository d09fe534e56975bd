import * as z from "zod";
import { readCluster } from "../lib/proxmox/cluster/quorum.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_cluster_status",
  title: "Cluster status",
  description: "Tells the cluster's name, quorum, and which nodes are online.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "node",
  across: "each",
  privileges: [["/", "Sys.Audit"]],
  input: z.strictObject({}),
  output: z.object({
    name: z.string().optional().describe("Absent on a host that is in no cluster"),
    quorate: z.boolean(),
    nodes: z.array(
      z.object({ node: z.string(), online: z.boolean(), ip: z.string().optional() }),
    ),
    warnings: z.array(z.string()).optional(),
  }),
  action: () => "read the cluster's status",
  run: async (_input, { pve }) => {
    const { size, ...cluster } = await readCluster(pve);
    const { nodes, quorate } = cluster;
    const warnings = nodes.filter((node) => !node.online).map((node) =>
      `node ${node.node} is offline`
    );
    if (!quorate) warnings.unshift("the cluster has no quorum: nothing can be changed");
    if (size !== undefined && size !== nodes.length) {
      warnings.push(`the cluster counts ${size} nodes, ${nodes.length} are visible`);
    }
    return { ...cluster, ...(warnings.length > 0 ? { warnings } : {}) };
  },
});
