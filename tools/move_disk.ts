import * as z from "zod";
import { diskKey, guestInput, guestTaskResult, storageId, waiting } from "../lib/tool/fields.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { sendUnlessChanged } from "../lib/proxmox/guest/configure.ts";
import type { ParamsOf } from "../lib/proxmox/api/types.ts";
import { requireDisk } from "../lib/proxmox/guest/disks.ts";
import { snapshotsWith } from "../lib/proxmox/guest/snapshots_with.ts";
import { chooseStorage } from "../lib/proxmox/storage/storage.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { GIB } from "../lib/proxmox/sizes.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "move_disk",
  title: "Move disk",
  description:
    "Copies a disk of a VM or a volume of a stopped container to another storage and uses the copy.",
  scope: "admin",
  toolsets: ["guests"],
  hints: CHANGES,
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Config.Disk"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
  ],
  input: z.strictObject({
    ...guestInput,
    disk: diskKey.describe("scsi0, rootfs, ..."),
    storage: storageId.describe("Where to"),
    format: z.enum(["raw", "qcow2", "vmdk"]).optional().describe("VMs only"),
    delete_source: z.boolean().default(false).describe("Default: kept as unused disk"),
    ...waiting,
  }),
  output: z.object({ ...guestTaskResult, undo: z.string().optional() }),
  action: ({ vmid, disk, storage }) => `move disk ${disk} of guest ${vmid} to ${storage}`,
  run: async ({ disk: key, storage, ...input }, { pve }) => {
    const guest = await pve.claim(input);
    const { node, type, vmid } = guest;
    const isVm = type === "qemu";
    await requireState(pve, guest, isVm ? {} : { from: ["stopped"] });
    const { config, disk } = await requireDisk(pve, guest, key);
    const from = disk.volid.slice(0, disk.volid.indexOf(":"));
    if (from === storage && input.format === undefined) {
      return pve.unchanged(`${key} is on ${storage} already`);
    }
    const content = isVm ? "images" : "rootdir";
    await requireRoom(pve, node, { storage, content, bytes: disk.bytes ?? 0 });
    const held = (await snapshotsWith(pve, guest, disk.volid)).join(", ");
    pve.check(
      "no snapshot holds what is to be deleted",
      held === "" || !input.delete_source,
      `snapshots hold ${key} (${disk.volid}): ${held}; leave delete_source out`,
    );
    const notes = held === "" ? [] : [`snapshots stay where it was, on ${from}: ${held}`];
    for (const note of notes) pve.foresee(note);
    pve.plan.changes[key] = { from: disk.volid, to: `${storage}:…` };
    const upid = await sendUnlessChanged(pve, guest, {
      before: config,
      send: (digest) => {
        const common = { storage, delete: input.delete_source, digest };
        return isVm
          ? pve.post("/nodes/{node}/qemu/{vmid}/move_disk", guest, {
            ...common,
            disk: key as ParamsOf<"/nodes/{node}/qemu/{vmid}/move_disk", "POST">["disk"],
            format: input.format,
          })
          : pve.post("/nodes/{node}/lxc/{vmid}/move_volume", guest, {
            ...common,
            volume: key as ParamsOf<
              "/nodes/{node}/lxc/{vmid}/move_volume",
              "POST"
            >["volume"],
          });
      },
    });
    // What comes from a storage of files can be had back in its format only where that is named.
    const format = isVm ? /\.(?:raw|qcow2|vmdk)$/.exec(disk.volid)?.[0].slice(1) : undefined;
    const undo = `move_disk ${key} of ${vmid} to ${from}` +
      (format === undefined ? "" : `, format ${format}`);
    return { ...await pve.task(upid, input), undo, ...(held === "" ? {} : { notes }) };
  },
});

/**
 * Requires that a storage of a node takes this content and has room for it.
 *
 * @throws AppError `not_found` naming the storages that would do
 */
async function requireRoom(
  pve: Pve,
  node: string,
  { storage, content, bytes }: { storage: string; content: string; bytes: number },
): Promise<void> {
  const found = await chooseStorage(pve, node, { wanted: storage, content, sizeGib: 0 });
  const free = Math.floor(found.availableBytes / GIB);
  pve.check(
    `${storage} has room`,
    found.availableBytes >= bytes,
    `${storage} has ${free} GiB free, ${Math.ceil(bytes / GIB)} GiB are needed`,
  );
}
