/** Why one of these names is no tool's, or null; the tools are loaded only when there are names. */
export async function missingTool(names: readonly string[]): Promise<string | null> {
  if (names.length === 0) return null;
  const tools = await import("../mcp/tools.ts");
  return tools.missingTool(names);
}
