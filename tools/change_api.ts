import * as z from "zod";
import { taskResult, waiting } from "../lib/tool/fields.ts";
import { checkCall, currentDigest, presentable } from "../lib/proxmox/apidoc/call.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "change_api",
  title: "Change by the Proxmox API",
  description:
    "Calls any changing API method, checked against Proxmox's own description; see describe_api.",
  scope: "admin",
  hints: DESTROYS,
  subject: "cluster",
  privileges: [],
  input: z.strictObject({
    method: z.enum(["POST", "PUT", "DELETE"]),
    path: z.string().max(500).describe("/nodes/pve1/qemu/100/config"),
    params: z.record(z.string(), z.unknown()).default({}),
    ...waiting,
  }),
  output: z.object({
    ...taskResult,
    data: z.unknown().optional(),
    cut: z.boolean().optional(),
  }),
  action: ({ method, path }) => `${method} ${path}`,
  run: async ({ method, path, params, ...input }, { pve }) => {
    const call = await checkCall(pve, { method, path, params });
    if (call.vmid !== undefined && !pve.dryRun) await pve.hold(call.vmid);
    const sent = { digest: await currentDigest(pve, call), ...params };
    const data = await pve.call(method, call.path, sent);
    const isTask = typeof data === "string" && data.startsWith("UPID:");
    return isTask ? await pve.task(data, input) : presentable(data);
  },
});
