import { flag, number } from "../api/values.ts";
import { guestLabel } from "../guest/directory.ts";
import { holdFreeVmid } from "../guest/placement.ts";
import { disksOf, properties } from "../guest/properties.ts";
import { Room } from "../migration/room.ts";
import type { Pve } from "../pve.ts";
import { GIB, gibText } from "../sizes.ts";
import { chooseStorage, type Storage } from "../storage/storage.ts";
import { type Archive, openArchive, type Wanted } from "./archive.ts";
import { TAG } from "./copy.ts";
import { hazardsIn } from "./hazards.ts";

export interface RehearsalWish extends Wanted {
  readonly storage?: string | undefined;
}

/** What is to be restored, and where to. */
export interface RehearsalPlan {
  readonly archive: Archive;
  readonly storage: string;
  readonly copyVmid: number;
}

const MIB = 1024 ** 2;
/** What must be left on the storage. */
const RESERVE_BYTES = 4 * GIB;

/**
 * Finds the backup, a place with room for its copy and a vmid, which it holds.
 *
 * @throws AppError `conflict` when it cannot be tried without harm
 */
export async function planRehearsal(pve: Pve, wish: RehearsalWish): Promise<RehearsalPlan> {
  const archive = await openArchive(pve, wish);
  const node = wish.node ?? archive.node;
  pve.check(
    "it is no template",
    !flag(archive.config.template),
    `${archive.volid} is a backup of a template, of which no copy starts`,
  );
  const hazards = hazardsIn(archive.config);
  pve.check(
    "a copy reaches nothing but its own",
    hazards.length === 0,
    `a copy is not safe to start: ${hazards.join("; ")}`,
  );
  await requireMemory(pve, node, archive);
  const storage = await chooseStorage(pve, node, {
    wanted: wish.storage,
    content: archive.type === "qemu" ? "images" : "rootdir",
    sizeGib: 0,
  });
  requireSpace(pve, storage, archive);
  const copyVmid = await holdFreeVmid(pve);
  await pve.assertNew({ vmid: copyVmid, node, pool: undefined, tags: [TAG] });
  pve.foresee(
    `${
      guestLabel({ type: archive.type, vmid: wish.vmid })
    } is restored as ${copyVmid} on node ${node}, storage ${storage.storage}; its network is cut off, it is started, asked and destroyed`,
  );
  return { archive, storage: storage.storage, copyVmid };
}

async function requireMemory(pve: Pve, node: string, { config }: Archive): Promise<void> {
  const rows = (await pve.resources()).filter((row) => row.type === "node" && row.node === node);
  const { "": bare, current } = properties(config.memory);
  const bytes = (number(bare ?? current) ?? 512) * MIB;
  const lacks = new Room(rows).lacks(node, bytes);
  pve.check(`node ${node} has memory for it`, lacks === undefined, lacks ?? "");
}

/** What a copy may fill: its disks, and no less than twice the backup, which is compressed. */
function requireSpace(pve: Pve, { availableBytes, storage }: Storage, archive: Archive): void {
  const disks = disksOf(archive.config).reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const needed = Math.max(archive.bytes * 2, disks + RESERVE_BYTES);
  const told = `${gibText(needed)} are needed`;
  pve.check(
    `storage ${storage} has room: ${told}`,
    availableBytes >= needed,
    `storage ${storage} has no room for the copy: ${told}, ${gibText(availableBytes)} free`,
  );
}
