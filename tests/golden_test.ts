import assert from "node:assert/strict";
import type { Scope } from "../lib/auth/scope.ts";
import { generatedFiles, listed, listing, orphans } from "./support/generated.ts";

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

Deno.test("a whole tools/list fits a model's context", () => {
  const tokens = (scope: Scope) =>
    new TextEncoder().encode(JSON.stringify(listing(scope))).length / 4;
  assert.ok(tokens("admin") < 22_000, `admin: ${tokens("admin")} tokens`);
  assert.ok(tokens("user") < 8_500, `user: ${tokens("user")} tokens`);
});

Deno.test("the core fits any context and any client, whoever calls", () => {
  const core = listed({ scope: "admin", toolsets: ["core"] });
  const tokens = new TextEncoder().encode(JSON.stringify(core)).length / 4;
  assert.ok(core.length <= 25, `${core.length} tools`);
  assert.ok(tokens <= 4_000, `${tokens} tokens`);
  for (const name of ["search_tools", "describe_tool", "call_tool"]) {
    assert.ok(core.some((tool) => tool.name === name), name);
  }
});

Deno.test("a reader's tools are few enough for Cursor, as the documents say", () => {
  assert.ok(listing("user").length <= 40, "docs/clients promises no more than 40");
});
