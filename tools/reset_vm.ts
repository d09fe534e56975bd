import { HALTED } from "../lib/proxmox/guest/power.ts";
import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "reset_vm",
  title: "Reset VM",
  description: "Resets a VM at once, like its reset button. Unsaved data is lost.",
  does: "reset VM",
  type: "qemu",
  from: ["running", "paused", ...HALTED],
  discards: true,
  send: (pve, guest) => pve.post("/nodes/{node}/qemu/{vmid}/status/reset", guest),
});
