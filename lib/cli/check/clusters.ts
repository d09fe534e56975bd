import type { ClusterConfig, Config } from "../../config/config.ts";
import type { ToolsetChoice } from "../../tool/toolsets.ts";
import { checkCa } from "./files.ts";
import type { Finding } from "./finding.ts";
import { checkNetwork } from "./network.ts";
import type { ScopePrivileges } from "./privileges.ts";

/** What was found at Proxmox, and what its tokens should be granted. */
export interface ClusterReport {
  readonly findings: readonly Finding[];
  readonly advice: readonly (ScopePrivileges & { readonly cluster?: string })[];
}

interface Options {
  readonly now: () => Date;
  readonly toolsets: ToolsetChoice;
}

/** Looks at every cluster at once; where there are several, each line says of which it is. */
export async function checkClusters(config: Config, options: Options): Promise<ClusterReport> {
  const reports = await Promise.all(
    config.clusters.map(async (cluster) => {
      const { findings, advice } = await checkCluster(cluster, config, options);
      if (config.clusters.length === 1) return { findings, advice };
      const of = { cluster: cluster.name };
      return {
        findings: findings.map((finding) => ({ ...finding, ...of })),
        advice: advice.map((each) => ({ ...of, ...each })),
      };
    }),
  );
  return {
    findings: reports.flatMap(({ findings }) => findings),
    advice: reports.flatMap(({ advice }) => advice),
  };
}

async function checkCluster(
  cluster: ClusterConfig,
  config: Config,
  { now, toolsets }: Options,
): Promise<ClusterReport> {
  const authority = await checkCa(cluster);
  const { findings, seen } = await checkNetwork(cluster, now);
  const shown = [...authority, ...findings];
  if (seen === null || shown.some(({ state }) => state === "fail")) {
    return { findings: shown, advice: [] };
  }
  const { checkProxmox } = await import("./proxmox.ts");
  const proxmox = await checkProxmox(cluster, { config, seen, toolsets });
  return { findings: [...shown, ...proxmox.findings], advice: proxmox.advice };
}
