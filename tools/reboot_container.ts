import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/tool/fields.ts";
import { changePower } from "../lib/proxmox/guest/power.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "reboot_container",
  title: "Reboot container",
  description: "Shuts a container down and starts it again.",
  scope: "write",
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  input: z.strictObject({ ...guestInput, ...waiting }),
  output: z.object(taskResult),
  action: ({ vmid }) => `reboot container ${vmid}`,
  run: (input, { pve }) =>
    changePower(pve, input, {
      type: "lxc",
      command: "reboot",
      from: ["running"],
      params: { timeout: input.timeout_seconds },
    }),
});
