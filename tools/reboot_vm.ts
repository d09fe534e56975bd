import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/tool/fields.ts";
import { changePower } from "../lib/proxmox/guest/power.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "reboot_vm",
  title: "Reboot VM",
  description: "Shuts a VM's OS down and starts it again, which applies pending changes.",
  scope: "write",
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  input: z.strictObject({ ...guestInput, ...waiting }),
  output: z.object(taskResult),
  action: ({ vmid }) => `reboot VM ${vmid}`,
  run: (input, { pve }) =>
    changePower(pve, input, {
      type: "qemu",
      command: "reboot",
      from: ["running"],
      params: { timeout: input.timeout_seconds },
    }),
});
