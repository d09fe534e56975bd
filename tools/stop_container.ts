import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "stop_container",
  title: "Stop container",
  description: "Stops a container at once. Unsaved data is lost.",
  does: "stop container",
  type: "lxc",
  from: ["running"],
  to: "stopped",
  discards: true,
  send: (pve, guest) => pve.post("/nodes/{node}/lxc/{vmid}/status/stop", guest),
});
