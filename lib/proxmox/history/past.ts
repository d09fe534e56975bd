import { guestsIn } from "../guest/directory.ts";
import { holds } from "../privileges.ts";
import type { Pve } from "../pve.ts";

/** Of whose past a call may be told. */
export interface Past {
  /** @param node where the guest was */
  readonly guest: (vmid: number, node: string) => boolean;
  readonly node: (name: string) => boolean;
  /** Of what is no single guest's or node's. */
  readonly cluster: boolean;
}

const AUDITS = ["Sys.Audit"];

/**
 * The past within the token's limits. The looks see what the server's own Proxmox token sees: whoever asks
 * with another is told of the guests that it sees now, and of the rest where it may audit that.
 */
export async function pastWithin(pve: Pve): Promise<Past> {
  const { reach } = pve;
  if (!pve.isPersonal && reach.everything) {
    return { guest: () => true, node: () => true, cluster: true };
  }
  const includes = await pve.includes();
  if (!pve.isPersonal) return { guest: includes, node: reach.node, cluster: false };
  const seen = new Set(guestsIn(await pve.resources({ fresh: false })).map(({ vmid }) => vmid));
  const grants = await pve.grants() ?? {};
  return {
    guest: (vmid, node) => seen.has(vmid) && includes(vmid, node),
    node: (name) => reach.node(name) && holds(grants, `/nodes/${name}`, AUDITS),
    cluster: reach.everything && holds(grants, "/", AUDITS),
  };
}
