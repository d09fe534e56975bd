import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/tool/fields.ts";
import { changePower } from "../lib/proxmox/guest/power.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "shutdown_container",
  title: "Shut down container",
  description: "Asks a container to shut down; fails when it does not within timeout_seconds.",
  scope: "write",
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  input: z.strictObject({ ...guestInput, ...waiting }),
  output: z.object(taskResult),
  action: ({ vmid }) => `shut down container ${vmid}`,
  run: (input, { pve }) =>
    changePower(pve, input, {
      type: "lxc",
      command: "shutdown",
      from: ["running"],
      params: { timeout: input.timeout_seconds },
    }),
});
