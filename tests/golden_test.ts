import assert from "node:assert/strict";
import { Catalog } from "../lib/mcp/catalog.ts";
import { TOOLS } from "../lib/mcp/tools.ts";

const FOLDER = new URL("./golden/", import.meta.url);
const OPEN = { read_only: false, allow: null, deny: [] };
const NO_LIMITS = { limits: null };

function listing(scope: "user" | "write" | "admin") {
  return new Catalog(TOOLS, OPEN).visibleTo({ scope, ...NO_LIMITS }, () => true);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, sorted(v)]),
  );
}

Deno.test("each tool's description is the one that was reviewed", async () => {
  const update = Deno.env.get("UPDATE_GOLDEN") === "1";
  const expected = new Set<string>();
  for (const description of listing("admin")) {
    const file = `${description.name}.json`;
    expected.add(file);
    const json = `${JSON.stringify(sorted(description), null, 2)}\n`;
    if (update) await Deno.writeTextFile(new URL(file, FOLDER), json);
    const reviewed = await Deno.readTextFile(new URL(file, FOLDER)).catch(() => "");
    assert.equal(json, reviewed, `${file} differs: look at it, then run deno task golden`);
  }
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (expected.has(name)) continue;
    if (update) await Deno.remove(new URL(name, FOLDER));
    else assert.fail(`${name} belongs to no tool`);
  }
});

Deno.test("a whole tools/list fits a model's context", () => {
  const tokens = (scope: "user" | "write" | "admin") =>
    new TextEncoder().encode(JSON.stringify(listing(scope))).length / 4;
  assert.ok(tokens("admin") < 20_000, `admin: ${tokens("admin")} tokens`);
  assert.ok(tokens("user") < 8_000, `user: ${tokens("user")} tokens`);
});
