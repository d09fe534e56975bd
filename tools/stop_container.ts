import * as z from "zod";
import { guestInput, taskResult, waiting } from "../lib/tool/fields.ts";
import { changePower } from "../lib/proxmox/guest/power.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "stop_container",
  title: "Stop container",
  description: "Stops a container at once. Unsaved data is lost.",
  scope: "admin",
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  input: z.strictObject({ ...guestInput, ...waiting }),
  output: z.object(taskResult),
  action: ({ vmid }) => `stop container ${vmid}`,
  run: (input, { pve }) =>
    changePower(pve, input, {
      type: "lxc",
      command: "stop",
      from: ["running"],
    }),
});
