import { nodePowerTool } from "../lib/tool/node_power_tool.ts";

export default nodePowerTool({
  name: "reboot_node",
  title: "Reboot node",
  description:
    "Reboots a node that drain_node emptied; refuses while guests run on it or quorum needs it.",
  command: "reboot",
  does: "reboot",
  remedy: "drain_node moves them, force: true shuts them down with it",
  follow: "it is back when get_nodes shows it online with a short uptime_seconds",
});
