import type { Pve } from "../proxmox/pve.ts";

/** The clusters that a call may be about besides its own. */
export interface OtherClusters {
  /**
   * One of them, for the same call: its deadline, what its token may touch, and in a dry run its plan.
   *
   * @throws AppError `not_found` naming those that there are
   */
  pve(name: string): Promise<Pve>;
}
