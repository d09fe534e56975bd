import { AppError } from "../../errors.ts";
import { gather } from "../fan_out.ts";
import { nodeNames, offlineNodes } from "../inventory.ts";
import { assertKnown } from "../known.ts";
import type { Pve } from "../pve.ts";

/** What was read, and what could not be read and why. */
export interface Gathered<R> {
  readonly results: R[];
  readonly warnings: string[];
}

/**
 * Reads something of one node, or of every online node that the token may see. Offline nodes and
 * failures become warnings.
 *
 * @throws AppError when no node could be read: that is not the same as nothing being there
 */
export async function eachNode<R>(
  pve: Pve,
  wanted: string | undefined,
  read: (node: string) => Promise<R>,
): Promise<Gathered<R>> {
  if (wanted !== undefined) return { results: [await read(pve.node(wanted))], warnings: [] };
  const resources = await pve.resources();
  const offline = offlineNodes(resources);
  const nodes = nodeNames(resources);
  const online = nodes.filter((node) => !offline.has(node)).sort();
  if (nodes.length === 0) {
    throw new AppError("forbidden", "the Proxmox API token sees no node; it lacks Sys.Audit");
  }
  let first: unknown;
  const { results, warnings } = await gather(online, {
    name: (node) => `node ${node}`,
    read: (node) =>
      read(node).catch((error) => {
        first ??= error;
        throw error;
      }),
  });
  if (results.length === 0 && first !== undefined) throw first;
  const away = nodes.filter((node) => offline.has(node))
    .map((node) => `node ${node} is offline and was not read`);
  return { results, warnings: [...away, ...warnings] };
}

/**
 * A node of the cluster as `/nodes` tells it, to whoever asks.
 *
 * @throws AppError `forbidden` for one that the token may not know of, `not_found` naming those that there are
 */
export async function requireNode(pve: Pve, name: string): Promise<{ readonly status?: unknown }> {
  pve.node(name);
  const rows = await pve.list("/nodes");
  const seen = rows.map(({ node }) => String(node)).filter((node) => pve.reach.sees(node));
  assertKnown(name, { what: "node", known: seen });
  return rows.find(({ node }) => node === name) ?? {};
}

/** The part of an output that warns, absent when there is nothing to warn of. */
export function warned(warnings: readonly string[]): { warnings?: string[] } {
  return warnings.length === 0 ? {} : { warnings: [...warnings] };
}
