import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/fields.ts";
import { path } from "../lib/proxmox/path.ts";
import { CHANGES, defineTool } from "../lib/tool.ts";

export default defineTool({
  name: "start_vm",
  title: "Start VM",
  description: "Starts a VM.",
  scope: "write",
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  input: z.strictObject({ ...guestInput, ...waiting }),
  output: z.object(taskResult),
  action: ({ vmid }) => `start VM ${vmid}`,
  run: async (input, { pve }) => {
    const { node, vmid, status, template } = await pve.claim(input, { type: "qemu" });
    pve.check("is not a template", !template, `VM ${vmid} is a template; clone it instead`);
    pve.check("is not running", status !== "running", `VM ${vmid} is already running`);
    return pve.task(await pve.post(path`/nodes/${node}/qemu/${vmid}/status/start`), input);
  },
});
