import { type Toolset, TOOLSETS } from "../tool/toolsets.ts";
import { alignedTable, type Language } from "./config_table.ts";

/** How many tools a list holds, and how many tokens that takes a model. */
export interface ListCost {
  readonly tools: number;
  readonly tokens: number;
}

/** What a list costs an administrator or a reader; null stands for the list of all tools. */
export type CostOf = (toolset: Toolset | null, scope: "admin" | "user") => ListCost;

const WORDS = {
  en: { head: ["Listed", "`admin`: tools", "tokens", "`user`: tools", "tokens"], all: "all" },
  tr: { head: ["Listelenen", "`admin`: araç", "token", "`user`: araç", "token"], all: "hepsi" },
} as const;

/** What lists of each toolset cost, tokens rounded up to hundreds. */
export function toolsetTable(language: Language, costOf: CostOf): string {
  const { head, all } = WORDS[language];
  const rows = [null, ...TOOLSETS].map((toolset) => {
    const cells = (["admin", "user"] as const).flatMap((scope) => {
      const { tools, tokens } = costOf(toolset, scope);
      return [String(tools), String(Math.ceil(tokens / 100) * 100)];
    });
    return [toolset === null ? all : `\`${toolset}\``, ...cells];
  });
  return alignedTable([[...head], ...rows]);
}
