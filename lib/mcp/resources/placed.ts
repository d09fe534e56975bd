import type { Principal } from "../../auth/principal.ts";
import type { CallServices } from "../call_services.ts";
import { visibleTo } from "../clusters/argument.ts";
import { resourceAt } from "./address.ts";
import type { ResourceKind, Values } from "./kind.ts";

const SCHEME = "pve://";

/** What an address names, and in which of several clusters. */
export interface PlacedResource {
  readonly kind: ResourceKind;
  readonly values: Values;
  /** Undefined where there is one only, and for an address that names none of several. */
  readonly cluster: string | undefined;
  /** The address without the cluster. */
  readonly address: string;
}

/** The address, or the template of addresses, of what is in a cluster: `pve://dc2/nodes/pve1`. */
export function inCluster(cluster: string, address: string): string {
  return `${SCHEME}${cluster}/${address.slice(SCHEME.length)}`;
}

/** What an address names; a cluster that the caller may not know of is as good as none. */
export function resourceFor(
  { proxmox }: Pick<CallServices, "proxmox">,
  { limits }: Pick<Principal, "limits">,
  given: string,
): PlacedResource | undefined {
  const visible = visibleTo(proxmox.names, limits);
  const [, name = "", rest = ""] = /^pve:\/\/([^/]+)\/(.+)$/.exec(given) ?? [];
  const cluster = proxmox.several
    ? visible.find((each) => encodeURIComponent(each) === name)
    : undefined;
  const address = SCHEME + rest;
  const placed = cluster === undefined ? undefined : resourceAt(address);
  if (placed) return { ...placed, cluster, address };
  const found = resourceAt(given);
  const only = proxmox.several && visible.length === 1 ? visible[0] : undefined;
  return found && { ...found, cluster: only, address: given };
}
