/**
 * What of the list of guests a change may have made untrue: how guests stand, which any change may; all that
 * is known of one guest; or anything.
 */
export type Concerned = "states" | "all" | number;

/** What a call's changes may have made untrue of what was read. */
export interface Changed {
  readonly concerned: ReadonlySet<Concerned>;
  /** The guests that it was about. */
  readonly vmids: readonly number[];
}

const OF_GUEST = /^\/nodes\/[^/]+\/(?:qemu|lxc)\/(\d+)(?:\/(.*))?$/;

/** Changes of a guest that leave it its name, tags, pool and place. */
const IN_PLACE =
  /^(?:agent\/.+|firewall\/.+|move_(?:disk|volume)|resize|sendkey|snapshot|status\/\w+|unlink|\w+proxy)$/;

/** Changes that are about no guest's name, tags, pool or place either. */
const ELSEWHERE =
  /^\/(?:cluster\/(?:backup|firewall|replication)|nodes\/[^/]+\/(?:apt|firewall|services|storage|vzdump))(?:\/|$)/;

/** @param path of a request that changes something */
export function concernedBy(path: string): Concerned {
  const [, vmid, what = ""] = OF_GUEST.exec(path) ?? [];
  if (vmid === undefined) return ELSEWHERE.test(path) ? "states" : "all";
  return IN_PLACE.test(what) ? "states" : Number(vmid);
}
