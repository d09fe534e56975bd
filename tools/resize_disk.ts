import * as z from "zod";
import { diskKey, guestInput, guestTaskResult, waiting } from "../lib/tool/fields.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { sendUnlessChanged } from "../lib/proxmox/guest/configure.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import type { ParamsOf } from "../lib/proxmox/api/types.ts";
import { requireDisk } from "../lib/proxmox/guest/disks.ts";
import { sizeInBytes } from "../lib/proxmox/guest/properties.ts";
import { settle } from "../lib/proxmox/guest/settle.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";
import { shortGib } from "../lib/proxmox/sizes.ts";

type VmDisk = ParamsOf<"/nodes/{node}/qemu/{vmid}/resize", "PUT">["disk"];
type ContainerVolume = ParamsOf<"/nodes/{node}/lxc/{vmid}/resize", "PUT">["disk"];

export default defineTool({
  name: "resize_disk",
  title: "Grow disk",
  description: "Grows a disk of a VM or a volume of a container. It can never be shrunk again.",
  scope: "admin",
  toolsets: ["guests", "core"],
  hints: CHANGES,
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Config.Disk"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
  ],
  input: z.strictObject({
    ...guestInput,
    disk: diskKey.optional().describe("scsi0, rootfs, ...; default: the only one"),
    size: z.string().regex(/^\+?\d{1,6}(\.\d{1,3})?[MGT]$/, "must be like 50G or +10G")
      .describe("New size (50G) or growth (+10G)"),
    ...waiting,
  }),
  output: z.object({
    ...guestTaskResult,
    size_bytes: z.number().optional(),
    former_size_bytes: z.number().optional(),
  }),
  action: ({ vmid, disk }) =>
    `grow ${disk === undefined ? "the disk" : `disk ${disk}`} of guest ${vmid}`,
  run: async ({ size, ...input }, { pve }) => {
    const guest = await pve.claim(input);
    await requireState(pve, guest);
    const { config, disk } = await requireDisk(pve, guest, input.disk);
    const { key } = disk;
    const given = sizeInBytes(size.replace("+", "")) ?? 0;
    // A configuration need not tell a disk's size.
    const before = disk.bytes;
    const after = !size.startsWith("+") ? given : before === undefined ? undefined : before + given;
    if (after !== undefined && after === before) {
      return { ...pve.unchanged(`${key} has ${size} already`), size_bytes: after };
    }
    pve.check(
      "the disk grows",
      before === undefined || after === undefined || after > before,
      `${key} has ${shortGib(before ?? 0)} already, ${size} is less; disks cannot be shrunk`,
    );
    // A container's file system grows with its volume (`PVE::API2::LXC`).
    if (guest.type === "qemu") {
      pve.warn(`partitions and file systems on ${key} stay as they are: grow them within the VM`);
    }
    pve.plan.changes[key] = { from: sizeText(before), to: sizeText(after) };
    const upid = await sendUnlessChanged(pve, guest, {
      before: config,
      send: (digest) =>
        guest.type === "qemu"
          ? pve.put("/nodes/{node}/qemu/{vmid}/resize", guest, {
            disk: key as VmDisk,
            size,
            digest,
          })
          : pve.put("/nodes/{node}/lxc/{vmid}/resize", guest, {
            disk: key as ContainerVolume,
            size,
            digest,
          }),
    });
    const sizes = compact({ size_bytes: after, former_size_bytes: before });
    return { ...await settle(pve, upid, input), ...sizes };
  },
});

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? "unknown" : `${bytes} bytes`;
}
