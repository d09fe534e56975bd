import { AppError } from "../../errors.ts";
import { type Resource, text } from "../api/values.ts";
import { readCertificates } from "../cluster/certificates.ts";
import type { Guest } from "../guest/directory.ts";
import { holdFreeVmid, isTaken, nextVmid } from "../guest/placement.ts";
import { instead } from "../known.ts";
import type { Pve } from "../pve.ts";
import type { Departure } from "./departure.ts";
import { idMap } from "./id_map.ts";
import { type Bridge, requireBridges } from "./landing_bridge.ts";
import { requireStorages } from "./landing_storage.ts";
import { Room } from "./room.ts";

/** Where a guest is to go, in the words of the caller. */
export interface Wish {
  readonly cluster: string;
  readonly node?: string | undefined;
  /** How the source's nodes reach that node. */
  readonly host?: string | undefined;
  readonly vmid?: number | undefined;
  /** One for all, or pairs. */
  readonly storage: string;
  /** The same; those of the same names when not given. */
  readonly bridge?: string | undefined;
}

/** Where a guest comes in. */
export interface Destination {
  readonly node: string;
  /** How the source's nodes reach the node. */
  readonly host: string;
  readonly fingerprint: string;
  readonly vmid: number;
  /** As `remote_migrate` takes them. */
  readonly storageMap: string;
  readonly bridgeMap: string;
  readonly storages: readonly string[];
  readonly bridges: readonly Bridge[];
}

/** Where Proxmox's own certificate stands, and where one that was put in its place. */
const SERVED = ["pveproxy-ssl.pem", "pve-ssl.pem"] as const;

/**
 * Requires that the cluster can take the guest in, and chooses there what the caller has not.
 *
 * @param pve of that cluster; what it holds is the vmid
 */
export async function requireDestination(
  pve: Pve,
  { departure, guest, source, wish }: {
    departure: Departure;
    guest: Guest;
    source: Pve;
    wish: Wish;
  },
): Promise<Destination> {
  const { cluster } = wish;
  const storage = idMap(wish.storage, { what: "storage" });
  const bridge = idMap(wish.bridge, { what: "bridge" });
  const rows = await pve.resources();
  await requireVersion(pve, { cluster, source });
  const node = chooseNode(pve, { rows, wish });
  const lacks = new Room(nodesOf(rows)).lacks(node, departure.memoryBytes);
  pve.check(`node ${node} of cluster ${cluster} has the memory`, lacks === undefined, lacks ?? "");
  const vmid = await takeVmid(pve, { guest, wish });
  await pve.assertNew({ vmid, node, pool: undefined, tags: departure.tags });
  const volumes = departure.volumes.map(({ bytes, storage: from }) => ({
    bytes,
    to: storage.of(from),
  }));
  const storages = await requireStorages(pve, { cluster, node, type: guest.type, volumes });
  const bridges = await requireBridges(pve, {
    bridges: departure.bridges.map((name) => bridge.of(name)),
    cluster,
    node,
    tagged: departure.tagged.map((name) => bridge.of(name)),
  });
  return {
    node,
    vmid,
    ...await addressOf(pve, { node, host: wish.host }),
    storageMap: storage.text(departure.volumes.map((volume) => volume.storage)),
    bridgeMap: bridge.text(departure.bridges),
    storages,
    bridges,
  };
}

/** Proxmox promises that guests can go to its own or a newer version. */
async function requireVersion(
  pve: Pve,
  { cluster, source }: { cluster: string; source: Pve },
): Promise<void> {
  const [here, there] = await Promise.all(
    [source, pve].map(async (each) => text((await each.get("/version")).version) ?? ""),
  );
  pve.check(
    `cluster ${cluster} is not older`,
    newness(there) >= newness(here),
    `cluster ${cluster} has Proxmox VE ${there}, which is older than ${here}: update it first`,
  );
}

/** 9002 of `9.2.11`. */
function newness(version = ""): number {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major * 1_000 + minor;
}

/** The node that is wished, else the online one with most memory free. */
function chooseNode(pve: Pve, { rows, wish }: { rows: readonly Resource[]; wish: Wish }): string {
  const { cluster } = wish;
  const nodes = nodesOf(rows);
  const online = nodes.filter(({ status }) => status === "online");
  if (wish.node === undefined) {
    const [best] = new Room(online).nodes;
    if (best !== undefined) return best;
    throw new AppError("unavailable", `no node of cluster ${cluster} is online within reach`);
  }
  const node = pve.node(wish.node);
  const row = nodes.find((row) => row.node === node);
  if (row === undefined) {
    const names = nodes.map((row) => row.node ?? "").sort();
    const state = `there is no node ${node} in cluster ${cluster}`;
    throw new AppError("not_found", `${state}${instead(node, names)}`);
  }
  const isOnline = row.status === "online";
  const state = `node ${node} of cluster ${cluster}`;
  pve.check(`${state} is online`, isOnline, `${state} is ${row.status}`);
  return node;
}

function nodesOf(rows: readonly Resource[]): Resource[] {
  return rows.filter(({ type }) => type === "node");
}

/** The vmid that is wished, else the guest's own where it is free there, else another one. */
async function takeVmid(pve: Pve, { guest, wish }: { guest: Guest; wish: Wish }): Promise<number> {
  const { cluster, vmid = guest.vmid } = wish;
  const isOurs = pve.dryRun || await pve.tryHold(vmid);
  const isFree = isOurs && !await isTaken(pve, vmid);
  if (isFree || wish.vmid !== undefined) {
    const state = isOurs ? "is taken" : "is being changed by another call";
    pve.check(
      `the vmid ${vmid} is free in cluster ${cluster}`,
      isFree,
      `the vmid ${vmid} ${state} in cluster ${cluster}; give another one`,
    );
    return vmid;
  }
  if (isOurs && !pve.dryRun) pve.letGo(vmid);
  return pve.dryRun ? await nextVmid(pve) : await holdFreeVmid(pve);
}

/** How the node is reached, and by what it is known there. */
async function addressOf(
  pve: Pve,
  { node, host }: { node: string; host: string | undefined },
): Promise<{ host: string; fingerprint: string }> {
  const [rows, certificates] = await Promise.all([
    pve.list("/cluster/status"),
    readCertificates(pve, node),
  ]);
  const row = rows.find(({ name, type }) => type === "node" && name === node);
  const address = host ?? text(row?.ip);
  const [fingerprint] = SERVED.flatMap((file) =>
    certificates.find((each) => each.file === file)?.fingerprint ?? []
  );
  if (address === undefined || fingerprint === undefined) {
    const what = address === undefined ? "address" : "certificate";
    throw new AppError("unavailable", `Proxmox does not tell the ${what} of node ${node}`);
  }
  return { host: address, fingerprint };
}
