import { AppError } from "../../errors.ts";
import { clip } from "../clip.ts";
import { gather } from "../fan_out.ts";
import { settle } from "../guest/settle.ts";
import { guestsIn } from "../guest/directory.ts";
import { whyEmpty } from "../known.ts";
import type { Reader } from "../kept_reader.ts";
import type { Pve } from "../pve.ts";
import type { TaskState } from "../tasks.ts";
import { unseenStorages } from "../unseen.ts";
import { findHidden } from "./hidden.ts";
import { type Place, placesOf, type VolumeFilter } from "./places.ts";
import { type Backup, listedWith, type ToldOf } from "./told.ts";
import { compact, flag, number, text, time } from "../api/values.ts";
import type { Patience } from "../following.ts";

/** One volume of a storage; of a backup also what it is a backup of. What is not known is left out. */
export type Volume = ReturnType<typeof describeVolume>;

export interface VolumeList {
  readonly volumes: Backup[];
  /** What could not be read or cannot be seen. */
  readonly warnings: string[];
  /** Why there is nothing, where nothing fits. */
  readonly empty: string[];
  /** True when a storage could not be read. */
  readonly partial: boolean;
  /** Whether volumes of this guest may be missing for want of a privilege, or may be another's. */
  readonly hides: (vmid: number) => boolean;
}

/**
 * Reads the volumes of all storages that fit; what cannot be read is told in the warnings.
 *
 * @param options.reader what reads the storages' lists
 * @param options.told what backup servers tell of storages that are theirs
 * @throws AppError when nothing could be read: that is not the same as nothing being there
 */
export async function readVolumes(
  pve: Pve,
  filter: VolumeFilter,
  { reader = pve, told = new Map() }: { reader?: Reader; told?: ToldOf } = {},
): Promise<VolumeList> {
  const resources = await pve.resources();
  const seen = new Set(guestsIn(resources).map((guest) => guest.vmid));
  const notes: string[] = [];
  const { places, warnings } = placesOf(resources, filter, pve.advice);
  const { content, vmid } = filter;
  const { results, warnings: unread, errors } = await gather(places, {
    name: ({ storage, node }) => `storage ${storage} on node ${node} could not be read`,
    read: async (place): Promise<Backup[]> => {
      const list = async () => {
        const rows = await reader.list("/nodes/{node}/storage/{storage}/content", place, {
          content,
          vmid,
        });
        return rows.map((row) => describeVolume(row, place));
      };
      const more = told.get(place.storage);
      if (more === undefined) return await list();
      const sees = (id: number) => seen.has(id) && (vmid === undefined || id === vmid);
      return await listedWith(more, place, { list, sees, failed: (why) => notes.push(why) });
    },
  });
  const names = [...new Set(places.map((place) => place.storage))].sort();
  const among = `what is on ${names.join(", ") || "no storage"}`;
  const missing = [...warnings, ...unread];
  if (results.length === 0) {
    const denied = errors.length > 0 && errors.every((error) => error.code === "forbidden");
    if (missing.length > 0) {
      throw new AppError(denied ? "forbidden" : "unavailable", missing.join("; "));
    }
    missing.push(`no storage${content === undefined ? "" : ` for ${content}`} can be seen`);
  }
  if (filter.storage === undefined) missing.push(...await unseenStorages(pve));
  const listed = results.flat();
  // Where the server itself has told all, Proxmox VE hides nothing.
  const unsure = places.filter(({ storage }) => told.get(storage)?.complete !== true);
  const hidden = await findHidden(pve, { resources, places: unsure, filter, volumes: listed });
  const includes = await pve.includes();
  const volumes = listed.filter((volume) =>
    // Where a guest that is gone was is not known.
    volume.vmid === undefined ? isShared(pve, volume) : includes(volume.vmid, "")
  );
  return {
    volumes,
    warnings: [...missing, ...notes, ...hidden.warnings],
    empty: missing.length + hidden.warnings.length > 0
      ? []
      : whyEmpty(volumes, { filters: { content, vmid }, among }),
    partial: missing.length > 0,
    hides: (vmid) =>
      hidden.of(vmid) || places.some(({ storage }) => told.get(storage)?.unsure(vmid)),
  };
}

/**
 * Finds one volume by its id.
 *
 * @throws AppError `not_found`; `unavailable` when a storage that may hold it cannot be read, `forbidden`
 * when it may be there and not be seen
 */
export async function findVolumeById(
  pve: Pve,
  { volid, node }: { volid: string; node?: string | undefined },
): Promise<Volume> {
  const storage = volid.slice(0, volid.indexOf(":"));
  const filter = { storage, node, sought: kindOf(volid) };
  const { volumes, warnings, partial } = await readVolumes(pve, filter);
  const found = volumes.filter((volume) => volume.volid === volid);
  const [volume, ...others] = found;
  const on = node === undefined ? "" : ` on node ${node}`;
  if (volume === undefined) {
    if (warnings.length > 0) {
      throw new AppError(partial ? "unavailable" : "forbidden", warnings.join("; "));
    }
    throw new AppError("not_found", `there is no volume ${volid}${on}; ${pve.advice.volumes}`);
  }
  if (others.length === 0) return volume;
  const nodes = found.map((each) => each.node).join(" and ");
  throw new AppError("conflict", `${volid} is on ${nodes}, each its own; give the node`);
}

/** The kind that a volume's id tells of; disks have no folder of their own. */
function kindOf(volid: string): string {
  return /^[^:]+:(backup|import|iso|snippets|vztmpl)\//.exec(volid)?.[1] ?? "images";
}

/** Deletes a volume that is known to be there: Proxmox accepts the deletion of missing ones too. */
export async function deleteVolume(
  pve: Pve,
  volume: Volume,
  options: Patience,
): Promise<Partial<TaskState>> {
  const { volid, node } = volume;
  pve.check(
    "is not protected",
    volume.protected !== true,
    `${volid} is protected; remove the protection first`,
  );
  const storage = volid.slice(0, volid.indexOf(":"));
  const upid = await pve.delete(
    "/nodes/{node}/storage/{storage}/content/{volume}",
    { node, storage, volume: volid },
  );
  return settle(pve, upid, options);
}

function describeVolume(row: Record<string, unknown>, { node }: Place) {
  const verification = row.verification as { state?: unknown } | null | undefined;
  return compact({
    volid: String(row.volid),
    node,
    content: text(row.content),
    format: text(row.format),
    size_bytes: number(row.size),
    used_bytes: number(row.used),
    vmid: number(row.vmid),
    time: time(row.ctime),
    protected: flag(row.protected) || undefined,
    encrypted: text(row.encrypted) === undefined ? undefined : true,
    /** `ok` or `failed`. */
    verified: text(verification?.state),
    notes: notesOf(row),
    parent: text(row.parent),
  });
}

function notesOf(row: Record<string, unknown>): string | undefined {
  const notes = text(row.notes);
  return notes === undefined ? undefined : clip(notes);
}

const SHARED = ["import", "iso", "snippets", "vztmpl"];

/** True for what is no single guest's; a disk or a backup without a vmid may be any guest's. */
function isShared(pve: Pve, { content = "", node }: Volume): boolean {
  return SHARED.includes(content) || pve.reach.node(node);
}
