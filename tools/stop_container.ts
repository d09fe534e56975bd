import { sendStop } from "../lib/proxmox/guest/stop.ts";
import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "stop_container",
  title: "Stop container",
  description: "Stops a container at once. Unsaved data is lost.",
  does: "stop container",
  type: "lxc",
  from: ["running"],
  to: "stopped",
  haDoes: true,
  discards: true,
  send: sendStop,
});
