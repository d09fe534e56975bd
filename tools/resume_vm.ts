import { HALTED } from "../lib/proxmox/guest/power.ts";
import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "resume_vm",
  title: "Resume VM",
  description: "Lets a suspended VM go on, from memory or from disk.",
  does: "resume VM",
  type: "qemu",
  from: ["paused", "suspended", ...HALTED],
  to: "running",
  send: (pve, guest) => pve.post("/nodes/{node}/qemu/{vmid}/status/resume", guest),
});
