import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/tool/fields.ts";
import { changePower } from "../lib/proxmox/guest/power.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "resume_vm",
  title: "Resume VM",
  description: "Lets a suspended VM go on, from memory or from disk.",
  scope: "write",
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  input: z.strictObject({ ...guestInput, ...waiting }),
  output: z.object(taskResult),
  action: ({ vmid }) => `resume VM ${vmid}`,
  run: (input, { pve }) =>
    changePower(pve, input, {
      type: "qemu",
      command: "resume",
      from: ["paused", "suspended"],
    }),
});
