import * as z from "zod";
import { compact, flag, number, text } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_cluster_status",
  title: "Cluster status",
  description: "Tells the cluster's name, quorum, and which nodes are online.",
  scope: "user",
  hints: READS,
  subject: "node",
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
    const rows = await pve.list("/cluster/status");
    const cluster = rows.find((row) => row.type === "cluster");
    const nodes = rows.filter((row) => row.type === "node").map((row) =>
      compact({ node: String(row.name), online: flag(row.online), ip: text(row.ip) })
    );
    const quorate = cluster === undefined || flag(cluster.quorate);
    const warnings = nodes.filter((node) => !node.online).map((node) =>
      `node ${node.node} is offline`
    );
    if (!quorate) warnings.unshift("the cluster has no quorum: nothing can be changed");
    const votes = number(cluster?.nodes);
    if (votes !== undefined && votes !== nodes.length) {
      warnings.push(`the cluster counts ${votes} nodes, ${nodes.length} are visible`);
    }
    return {
      ...compact({ name: text(cluster?.name) }),
      quorate,
      nodes,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});
