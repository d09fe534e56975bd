import { sendShutdown } from "../lib/proxmox/guest/shutdown.ts";
import { powerTool } from "../lib/tool/power_tool.ts";

export default powerTool({
  name: "shutdown_vm",
  title: "Shut down VM",
  description:
    "Asks the VM's OS to shut down; fails when it does not within timeout_seconds, when HA forces it. stop_vm does at once.",
  does: "shut down VM",
  type: "qemu",
  from: ["running"],
  to: "stopped",
  haDoes: true,
  send: sendShutdown,
});
