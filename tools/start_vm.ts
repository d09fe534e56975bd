import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/tool/fields.ts";
import { changePower } from "../lib/proxmox/guest/power.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

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
  run: (input, { pve }) =>
    changePower(pve, input, { type: "qemu", command: "start", from: ["stopped"] }),
});
