import { TOOLS } from "../../lib/mcp/tools.ts";
import { isOnByDefault } from "../../lib/tool/policy.ts";

/** The tools that a server offers whose configuration says nothing of tools. */
export const OFFERED = TOOLS.filter(isOnByDefault);
