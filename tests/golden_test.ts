import assert from "node:assert/strict";
import { costOf, generatedFiles, listed, orphans } from "./support/generated.ts";

const ROOT = new URL("../", import.meta.url);

Deno.test("descriptions of tools and what the documents tell are the ones that were reviewed", async () => {
  const files = await generatedFiles();
  for (const [path, text] of files) {
    const reviewed = await Deno.readTextFile(new URL(path, ROOT)).catch(() => "");
    assert.equal(
      reviewed,
      text,
      `${path} is stale: run deno task generate, look at the difference`,
    );
  }
  assert.deepEqual(await orphans(files), [], "these belong to no tool: run deno task generate");
});

Deno.test("the core fits any context and any client, whoever calls", () => {
  const core = listed({ scope: "admin", toolsets: ["core"] });
  const { tokens } = costOf("core", "admin");
  assert.ok(core.length <= 25, `${core.length} tools`);
  assert.ok(tokens <= 4_000, `${tokens} tokens`);
  for (const name of ["search_tools", "describe_tool", "call_tool"]) {
    assert.ok(core.some((tool) => tool.name === name), name);
  }
});
