import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "stop_vm",
  title: "Stop VM",
  description: "Stops a VM at once, like pulling the plug. Unsaved data is lost.",
  does: "stop VM",
  type: "qemu",
  from: ["running", "paused"],
  to: "stopped",
  discards: true,
  send: (pve, guest) => pve.post("/nodes/{node}/qemu/{vmid}/status/stop", guest),
});
