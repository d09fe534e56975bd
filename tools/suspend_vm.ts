import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/tool/fields.ts";
import { changePower } from "../lib/proxmox/guest/power.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "suspend_vm",
  title: "Suspend VM",
  description: "Freezes a VM in memory, or saves it to disk and powers it off.",
  scope: "write",
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  input: z.strictObject({ ...guestInput, to_disk: z.boolean().default(false), ...waiting }),
  output: z.object(taskResult),
  action: ({ vmid }) => `suspend VM ${vmid}`,
  run: (input, { pve }) =>
    changePower(pve, input, {
      type: "qemu",
      command: "suspend",
      from: ["running"],
      ...(input.to_disk ? { params: { todisk: true } } : {}),
    }),
});
