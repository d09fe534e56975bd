import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "reboot_vm",
  title: "Reboot VM",
  description: "Shuts a VM's OS down and starts it again, which applies pending changes.",
  does: "reboot VM",
  type: "qemu",
  from: ["running"],
  restarts: true,
  send: (pve, guest, { timeout_seconds }) =>
    pve.post("/nodes/{node}/qemu/{vmid}/status/reboot", guest, {
      timeout: timeout_seconds,
    }),
});
