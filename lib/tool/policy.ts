import type { AnyTool } from "./tool.ts";

/** What the configuration lets the server offer. `read_only` beats every allow-list. */
export interface ToolPolicy {
  readonly read_only: boolean;
  readonly allow: readonly string[] | null;
  readonly deny: readonly string[];
}

/** True when the configuration offers the tool at all. */
export function isOffered(tool: AnyTool, { read_only, allow, deny }: ToolPolicy): boolean {
  if (read_only && tool.scope !== "user") return false;
  return !deny.includes(tool.name) && (allow === null || allow.includes(tool.name));
}
