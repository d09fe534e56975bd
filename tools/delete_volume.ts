import * as z from "zod";
import { aboutVolume } from "../lib/tool/about_volume.ts";
import { AppError } from "../lib/errors.ts";
import { gather } from "../lib/proxmox/fan_out.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";
import { flag } from "../lib/proxmox/api/values.ts";
import { listed } from "../lib/proxmox/clip.ts";
import { nameOf } from "../lib/proxmox/guest/about.ts";
import {
  type Guest,
  guestLabel,
  guestsIn,
  type GuestType,
} from "../lib/proxmox/guest/directory.ts";
import { readSnapshots } from "../lib/proxmox/guest/snapshots.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { deleteVolume, findVolumeById, type Volume } from "../lib/proxmox/storage/volumes.ts";
import { requireGuestsSeen } from "../lib/proxmox/unseen.ts";
import { nodeName, taskResult, volumeId, waiting } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_volume",
  title: "Delete volume",
  description: "Deletes an image, a template or a disk that no guest uses, for good.",
  scope: "admin",
  toolsets: ["storage"],
  hints: DESTROYS,
  subject: "cluster",
  privileges: [["/storage/{storage}", "Datastore.Allocate"]],
  conditionalPrivileges: [{
    privilege: ["/vms/{vmid}", "VM.Audit"],
    when: "for what guests can use",
    if: ({ volid }) => !/:(?:vztmpl|import)\//.test(volid),
  }],
  input: z.strictObject({
    volid: volumeId.describe("From get_storage_content"),
    node: nodeName.optional().describe("Needed where several nodes have one of that name"),
    ...waiting,
  }),
  output: z.object(taskResult),
  action: ({ volid }) => `delete volume ${volid}`,
  about: aboutVolume,
  run: async (input, { pve }) => {
    const volume = await findVolumeById(pve, input);
    pve.check(
      "is no backup",
      volume.content !== "backup",
      `${input.volid} is a backup; use delete_backup`,
    );
    await requireUnused(pve, volume);
    return deleteVolume(pve, volume, input);
  },
});

/** Requires that no guest uses the volume. Proxmox itself deletes what is in use. */
async function requireUnused(pve: Pve, volume: Volume): Promise<void> {
  const resources = await pve.resources();
  const guests = guestsIn(resources);
  const isNamed = NAMED_BY[volume.content ?? ""] !== undefined;
  if (isNamed || volume.vmid !== undefined) await requireGuestsSeen(pve, "whether it is in use");
  if (isNamed) {
    const at = resources.find((row) =>
      row.type === "storage" && row.storage === storageOf(volume) && row.node === volume.node
    );
    const near = guests.filter(({ node }) => flag(at?.shared) || node === volume.node);
    return await requireNotNamed(pve, volume, near);
  }
  const owner = guests.find(({ vmid }) => vmid === volume.vmid);
  if (owner) await requireNotAttached(pve, volume, owner);
}

/** Which guests can name a file that belongs to none of them, in their configurations. */
const NAMED_BY: Readonly<Record<string, readonly GuestType[]>> = {
  iso: ["qemu"],
  snippets: ["qemu", "lxc"],
};

/** Requires that none of these guests has the image in a drive, or names the file. */
async function requireNotNamed(
  pve: Pve,
  { volid, content = "" }: Volume,
  guests: readonly Guest[],
): Promise<void> {
  const able = guests.filter(({ type }) => NAMED_BY[content]?.includes(type));
  const uses = await gatherUses(able, {
    name: guestLabel,
    read: async (guest) =>
      keysNaming(await readConfig(pve, guest), volid).map((key) => `${key} of ${nameOf(guest)}`),
  });
  pve.check(
    "no guest uses it",
    uses.length === 0,
    `${volid} is in use: ${listed(uses)}; take it out there first`,
  );
}

/** Requires that a disk is not in its guest's configuration, nor in a snapshot's. */
async function requireNotAttached(pve: Pve, { volid }: Volume, guest: Guest): Promise<void> {
  const { snapshots } = await readSnapshots(pve, guest);
  const uses = await gatherUses([undefined, ...snapshots], {
    name: (snapshot) => snapshot ? `snapshot ${snapshot.name}` : "the configuration",
    read: async (snapshot) => {
      const params = snapshot ? { snapshot: snapshot.name } : {};
      const keys = keysNaming(await readConfig(pve, guest, params), volid);
      return keys.map((key) => snapshot ? `${key} of snapshot ${snapshot.name}` : key);
    },
  });
  pve.check(
    "no guest uses it",
    uses.length === 0,
    `${volid} is ${uses.join(", ")} of ${guestLabel(guest)}; remove it there first`,
  );
}

/** @throws AppError `unavailable` when some place cannot be read */
async function gatherUses<T>(
  places: readonly T[],
  how: { name: (place: T) => string; read: (place: T) => Promise<string[]> },
): Promise<string[]> {
  const { results, warnings } = await gather(places, how);
  if (warnings.length > 0) {
    const why = listed(warnings, { separator: "; " });
    throw new AppError("unavailable", `whether it is in use is unknown: ${why}`);
  }
  return results.flat();
}

function storageOf({ volid }: Volume): string {
  return volid.slice(0, volid.indexOf(":"));
}

/** The keys of a configuration that name this volume, unused ones included. */
function keysNaming(config: Readonly<Record<string, unknown>>, volid: string): string[] {
  return Object.entries(config).filter(([, value]) =>
    typeof value === "string" && (value === volid || value.startsWith(`${volid},`) ||
      value.split(",").some((part) => part.slice(part.indexOf("=") + 1) === volid))
  ).map(([key]) => key);
}
