import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "shutdown_vm",
  title: "Shut down VM",
  description:
    "Asks the VM's OS to shut down; fails when it does not within timeout_seconds. stop_vm forces it.",
  does: "shut down VM",
  type: "qemu",
  from: ["running"],
  to: "stopped",
  send: (pve, guest, { timeout_seconds }) =>
    pve.post("/nodes/{node}/qemu/{vmid}/status/shutdown", guest, {
      timeout: timeout_seconds,
    }),
});
