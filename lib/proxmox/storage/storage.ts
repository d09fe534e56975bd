import { AppError } from "../../errors.ts";
import { meantText, nearest } from "../../nearest.ts";
import { quote } from "../clip.ts";
import { gather } from "../fan_out.ts";
import { isAscii } from "../guest/agent_bytes.ts";
import type { Pve } from "../pve.ts";
import { GIB } from "../sizes.ts";
import { flag, number, text } from "../api/values.ts";

/** A storage as one node offers it. Sizes are bytes. */
export interface Storage {
  readonly storage: string;
  readonly type: string;
  readonly content: readonly string[];
  readonly availableBytes: number;
  readonly shared: boolean;
}

/** What a new disk needs of its storage. */
interface Need {
  readonly wanted: string | undefined;
  readonly content: string;
  readonly sizeGib: number;
}

const FILE_TYPES = new Set(["dir", "nfs", "cifs", "glusterfs", "cephfs"]);

/** The value that makes Proxmox allocate a new disk for a VM: storages of files also take a format. */
export function newDisk(
  { storage, type }: Storage,
  sizeGib: number,
  format = FILE_TYPES.has(type) ? "qcow2" : undefined,
): string {
  return `${storage}:${sizeGib}${format === undefined ? "" : `,format=${format}`}`;
}

/** The node's active storages that take this kind of content, and the names of those that are not active. */
async function storagesFor(
  pve: Pve,
  node: string,
  content: string,
): Promise<{ active: Storage[]; inactive: string[] }> {
  const rows = await pve.list("/nodes/{node}/storage", { node }, {
    content,
    enabled: true,
  });
  const fitting = rows.filter((row) => (text(row.content) ?? "").split(",").includes(content));
  const inactive = fitting.filter((row) => !flag(row.active)).map((row) => String(row.storage));
  const active = fitting.filter((row) => flag(row.active)).map((row) => ({
    storage: String(row.storage),
    type: text(row.type) ?? "",
    content: (text(row.content) ?? "").split(","),
    availableBytes: number(row.avail) ?? 0,
    shared: flag(row.shared),
  }));
  return { active, inactive };
}

/**
 * Chooses where a new disk goes: the storage asked for, else the one with the most free space.
 *
 * @throws AppError `not_found` or `conflict`, naming the storages that would do
 */
export async function chooseStorage(
  pve: Pve,
  node: string,
  need: Need,
): Promise<Storage> {
  const { chosen } = await choose(pve, node, need);
  return chosen;
}

/** The Python server's choices, before any other. */
const FIRST_CHOICES = ["local-lvm", "vm-storage"];

/**
 * Chooses as the Python server did: the storage asked for, else one of the usual names, else the local one
 * with the most free space, else a shared one. Tells why it is none that was asked for.
 *
 * @throws AppError as `chooseStorage` does
 */
export async function chooseUsualStorage(
  pve: Pve,
  node: string,
  need: Need,
): Promise<{ readonly chosen: Storage; readonly why: string | undefined }> {
  const { chosen, fitting } = await choose(pve, node, need);
  if (need.wanted !== undefined) return { chosen, why: undefined };
  const told = (storage: Storage, why: string) => ({
    chosen: storage,
    why: `storage ${storage.storage} was chosen: ${why}`,
  });
  for (const name of FIRST_CHOICES) {
    const usual = fitting.find(({ storage }) => storage === name);
    if (usual) return told(usual, `${FIRST_CHOICES.join(" and ")} come first`);
  }
  const local = fitting.find(({ shared }) => !shared);
  if (local) return told(local, "the local one with the most free space");
  return told(chosen, "no local one has room; of the shared ones it has the most free space");
}

/** The storage that was asked for, else the roomiest; and all that have room, the roomiest first. */
async function choose(
  pve: Pve,
  node: string,
  { wanted, content, sizeGib }: Need,
): Promise<{ readonly chosen: Storage; readonly fitting: readonly Storage[] }> {
  const { active: storages } = await storagesFor(pve, node, content);
  const names = storages.map((storage) => storage.storage).join(", ") || "none";
  if (wanted !== undefined) {
    const found = storages.find((storage) => storage.storage === wanted);
    if (found) return { chosen: found, fitting: [found] };
    throw new AppError(
      "not_found",
      `node ${node} has no active storage ${wanted} for ${content}; it has: ${names}`,
    );
  }
  const fitting = storages.toSorted((a, b) => b.availableBytes - a.availableBytes)
    .filter(({ availableBytes }) => availableBytes >= sizeGib * GIB);
  const [roomiest] = fitting;
  if (roomiest) return { chosen: roomiest, fitting };
  throw new AppError(
    "conflict",
    `no storage of node ${node} has ${sizeGib} GiB free for ${content}; it has: ${names}`,
  );
}

/** The images of one content type that a node can use. */
export interface Images {
  readonly volids: readonly string[];
  /** What could not be read. */
  readonly warnings: readonly string[];
}

/**
 * Reads which images of a content type a node can use.
 *
 * @throws AppError when none of the storages can be read
 */
export async function readImages(
  pve: Pve,
  node: string,
  { storage, content }: { storage?: string | undefined; content: string },
): Promise<Images> {
  const { active, inactive } = storage === undefined
    ? await storagesFor(pve, node, content)
    : { active: [{ storage }], inactive: [] };
  const storages = active.map((candidate) => candidate.storage);
  const away = inactive.map((id) => `storage ${id} is not active on node ${node}`);
  const { results, warnings, errors: [error] } = await gather(storages, {
    name: (id) => `storage ${id} could not be read`,
    read: (id) =>
      pve.list("/nodes/{node}/storage/{storage}/content", { node, storage: id }, { content }),
  });
  if (error !== undefined && results.length === 0) throw error;
  const volids = results.flat().map((row) => String(row.volid));
  return { volids, warnings: [...away, ...warnings] };
}

/**
 * Finds an image of this content type on a node, by its file's name, the beginning of only one file's
 * name, or its volume id.
 *
 * @throws AppError `not_found` naming the images that are there; `unavailable` when a storage that
 * may hold it cannot be read
 */
export async function findVolume(
  pve: Pve,
  node: string,
  { name, storage, content }: { name: string; storage?: string | undefined; content: string },
): Promise<string> {
  const wanted = fileOf(name);
  const given = storage ?? name.match(/^([^:/]+):/)?.[1];
  const { volids, warnings } = await readImages(pve, node, { storage: given, content });
  const found = volids.find((volid) => volid.endsWith(`/${wanted}`));
  if (found) return configurable(found);
  const [begun, ...others] = volids.filter((volid) =>
    fileOf(volid).toLowerCase().startsWith(wanted.toLowerCase())
  );
  if (begun !== undefined && others.length === 0) return configurable(begun);
  const kind = content === "iso" ? "ISO" : content;
  const meant = meantText(nearest(wanted, volids.map(fileOf)));
  const none = others.length > 0
    ? `more than one ${kind} image on node ${node} begins with ${wanted}`
    : `no ${kind} image ${wanted} on node ${node}`;
  const reason = `${none}; it has: ${imageList(volids)}${meant}`;
  if (warnings.length === 0) throw new AppError("not_found", reason);
  throw new AppError("unavailable", `${reason}; ${warnings.join("; ")}`);
}

/** Proxmox looks for a volume by its letters, and reads them back from a configuration as bytes: it is not found there. */
function configurable(volid: string): string {
  if (isAscii(volid)) return volid;
  const state = `Proxmox does not find a file again whose name is not ASCII: ${quote(volid)}`;
  throw new AppError("conflict", `${state}; rename it on its storage first`);
}

/** The file's name in a volume id or in the place that an image is taken from. */
export function fileOf(volid: string): string {
  return volid.slice(volid.lastIndexOf("/") + 1);
}

const NAMED = 20;

/** Images for a message. */
export function imageList(volids: readonly string[]): string {
  return volids.slice(0, NAMED).join(", ") || "none";
}

/**
 * Finds a disk image that VMs can be made of, by its file's name or its volume id. Proxmox imports from
 * the content type `import` and from guests' disks, which are not asked for here; not from ISO images.
 *
 * @throws AppError as `findVolume` does, with how to get one
 */
export async function findImage(pve: Pve, node: string, name: string | undefined): Promise<string> {
  if (name === undefined) {
    const there = imageList((await readImages(pve, node, { content: "import" })).volids);
    const state = `image: none is given; node ${node} has: ${there}`;
    throw new AppError("invalid", `${state}; ${pve.advice.images}`);
  }
  const image = await findVolume(pve, node, { name, content: "import" }).catch((error) => {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    throw error.withMessage(`${error.message}; ${pve.advice.images}`);
  });
  if (!/\.(?:ova|ovf)$/i.test(image)) return image;
  const state = `${image} is an appliance, which may hold several disks, and no image of one`;
  throw new AppError("invalid", `${state}: the web interface imports it`);
}
