import { Site, type SiteOptions } from "../site.ts";

/** A site whose waits take no time of the test's, though the cluster's clock goes on with them. */
export function startPatient(pve: SiteOptions["pve"] = {}): Promise<Site> {
  let passed = 0;
  const now = () => Date.now() + passed;
  return Site.start({
    pve: { now, ...pve },
    now: () => new Date(now()),
    sleep: (ms) => {
      passed += ms;
      return Promise.resolve();
    },
  });
}
