import { generatedDocument } from "../../lib/build/documents.ts";
import { Catalog, type ToolDescription } from "../../lib/mcp/catalog.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import type { Scope } from "../../lib/auth/scope.ts";
import { DOCUMENTS, pathOf } from "./documents.ts";

const ROOT = new URL("../../", import.meta.url);
const GOLDEN = "tests/golden/";

/** What the files that follow from the tools and the config's schema should hold, by path. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const name of DOCUMENTS) {
    for (const language of ["en", "tr"] as const) {
      const path = pathOf(name, language);
      const text = await Deno.readTextFile(new URL(path, ROOT));
      files.set(path, generatedDocument(text, { language, tools: TOOLS }));
    }
  }
  for (const tool of listing("admin")) {
    files.set(`${GOLDEN}${tool.name}.json`, `${JSON.stringify(sorted(tool), null, 2)}\n`);
  }
  return files;
}

/** Golden files of tools that are no more. */
export async function orphans(files: ReadonlyMap<string, string>): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(new URL(GOLDEN, ROOT))) {
    if (!files.has(GOLDEN + name)) found.push(GOLDEN + name);
  }
  return found;
}

/** The tools as a caller of that scope is told them. */
export function listing(scope: Scope): readonly ToolDescription[] {
  const on = { container_exec: true, secrets_dir: "/secrets" };
  const all = { read_only: false, allow: null, deny: [], scopes: {}, ...on };
  return new Catalog(TOOLS, all).visibleTo({ scope, limits: null }, () => true).tools;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, sorted(v)]),
  );
}
