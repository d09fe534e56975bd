import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "shutdown_container",
  title: "Shut down container",
  description: "Asks a container to shut down; fails when it does not within timeout_seconds.",
  does: "shut down container",
  type: "lxc",
  from: ["running"],
  to: "stopped",
  send: (pve, guest, { timeout_seconds }) =>
    pve.post("/nodes/{node}/lxc/{vmid}/status/shutdown", guest, {
      timeout: timeout_seconds,
    }),
});
