import { TOOLS } from "../../lib/mcp/tools.ts";
import { isOnByDefault } from "../../lib/tool/policy.ts";

/** The tools that a server lists whose configuration says nothing of tools. */
export const OFFERED = TOOLS.filter((tool) => isOnByDefault(tool) && !tool.leadsToOthers);
