import type { Site } from "../site.ts";

type Row = Record<string, unknown>;

/** What get_attention finds that one tool mends. */
export async function findings(site: Site, tool: string): Promise<Row[]> {
  const { value } = await site.call("get_attention", { limit: 500 });
  return value.findings.filter((row: Row) => row.tool === tool);
}
