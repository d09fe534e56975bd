import { die, refuse } from "./errors.ts";
import type { FakeState, FakeStorage, FakeVolume } from "./state.ts";
import type { World } from "./world.ts";

export function storageNamed(state: FakeState, id: string): FakeStorage {
  return state.storages.get(id) ?? die(`storage '${id}' does not exist`);
}

/** A storage that the node may use now. */
export function usableStorage(state: FakeState, id: string, node: string): FakeStorage {
  const storage = storageNamed(state, id);
  if (storage.disabled) die(`storage '${id}' is disabled`);
  if (!isOnNode(storage, node)) die(`storage '${id}' is not available on node '${node}'`);
  if (storage.inactive.includes(node)) die(`storage '${id}' is not online`);
  if (storage.server?.reachable() === false) {
    const { port, server } = storage.options;
    die(
      `${id}: error fetching datastores - 500 Can't connect to ${server}:${port} (Connection refused)`,
    );
  }
  return storage;
}

export function isOnNode(storage: FakeStorage, node: string): boolean {
  return !storage.nodes || storage.nodes.includes(node);
}

export function storageOfVolume(volid: string): string {
  return volid.split(":")[0] ?? "";
}

export function volumesOn(state: FakeState, storage: string, node: string): FakeVolume[] {
  const server = state.storages.get(storage)?.server;
  if (server) return server.volumes();
  return state.volumes.filter((one) => one.storage === storage && (one.node ?? node) === node);
}

export function findVolume(state: FakeState, volid: string, node: string): FakeVolume | undefined {
  return volumesOn(state, storageOfVolume(volid), node).find((one) => one.volid === volid);
}

export function freeVolume(state: FakeState, volid: string, node: string): boolean {
  const found = findVolume(state, volid, node);
  const server = state.storages.get(storageOfVolume(volid))?.server;
  if (server) server.remove(volid);
  else if (found) state.volumes.splice(state.volumes.indexOf(found), 1);
  return found !== undefined;
}

export function usageOf(
  state: FakeState,
  storage: FakeStorage,
  node: string,
): { used: number; avail: number } {
  if (storage.server) return storage.server.usage();
  const held = volumesOn(state, storage.storage, node).reduce(
    (sum, one) => sum + (one.used ?? one.size),
    0,
  );
  const used = Math.round(Math.min(storage.total, storage.baseUsed + held));
  return { used, avail: storage.total - used };
}

export function isBlock(storage: FakeStorage): boolean {
  return storage.type === "lvmthin" || storage.type === "zfspool";
}

export interface Wanted {
  storage: string;
  node: string;
  vmid: number;
  size: number;
  content: "images" | "rootdir";
  format?: string | undefined;
  /** Fixed name such as `cloudinit` or `state-clean`; disks are numbered. */
  name?: string;
  base?: boolean;
  parent?: string | undefined;
  used?: number | undefined;
}

/** Refuses a storage that cannot hold what is to be put there, as a parameter error. */
export function supports(storage: FakeStorage, content: string): void {
  if (storage.content.includes(content)) return;
  const what = content === "rootdir"
    ? "container directories"
    : content === "images"
    ? "vm images"
    : `content '${content}'`;
  refuse({ storage: `storage '${storage.storage}' does not support ${what}` });
}

export function allocate(world: World, wanted: Wanted): FakeVolume {
  const { state } = world;
  const storage = usableStorage(state, wanted.storage, wanted.node);
  const block = isBlock(storage);
  const format = wanted.format ?? "raw";
  if (block && format !== "raw") die(`unsupported format '${format}'`);
  const taken = new Set(volumesOn(state, wanted.storage, wanted.node).map((one) => one.volid));
  const prefix = wanted.base ? "base" : "vm";
  const nameFor = (suffix: string) => {
    const stem = `${prefix}-${wanted.vmid}-${suffix}`;
    return `${wanted.storage}:` + (block ? stem : `${wanted.vmid}/${stem}.${format}`);
  };
  let number = 0;
  while (
    ["vm", "base"].some((one) =>
      taken.has(nameFor(`disk-${number}`).replace(`${prefix}-`, `${one}-`))
    )
  ) number++;
  const volume: FakeVolume = {
    volid: nameFor(wanted.name ?? `disk-${number}`),
    storage: wanted.storage,
    content: wanted.content,
    format,
    size: wanted.size,
    used: wanted.used ?? 0,
    ctime: world.seconds(),
    vmid: wanted.vmid,
  };
  if (!storage.shared) volume.node = wanted.node;
  if (wanted.parent) volume.parent = wanted.parent;
  state.volumes.push(volume);
  return volume;
}

/** Where a new volume lies on the node, for log lines. */
export function pathOf(storage: FakeStorage, volid: string): string {
  const name = volid.slice(storage.storage.length + 1);
  const { datastore, server, username } = storage.options;
  if (storage.server) {
    return `pbs://${username}@${server}:${datastore}/${name.slice("backup/".length)}`;
  }
  if (isBlock(storage)) return `/dev/pve/${name}`;
  return storage.type === "nfs"
    ? `/mnt/pve/${storage.storage}/images/${name}`
    : `/var/lib/vz/images/${name}`;
}
