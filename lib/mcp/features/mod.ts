import type { Feature } from "./feature.ts";
import { TOOL_FEATURE } from "./tools.ts";

/** All that a server speaks. */
export const FEATURES: readonly Feature[] = [TOOL_FEATURE];
