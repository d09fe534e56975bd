import assert from "node:assert/strict";
import * as z from "zod";
import { SCOPES } from "../lib/auth/scope.ts";
import { toolIndex } from "../lib/build/tool_index.ts";
import { coverageOf, listsIn, rowsIn } from "../lib/mcp/clusters/coverage.ts";
import { describeTool } from "../lib/mcp/description.ts";
import { TOOLS } from "../lib/mcp/tools.ts";
import { toolFiles } from "./support/tool_files.ts";

Deno.test("the list names every file in tools/, sorted", async () => {
  const files = await toolFiles();
  const index = await Deno.readTextFile(new URL("../tools/mod.ts", import.meta.url));
  assert.equal(index, toolIndex(files), "tools/mod.ts is stale: run deno task generate");
  assert.deepEqual(TOOLS.map((tool) => tool.name), files);
});

Deno.test("every tool states its scope, hints, privileges and strict input", () => {
  for (const tool of TOOLS) {
    const { hints, name } = tool;
    assert.match(name, /^[a-z]+(_[a-z]+)*$/, name);
    assert.ok(SCOPES.includes(tool.scope), name);
    assert.ok(tool.title.length > 0 && tool.title.length <= 40, `${name}: title`);
    assert.ok(
      tool.description.length > 10 && tool.description.length <= 200,
      `${name}: description`,
    );
    assert.deepEqual(Object.keys(hints).toSorted(), [
      "destructiveHint",
      "idempotentHint",
      "openWorldHint",
      "readOnlyHint",
    ], name);
    assert.ok(!(hints.readOnlyHint && hints.destructiveHint), name);
    const reads = hints.readOnlyHint || tool.standsFor !== undefined;
    assert.ok(reads || tool.scope !== "user", `${name}: scope user only reads`);
    for (const [path, ...anyOf] of tool.privileges) {
      assert.match(path, /^\/($|(vms|nodes|storage|pool|access|sdn|mapping)(\/|$))/, name);
      assert.ok(anyOf.length > 0, `${name}: privilege on ${path}`);
    }
    for (const [path, ...anyOf] of tool.backupPrivileges ?? []) {
      assert.match(path, /^\/($|(datastore|remote|system)(\/|$))/, name);
      assert.ok(anyOf.length > 0, `${name}: privilege on ${path}`);
    }
    for (const field of tool.withBackupServers ?? []) {
      assert.ok(tool.input.shape[field]?.safeParse(undefined).success, `${name}: ${field}`);
    }
    const surprise = tool.input.safeParse({ surprise: 1 });
    assert.ok(
      !surprise.success &&
        surprise.error.issues.some((issue: z.core.$ZodIssue) => issue.code === "unrecognized_keys"),
      `${name}: unknown arguments must be refused`,
    );
    assert.equal("dry_run" in tool.input.shape, !reads, `${name}: dry_run`);
  }
});

Deno.test("every list tells which of its rows are paged, and none takes or answers a cluster itself", () => {
  for (const tool of TOOLS) {
    assert.ok(!("cluster" in tool.input.shape || "cluster" in tool.output.shape), tool.name);
    if (coverageOf(tool) !== "list") continue;
    assert.ok(tool.rows !== undefined || listsIn(tool).length === 1, `${tool.name}: rows`);
    assert.ok(listsIn(tool).includes(rowsIn(tool)), tool.name);
  }
});

Deno.test("no schema begins with anyOf, oneOf or allOf, at which some clients drop the list", () => {
  for (const tool of TOOLS) {
    for (const [schema, io] of [[tool.input, "input"], [tool.output, "output"]] as const) {
      const json = z.toJSONSchema(schema, { io });
      assert.equal(json.type, "object", tool.name);
      for (const key of ["anyOf", "oneOf", "allOf"]) assert.ok(!(key in json), tool.name);
    }
  }
});

Deno.test("the list of tools is a text of one byte a character, which goes out faster by far", () => {
  for (const tool of TOOLS) {
    const told = JSON.stringify(describeTool(tool));
    assert.equal(new TextEncoder().encode(told).length, told.length, tool.name);
  }
});

Deno.test("the destructive tools are the reviewed ones", () => {
  const destructive = TOOLS.filter((tool) => tool.hints.destructiveHint).map((tool) => tool.name);
  for (
    const name of [
      "delete_vm",
      "execute_vm_command",
      "reset_vm",
      "rollback_snapshot",
      "stop_vm",
      "update_vm",
    ]
  ) {
    assert.ok(destructive.includes(name), name);
  }
  for (const tool of TOOLS) {
    if (/^(delete|stop_vm|stop_container|restore|rollback|reset)/.test(tool.name)) {
      assert.ok(destructive.includes(tool.name), `${tool.name} destroys something`);
      if (tool.name !== "stop_task") assert.equal(tool.scope, "admin", tool.name);
    }
  }
});

Deno.test("no argument is a secret that a model would hold", () => {
  for (const tool of TOOLS) {
    for (const key of Object.keys(tool.input.shape)) {
      assert.doesNotMatch(key, /token|secret|approval|credential/i, `${tool.name}.${key}`);
    }
  }
});
