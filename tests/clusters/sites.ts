import { Site, type SiteOptions } from "../site.ts";

/** Two clusters with the same guests and nodes; `dc2` has guests from 1000 on and the node pve4 besides. */
export function twoClusters(options: SiteOptions = {}): Promise<Site> {
  return Site.start({ clusters: { dc2: { pve: { guests: 12, nodes: 4 } } }, ...options });
}

/** What a cluster was asked that changes something. */
export function changesOf(site: Site, cluster: string): string[] {
  return (site.fakes[cluster]?.requests ?? []).filter(({ method }) => method !== "GET")
    .map(({ method, path }) => `${method} ${path}`);
}

/** The cluster that does not answer any more. */
export async function unplug(site: Site, cluster: string): Promise<void> {
  await site.fakes[cluster]?.unplug();
}
