import { AppError } from "../../errors.ts";
import { gather } from "../fan_out.ts";
import { guestLabel } from "../guest/directory.ts";
import { keysNaming } from "../guest/properties.ts";
import type { Pve } from "../pve.ts";
import { settle } from "../guest/settle.ts";
import { readSnapshots } from "../guest/snapshots.ts";
import type { TaskState } from "../tasks.ts";
import type { Volume } from "./volumes.ts";
import { readConfig } from "../guest/config.ts";

/** Deletes a volume that is known to be there: Proxmox accepts the deletion of missing ones too. */
export async function deleteVolume(
  pve: Pve,
  volume: Volume,
  options: { wait?: boolean | undefined; timeout_seconds?: number | undefined },
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

/**
 * Requires that no guest uses the volume, in its configuration or in a snapshot's. Proxmox itself
 * deletes disks that are in use.
 */
export async function requireUnused(pve: Pve, { volid, vmid }: Volume): Promise<void> {
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
