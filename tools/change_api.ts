import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { guestFacts } from "../lib/proxmox/guest/about.ts";
import { taskResult, waiting } from "../lib/tool/fields.ts";
import { record, text } from "../lib/proxmox/api/values.ts";
import { checkCall, type CheckedCall, presentable } from "../lib/proxmox/apidoc/call.ts";
import { checkParams } from "../lib/proxmox/apidoc/schema.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { type About, defineTool, DESTROYS } from "../lib/tool/tool.ts";

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
  about: (input, { pve }) => describeCall(pve, input),
  run: async ({ method, path, params, ...input }, { pve }) => {
    const call = await checkCall(pve, { method, path, params });
    if (call.vmid !== undefined && !pve.dryRun) await pve.hold(call.vmid);
    const sent = { digest: await currentDigest(pve, call), ...params };
    const data = await pve.call(method, call.path, sent);
    const isTask = typeof data === "string" && data.startsWith("UPID:");
    return isTask ? await pve.task(data, input) : presentable(data);
  },
});

const A_GUEST = /^\/nodes\/[^/]+\/(?:qemu|lxc)\/\d+\/?$/;

/** The guest that a call is about; one that would be made with it is not there yet. */
async function describeCall(
  pve: Pve,
  call: { method: "POST" | "PUT" | "DELETE"; path: string; params: Record<string, unknown> },
): Promise<About> {
  const { vmid } = await checkCall(pve, call);
  if (vmid === undefined) return { lines: [], version: "" };
  const goes = call.method === "DELETE" && A_GUEST.test(call.path);
  try {
    return await guestFacts(pve, { vmid }, { goes });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    return { lines: [`there is no guest ${vmid} yet`], version: "none" };
  }
}

/** The digest of what a change would overwrite, where the change takes one and it can be read. */
async function currentDigest(
  pve: Pve,
  { match, method, path }: CheckedCall,
): Promise<string | undefined> {
  const readable = match.methods.find((each) => each.method === "GET");
  if (!("digest" in method.parameters) || !readable) return undefined;
  if (checkParams(match.values, readable.parameters).length > 0) return undefined;
  return text(record(await pve.call("GET", path, {})).digest);
}
