import type { ToolPolicy } from "../tool/policy.ts";

/** Why one of these names is no tool's, or null; the tools are loaded only when there are names. */
export async function missingTool(names: readonly string[]): Promise<string | null> {
  if (names.length === 0) return null;
  const tools = await import("../mcp/tools.ts");
  return tools.missingTool(names);
}

/** Why one of these scopes cannot be, or null; the tools are loaded only when there are scopes. */
export async function wrongScope(scopes: ToolPolicy["scopes"]): Promise<string | null> {
  if (Object.keys(scopes).length === 0) return null;
  const tools = await import("../mcp/tools.ts");
  return tools.wrongScope(scopes);
}
