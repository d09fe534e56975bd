import * as z from "zod";
import { requireNode } from "../lib/proxmox/cluster/nodes.ts";
import { nodeName, taskResult, waiting } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "refresh_updates",
  title: "Refresh updates",
  description: "Has a node read its package lists anew (apt update); it installs nothing.",
  scope: "write",
  toolsets: ["cluster"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "node",
  privileges: [["/nodes/{node}", "Sys.Modify"]],
  input: z.strictObject({ node: nodeName, ...waiting }),
  output: z.object({ node: z.string().optional(), ...taskResult, undo: z.string().optional() }),
  action: ({ node }) => `refresh the updates of node ${node}`,
  run: async (input, { pve }) => {
    const { node } = input;
    await requireNode(pve, pve.wholeNode(node));
    const upid = await pve.post("/nodes/{node}/apt/update", { node });
    return { node, ...await pve.task(upid, input), undo: "none: only lists are newer" };
  },
});
