import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "start_vm",
  title: "Start VM",
  description: "Starts a VM.",
  core: true,
  does: "start VM",
  type: "qemu",
  from: ["stopped", "suspended"],
  to: "running",
  haDoes: true,
  send: (pve, guest) => pve.post("/nodes/{node}/qemu/{vmid}/status/start", guest),
});
