import type { Command } from "commander";
import { parseVmidRanges, type TokenLimits, type VmidRange } from "../../auth/limits.ts";
import type { Config } from "../../config/config.ts";
import { clusterNamed } from "../cluster_option.ts";
import { UsageError } from "../context.ts";
import { missingTool } from "../missing_tool.ts";
import { list, reader, toolsets } from "../options.ts";

/** The options that narrow what a token reaches. */
export interface LimitOptions {
  readonly pool?: readonly string[];
  readonly tag?: readonly string[];
  readonly vmid?: readonly VmidRange[];
  readonly node?: readonly string[];
  readonly tool?: readonly string[];
  readonly denyTool?: readonly string[];
  readonly needsApproval?: boolean;
  readonly toolset?: readonly string[];
  readonly cluster?: readonly string[];
}

export function withLimitOptions(command: Command): Command {
  return command
    .option("--pool <POOL>", "only guests in this pool", list)
    .option("--tag <TAG>", "only guests with this tag", list)
    .option("--vmid <RANGE>", "only guests with these ids, such as 100-199,250", readVmids)
    .option("--node <NODE>", "only this node and guests on it", list)
    .option("--tool <TOOL>", "only this tool", list)
    .option("--deny-tool <TOOL>", "not this tool", list)
    .option("--needs-approval", "somebody else must approve each change before it runs")
    .option(
      "--toolset <TOOLSET>",
      "list tools of this toolset only; others can still be called",
      toolsets,
    )
    .option("--cluster <CLUSTER>", "only this cluster, where there are several", list);
}

/** The limits that the options name, and no others. */
export function limitsGiven(options: LimitOptions): Partial<TokenLimits> {
  const { pool, tag, vmid, node, tool, denyTool, needsApproval, toolset, cluster } = options;
  return {
    ...(pool && { pools: pool }),
    ...(tag && { tags: tag }),
    ...(vmid && { vmids: vmid }),
    ...(node && { nodes: node }),
    ...(tool && { toolsAllow: tool }),
    ...(denyTool && { toolsDeny: denyTool }),
    ...(needsApproval !== undefined && { needsApproval }),
    ...(toolset && { toolsets: toolset }),
    ...(cluster && { clusters: cluster }),
  };
}

/** Refuses names of tools that there are not. */
export async function requireTools(options: LimitOptions, action: string): Promise<void> {
  const problem = await missingTool([...options.tool ?? [], ...options.denyTool ?? []]);
  if (problem !== null) throw new UsageError(`Cannot ${action}: ${problem}`);
}

/** Refuses names of clusters that there are not: the token would reach nothing there. */
export function requireClusters(
  { cluster = [] }: LimitOptions,
  { config, action }: { config: Config; action: string },
): void {
  for (const name of cluster) clusterNamed(config, { cluster: name, action });
}

function readVmids(text: string, before: readonly VmidRange[] | undefined): VmidRange[] {
  return [...(before ?? []), ...reader(parseVmidRanges)(text)];
}
