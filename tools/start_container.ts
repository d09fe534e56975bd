import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "start_container",
  title: "Start container",
  description: "Starts a container.",
  does: "start container",
  type: "lxc",
  from: ["stopped"],
  to: "running",
  haDoes: true,
  send: (pve, guest) => pve.post("/nodes/{node}/lxc/{vmid}/status/start", guest),
});
