import { sendShutdown } from "../lib/proxmox/guest/shutdown.ts";
import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "shutdown_container",
  title: "Shut down container",
  description: "Asks a container to shut down; fails when it does not within timeout_seconds.",
  does: "shut down container",
  type: "lxc",
  from: ["running"],
  to: "stopped",
  haDoes: true,
  send: sendShutdown,
});
