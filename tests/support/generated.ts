import { generatedDocument } from "../../lib/build/documents.ts";
import type { ListCost } from "../../lib/build/toolset_table.ts";
import { Catalog, type ListedTool } from "../../lib/mcp/catalog.ts";
import { describeTool } from "../../lib/mcp/description.ts";
import { TOOLS } from "../../lib/mcp/tools.ts";
import type { Scope } from "../../lib/auth/scope.ts";
import { fitted, type ToolPolicy } from "../../lib/tool/policy.ts";
import type { Toolset } from "../../lib/tool/toolsets.ts";
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
      files.set(path, generatedDocument(text, { language, tools: TOOLS, costOf }));
    }
  }
  for (const backup_servers of [false, true]) {
    for (const tool of fitted(TOOLS, { backup_servers })) {
      if (backup_servers && tool.withBackupServers === undefined) continue;
      const told = sorted(describeTool(tool));
      const name = backup_servers ? `${tool.name}.backup_servers` : tool.name;
      files.set(`${GOLDEN}${name}.json`, `${JSON.stringify(told, null, 2)}\n`);
    }
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

/** The policy of a config that offers all there is. */
export const EVERYTHING: ToolPolicy = {
  read_only: false,
  allow: null,
  deny: [],
  scopes: {},
  backup_servers: true,
  container_exec: true,
  secrets_dir: "/secrets",
  toolsets: null,
  output_schemas: null,
};

/** The tools as a caller of that scope is told them. */
export function listing(scope: Scope): readonly ListedTool[] {
  return listed({ scope, toolsets: null });
}

/** The same of certain toolsets only. */
export function listed(
  { scope, toolsets }: { scope: Scope; toolsets: readonly Toolset[] | null },
): readonly ListedTool[] {
  const viewer = { scope, limits: null, toolsets };
  return new Catalog(TOOLS, EVERYTHING).visibleTo(viewer, () => true).tools;
}

/** What such a list takes a model, by a rule of thumb: a token is four bytes. */
export function costOf(toolset: Toolset | null, scope: Scope): ListCost {
  const tools = listed({ scope, toolsets: toolset === null ? null : [toolset] });
  const bytes = new TextEncoder().encode(JSON.stringify(tools)).length;
  return { tools: tools.length, tokens: bytes / 4 };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map(([k, v]) => [k, sorted(v)]),
  );
}
