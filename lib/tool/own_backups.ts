import { type Join, type JoinOptions, joinServers } from "../backups/join.ts";
import { neighboursOf } from "./other_clusters.ts";
import type { ToolContext } from "./tool.ts";

/** Longer nobody who asks for more than backups is kept waiting by a backup server. */
const PATIENCE_MS = 5_000;

/** What backup servers tell, and which of it is of the cluster's own guests, for a tool that tells more too. */
export function readToldOf(
  context: Pick<ToolContext, "clusters" | "isOneOfSeveral" | "pbs" | "pve">,
  { limitMs = PATIENCE_MS, vmid }: Pick<JoinOptions, "limitMs" | "vmid"> = {},
): Promise<Join> {
  const { pbs, pve } = context;
  return joinServers(pve, pbs, { limitMs, vmid, clusters: neighboursOf(context) });
}
