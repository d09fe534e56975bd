import * as z from "zod";
import { flag, text } from "../lib/proxmox/api/values.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "health",
  title: "Health",
  description: "Tells whether this server and the Proxmox behind it work.",
  scope: "user",
  hints: READS,
  subject: "node",
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
    const [version, rows] = await Promise.all([
      pve.get("/version"),
      pve.list("/cluster/status"),
    ]);
    const nodes = rows.filter((row) => row.type === "node");
    const cluster = rows.find((row) => row.type === "cluster");
    const online = nodes.filter((row) => flag(row.online)).length;
    // A host that is in no cluster lists itself only and needs no quorum.
    const quorate = cluster === undefined || flag(cluster.quorate);
    const proxmox = text(version.version);
    return {
      status: quorate && online === nodes.length ? "ok" as const : "degraded" as const,
      server_version: server.version,
      uptime_seconds: Math.floor((pve.now().getTime() - server.startedAt.getTime()) / 1000),
      ...(proxmox ? { proxmox_version: proxmox } : {}),
      quorate,
      nodes_online: online,
      nodes_total: nodes.length,
    };
  },
});
