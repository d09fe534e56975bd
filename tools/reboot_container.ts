import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "reboot_container",
  title: "Reboot container",
  description: "Shuts a container down and starts it again.",
  does: "reboot container",
  type: "lxc",
  from: ["running"],
  restarts: true,
  send: (pve, guest, { timeout_seconds }) =>
    pve.post("/nodes/{node}/lxc/{vmid}/status/reboot", guest, {
      timeout: timeout_seconds,
    }),
});
