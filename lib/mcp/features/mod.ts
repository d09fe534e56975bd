import { COMPLETION_FEATURE } from "./completions.ts";
import type { Feature } from "./feature.ts";
import { PROMPT_FEATURE } from "./prompts.ts";
import { RESOURCE_FEATURE } from "./resources.ts";
import { TASK_FEATURE } from "./tasks.ts";
import { TOOL_FEATURE } from "./tools.ts";

/** All that a server speaks. */
export const FEATURES: readonly Feature[] = [
  TOOL_FEATURE,
  RESOURCE_FEATURE,
  PROMPT_FEATURE,
  COMPLETION_FEATURE,
  TASK_FEATURE,
];
