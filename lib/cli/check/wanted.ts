import type { Config } from "../../config/config.ts";
import { TOOLS } from "../../mcp/tools.ts";
import { isOffered, policyOf } from "../../tool/policy.ts";
import type { AnyTool } from "../../tool/tool.ts";
import { isChosen, type ToolsetChoice } from "../../tool/toolsets.ts";

/** Which tools a token of the server is to suffice for. */
export interface Wanted {
  readonly toolsets: ToolsetChoice;
  readonly tools: readonly AnyTool[];
  /** What is offered besides, and can be called by name. */
  readonly others: readonly AnyTool[];
}

/** The tools of some toolsets, of those that the config offers. */
export function wantedOf(config: Config, toolsets: ToolsetChoice): Wanted {
  const policy = policyOf(config);
  const offered = TOOLS.filter((tool) => isOffered(tool, policy));
  const isWanted = (tool: AnyTool) => isChosen(tool.toolsets, [toolsets]);
  return {
    toolsets,
    tools: offered.filter(isWanted),
    others: offered.filter((tool) => !isWanted(tool)),
  };
}
