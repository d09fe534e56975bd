import { toolIndex } from "../lib/build/tool_index.ts";
import { print } from "./support/print.ts";
import { toolFiles } from "./support/tool_files.ts";

const ROOT = new URL("../", import.meta.url);

/** `deno task generate`: writes anew what follows from the tools and the config's schema. */
async function generate(): Promise<void> {
  await write("tools/mod.ts", toolIndex(await toolFiles()));
  // Only now does the index name a tool that was just added.
  const { generatedFiles, orphans } = await import("./support/generated.ts");
  const files = await generatedFiles();
  for (const [path, text] of files) await write(path, text);
  for (const path of await orphans(files)) {
    await Deno.remove(new URL(path, ROOT));
    print(`removed ${path}`);
  }
}

async function write(path: string, text: string): Promise<void> {
  const file = new URL(path, ROOT);
  if (await Deno.readTextFile(file).catch(() => null) === text) return;
  await Deno.writeTextFile(file, text);
  print(`wrote ${path}`);
}

await generate();
