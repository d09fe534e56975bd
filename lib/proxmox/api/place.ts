import type { ApiPath } from "../../upstream/path.ts";

/** What a request is about, as far as its way to Proxmox depends on it. */
export interface Place {
  /** Absent for what belongs to the cluster. */
  readonly node: string | undefined;
  /** The vmid of the guest whose agent is asked; absent for all that needs no agent. */
  readonly agent: string | undefined;
}

/** Reads from a path which node and which guest's agent have to answer. */
export function placeOf(path: ApiPath): Place {
  const [, root, node, , vmid, agent] = String(path).split("/");
  if (root !== "nodes" || node === undefined) return { node: undefined, agent: undefined };
  return { node: decodeURIComponent(node), agent: agent === "agent" ? vmid : undefined };
}

/** As messages name it: `node pve1`, `the guest agent of VM 101`, `the cluster`. */
export function placeLabel({ node, agent }: Place): string {
  if (agent !== undefined) return `the guest agent of VM ${agent}`;
  return node === undefined ? "the cluster" : `node ${node}`;
}
