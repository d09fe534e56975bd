import type { ClusterConfig, Config } from "../config/config.ts";
import { nearest } from "../nearest.ts";
import { UsageError } from "./context.ts";

/**
 * The cluster that an option names; the only one where it names none.
 *
 * @param options.action what cannot be done otherwise
 */
export function clusterNamed(
  { clusters }: Config,
  { cluster, action }: { cluster: string | undefined; action: string },
): ClusterConfig {
  const [only, ...others] = clusters;
  if (cluster === undefined && others.length === 0) return only;
  const found = clusters.find(({ name }) => name === cluster);
  if (found !== undefined) return found;
  const names = clusters.map(({ name }) => name);
  if (cluster === undefined) {
    const choice = names.join(", ");
    throw new UsageError(
      `Cannot ${action}: there are several clusters: give --cluster, one of ${choice}`,
    );
  }
  const near = nearest(cluster, names);
  const meant = near === null ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
  throw new UsageError(`Cannot ${action}: the config names no cluster ${cluster}: ${meant}`);
}
