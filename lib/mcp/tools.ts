import * as modules from "../../tools/mod.ts";
import type { AnyTool } from "../tool/tool.ts";

export type ToolName = keyof typeof modules;

/** Every tool, sorted by name, as the exports of a module always are. */
export const TOOLS: readonly AnyTool[] = Object.values(modules);
