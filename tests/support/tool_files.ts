const TOOLS = new URL("../../tools/", import.meta.url);

/** The tools that have a file, sorted. */
export async function toolFiles(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(TOOLS)) {
    if (name !== "mod.ts") names.push(name.replace(/\.ts$/, ""));
  }
  return names.toSorted();
}
