import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/tool/fields.ts";
import { changePower } from "../lib/proxmox/guest/power.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "stop_vm",
  title: "Stop VM",
  description: "Stops a VM at once, like pulling the plug. Unsaved data is lost.",
  scope: "admin",
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  input: z.strictObject({ ...guestInput, ...waiting }),
  output: z.object(taskResult),
  action: ({ vmid }) => `stop VM ${vmid}`,
  run: (input, { pve }) =>
    changePower(pve, input, { type: "qemu", command: "stop", from: ["running", "paused"] }),
});
