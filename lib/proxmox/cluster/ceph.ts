import { isKind } from "../api/errors.ts";
import { garbled } from "../api/failures.ts";
import { isRecord, type Resource } from "../api/values.ts";
import { gather } from "../fan_out.ts";
import { offlineNodes } from "../inventory.ts";
import type { Pve } from "../pve.ts";
import { readDefinitions } from "../storage/definitions.ts";

type Status = Readonly<Record<string, unknown>>;

/**
 * Ceph's own status; undefined on a cluster without Ceph, which is an answer and no failure. The node that
 * answers knows nothing of Ceph when only others are part of it.
 *
 * @param options.thorough asks the others then even if no storage is of the cluster's own Ceph
 */
export async function readCeph(
  pve: Pve,
  { thorough = false } = {},
): Promise<Status | undefined> {
  const own = await statusIn("/cluster/ceph/status", pve.get("/cluster/ceph/status"));
  if (own !== undefined) return own;
  const resources = await pve.resources();
  if (!thorough && !await usesOwnCeph(pve, resources)) return undefined;
  const { results, warnings } = await gather(onlineNodes(resources), {
    name: (node) => `whether node ${node} has Ceph is unknown`,
    read: (node) => {
      const at = "/nodes/{node}/ceph/status";
      return statusIn(at, pve.get(at, { node }));
    },
  });
  const found = results.find((status) => status !== undefined);
  if (found === undefined) { for (const warning of warnings) pve.warn(warning); }
  return found;
}

function onlineNodes(resources: readonly Resource[]): string[] {
  const offline = offlineNodes(resources);
  return resources.filter(({ type }) => type === "node").map(({ id, node = id }) => node)
    .filter((node) => !offline.has(node));
}

async function statusIn(path: string, reading: Promise<Status>): Promise<Status | undefined> {
  try {
    const status = await reading;
    if (isRecord(status.health)) return status;
  } catch (error) {
    if (isKind(error, "not_installed")) return undefined;
    throw error;
  }
  throw garbled(`Proxmox's answer to ${path} tells no health`);
}

/** A storage of another Ceph names its monitors (`monhost`), and then no node need be part of any. */
async function usesOwnCeph(pve: Pve, resources: readonly Resource[]): Promise<boolean> {
  if (!resources.some(({ plugintype }) => isCeph(plugintype))) return false;
  const definitions = await readDefinitions(pve);
  return definitions.some(({ monhost, type }) => isCeph(type) && monhost === undefined);
}

function isCeph(type: unknown): boolean {
  return type === "rbd" || type === "cephfs";
}
