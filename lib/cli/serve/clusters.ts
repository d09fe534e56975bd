import type { ClusterConfig, Config } from "../../config/config.ts";
import { probeProxmox, type ProxmoxProbe } from "./probe.ts";

/** What a first look at a cluster showed. */
export interface Probed {
  readonly cluster: ClusterConfig;
  readonly probe: ProxmoxProbe;
  /** What tells the cluster from others; empty where there is one. */
  readonly label: string;
}

/** Asks every cluster for its version, all at once. Never rejects. */
export function probeClusters(config: Config): Promise<Probed[]> {
  const { clusters } = config;
  return Promise.all(clusters.map(async (cluster) => ({
    cluster,
    probe: await probeProxmox(cluster, config),
    label: clusters.length === 1 ? "" : cluster.name,
  })));
}

/** What the start-up block says of a cluster. */
export function lineOf({ cluster: { proxmox }, probe, label }: Probed): string {
  const text = `${proxmox.hosts.join(", ")} port ${proxmox.port}: ${probe.message}`;
  return label === "" ? text : `${label}: ${text}`;
}

/** What the log should say of what was seen, a line each. */
export function warningsOf(probes: readonly Probed[]): string[] {
  return probes.flatMap(({ cluster: { proxmox, section }, probe, label }) => {
    const about = label === "" ? "" : `Cluster ${label}: `;
    const unverified =
      `Proxmox's certificate is not verified (${section}proxmox.verify_ssl: false): whoever is on ` +
      "the way there can read the API token; `proxmox-mcp check` shows how to verify it";
    return [
      ...(proxmox.verify_ssl ? [] : [`${about}${unverified}`]),
      ...(probe.kind === "failed" ? [`${about}${probe.message}`] : []),
    ];
  });
}
