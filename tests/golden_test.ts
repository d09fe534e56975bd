import assert from "node:assert/strict";
import type { Scope } from "../lib/auth/scope.ts";
import { generatedFiles, listing, orphans } from "./support/generated.ts";

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
  assert.ok(tokens("user") < 8_000, `user: ${tokens("user")} tokens`);
});

Deno.test("a reader's tools are few enough for Cursor, as the documents say", () => {
  assert.ok(listing("user").length < 40, "docs/clients promises fewer than 40");
});
