import * as z from "zod";
import { aboutVolume } from "../lib/tool/about_volume.ts";
import { AppError } from "../lib/errors.ts";
import { gather } from "../lib/proxmox/fan_out.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";
import { guestLabel } from "../lib/proxmox/guest/directory.ts";
import { readSnapshots } from "../lib/proxmox/guest/snapshots.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { deleteVolume, findVolumeById, type Volume } from "../lib/proxmox/storage/volumes.ts";
import { nodeName, taskResult, volumeId, waiting } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_volume",
  title: "Delete volume",
  description: "Deletes an image, a template or a disk that no guest uses, for good.",
  scope: "admin",
  hints: DESTROYS,
  subject: "cluster",
  privileges: [["/storage/{storage}", "Datastore.Allocate"]],
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

/**
 * Requires that no guest uses the volume, in its configuration or in a snapshot's. Proxmox itself
 * deletes disks that are in use.
 */
async function requireUnused(pve: Pve, { volid, vmid }: Volume): Promise<void> {
  const guests = await pve.resources();
  const owner = guests.find((row) =>
    (row.type === "qemu" || row.type === "lxc") && Number(row.vmid) === vmid
  );
  if (vmid === undefined || owner === undefined) return;
  const guest = await pve.find({ vmid });
  const { snapshots } = await readSnapshots(pve, guest);
  const { results, warnings } = await gather([undefined, ...snapshots], {
    name: (snapshot) => snapshot ? `snapshot ${snapshot.name}` : "the configuration",
    read: async (snapshot) => {
      const params = snapshot ? { snapshot: snapshot.name } : {};
      const keys = keysNaming(await readConfig(pve, guest, params), volid);
      return keys.map((key) => snapshot ? `${key} of snapshot ${snapshot.name}` : key);
    },
  });
  if (warnings.length > 0) {
    throw new AppError("unavailable", `whether it is in use is unknown: ${warnings.join("; ")}`);
  }
  const uses = results.flat();
  pve.check(
    "no guest uses it",
    uses.length === 0,
    `${volid} is ${uses.join(", ")} of ${guestLabel(guest)}; remove it there first`,
  );
}

/** The keys of a configuration that name this volume, unused ones included. */
function keysNaming(config: Readonly<Record<string, unknown>>, volid: string): string[] {
  return Object.entries(config).filter(([, value]) =>
    typeof value === "string" && (value === volid || value.startsWith(`${volid},`) ||
      value.split(",").some((part) => part.slice(part.indexOf("=") + 1) === volid))
  ).map(([key]) => key);
}
