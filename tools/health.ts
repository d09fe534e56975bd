import * as z from "zod";
import { compact, text } from "../lib/proxmox/api/values.ts";
import { readCluster } from "../lib/proxmox/cluster/quorum.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "health",
  title: "Health",
  description: "Tells whether this server and the Proxmox behind it work.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "node",
  across: "each",
  privileges: [["/", "Sys.Audit"]],
  input: z.strictObject({}),
  output: z.object({
    status: z.enum(["ok", "degraded"]),
    server_version: z.string(),
    uptime_seconds: z.int(),
    proxmox_version: z.string().optional(),
    quorate: z.boolean(),
    nodes_online: z.int(),
    nodes_total: z.int(),
  }),
  action: () => "ask Proxmox for its health",
  run: async (_input, { pve, server }) => {
    const [version, { nodes, quorate }] = await Promise.all([
      pve.get("/version"),
      readCluster(pve),
    ]);
    const online = nodes.filter((node) => node.online).length;
    return {
      status: quorate && online === nodes.length ? "ok" as const : "degraded" as const,
      server_version: server.version,
      uptime_seconds: Math.floor((pve.now().getTime() - server.startedAt.getTime()) / 1000),
      ...compact({ proxmox_version: text(version.version) }),
      quorate,
      nodes_online: online,
      nodes_total: nodes.length,
    };
  },
});
