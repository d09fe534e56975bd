import type { Tenant } from "../backups/whose.ts";
import type { Pve } from "../proxmox/pve.ts";

/** The clusters that a call may be about besides its own. */
export interface OtherClusters {
  /** All that the caller may know of, the call's own among them, in the order of the config. */
  readonly names: readonly string[];
  /** The one that the call names, or that has what it names. */
  readonly meant: string | undefined;
  /** Those that the call covers, each of which is asked by itself. */
  readonly asked: readonly string[];
  /** What tells whose backups are whose, of all clusters: also of those that the caller may not know of. */
  tenants(): Promise<readonly Tenant[]>;
  /**
   * One of them, for the same call: its deadline, what its token may touch, and in a dry run its plan.
   *
   * @throws AppError `not_found` naming those that there are
   */
  pve(name: string): Promise<Pve>;
}

/** The clusters among which backups are told apart, where there are several. */
export function neighboursOf(
  { clusters, isOneOfSeveral }: { clusters: OtherClusters; isOneOfSeveral: boolean },
): OtherClusters | undefined {
  return isOneOfSeveral ? clusters : undefined;
}
