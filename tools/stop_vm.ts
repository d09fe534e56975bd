import { HALTED } from "../lib/proxmox/guest/power.ts";
import { sendStop } from "../lib/proxmox/guest/stop.ts";
import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "stop_vm",
  title: "Stop VM",
  description: "Stops a VM at once, like pulling the plug. Unsaved data is lost.",
  does: "stop VM",
  type: "qemu",
  from: ["running", "paused", ...HALTED],
  to: "stopped",
  haDoes: true,
  discards: true,
  send: sendStop,
});
