import { nodePowerTool } from "../lib/tool/node_power_tool.ts";

export default nodePowerTool({
  name: "shutdown_node",
  title: "Shut down node",
  description:
    "Shuts down a node that drain_node emptied; refuses while guests run on it or quorum needs it.",
  command: "shutdown",
  does: "shut down",
  remedy: "drain_node moves them, force: true shuts them down with it",
  follow: "it is down when get_nodes shows it offline; nothing here can switch it on again",
});
