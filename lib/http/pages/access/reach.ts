import { formatVmidRanges, type TokenLimits } from "../../../auth/limits.ts";
import type { Language } from "../../../mcp/messages.ts";

const ENGLISH = {
  clusters: "clusters",
  pools: "guests of the pools",
  tags: "guests with the tags",
  vmids: "guests",
  nodes: "nodes",
  only: "only the tools",
  never: "not the tools",
  approval: "changes wait for somebody else's approval",
  none: "none",
};

const TURKISH: typeof ENGLISH = {
  clusters: "kümeler",
  pools: "şu havuzların konukları:",
  tags: "şu etiketli konuklar:",
  vmids: "konuklar",
  nodes: "düğümler",
  only: "yalnız şu araçlar:",
  never: "şu araçlar hariç:",
  approval: "değişiklikler başkasının onayını bekler",
  none: "hiçbiri",
};

/** What a token's limits mean, a line for each; none where it is not limited. */
export function reachOf(limits: TokenLimits | null, language: Language): string[] {
  if (limits === null) return [];
  const words = language === "tr" ? TURKISH : ENGLISH;
  const { clusters, pools, tags, vmids, nodes, toolsAllow, toolsDeny, needsApproval } = limits;
  const lists: [keyof typeof ENGLISH, readonly string[] | null][] = [
    ["clusters", clusters],
    ["pools", pools],
    ["tags", tags],
    ["vmids", vmids && vmids.map((range) => formatVmidRanges([range]))],
    ["nodes", nodes],
    ["only", toolsAllow],
    ["never", toolsDeny.length === 0 ? null : toolsDeny],
  ];
  const lines = lists.filter(([, names]) => names !== null)
    .map(([name, names]) => `${words[name]} ${names?.join(", ") || words.none}`);
  return needsApproval ? [...lines, words.approval] : lines;
}
