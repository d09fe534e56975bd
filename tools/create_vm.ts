import * as z from "zod";
import { STARTING } from "../lib/tool/conditions.ts";
import { guestTaskResult, newGuestInput, storageId, waiting } from "../lib/tool/fields.ts";
import { canonicalTags } from "../lib/proxmox/api/values.ts";
import { chooseNode, makeGuest } from "../lib/proxmox/guest/placement.ts";
import { chooseUsualStorage, findVolume, newDisk } from "../lib/proxmox/storage/storage.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "create_vm",
  title: "Create VM",
  description: "Creates a VM with one disk and one network card; chooses what is not given.",
  scope: "admin",
  toolsets: ["guests"],
  hints: CHANGES,
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Allocate"],
    ["/vms/{vmid}", "VM.Config.CPU"],
    ["/vms/{vmid}", "VM.Config.Disk"],
    ["/vms/{vmid}", "VM.Config.HWType"],
    ["/vms/{vmid}", "VM.Config.Memory"],
    ["/vms/{vmid}", "VM.Config.Network"],
    ["/vms/{vmid}", "VM.Config.Options"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
    ["/sdn/zones/{zone}", "SDN.Use"],
  ],
  conditionalPrivileges: [
    {
      privilege: ["/vms/{vmid}", "VM.Config.CDROM"],
      when: "with iso_name",
      if: ({ iso_name }) => iso_name !== undefined,
    },
    STARTING,
  ],
  input: z.strictObject({
    ...newGuestInput,
    storage: storageId.optional().describe(
      "Default: local-lvm, vm-storage, else the roomiest local one, else a shared one",
    ),
    name: z.string().regex(/^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?$/, "must be a DNS name"),
    cpus: z.int().min(1).max(512).default(1),
    memory: z.int().min(16).default(2048).describe("MiB"),
    disk_size: z.int().min(1).max(65_536).default(10).describe("GiB"),
    ostype: z.enum([
      "l26",
      "l24",
      "win11",
      "win10",
      "win8",
      "win7",
      "wvista",
      "w2k8",
      "w2k3",
      "w2k",
      "wxp",
      "solaris",
      "other",
    ])
      .default("l26"),
    iso_name: z.string().min(1).max(255).optional(),
    iso_storage: storageId.optional(),
    ...waiting,
  }),
  output: z.object({
    ...guestTaskResult,
    node: z.string().optional(),
    storage: z.string().optional(),
    disk: z.string().optional(),
  }),
  action: ({ name }) => `create VM ${name}`,
  run: async (input, { pve }) => {
    const node = input.node ?? await chooseNode(pve, input.memory);
    return makeGuest(pve, { ...input, node, type: "qemu" }, async (vmid) => {
      const { chosen: storage, why } = await chooseUsualStorage(pve, node, {
        wanted: input.storage,
        content: "images",
        sizeGib: input.disk_size,
      });
      const iso = input.iso_name === undefined ? undefined : await findVolume(pve, node, {
        name: input.iso_name,
        storage: input.iso_storage,
        content: "iso",
      });
      const disk = newDisk(storage, input.disk_size);
      const upid = await pve.post("/nodes/{node}/qemu", { node }, {
        vmid,
        name: input.name,
        cores: input.cpus,
        memory: input.memory,
        ostype: input.ostype,
        agent: "1",
        scsihw: "virtio-scsi-single",
        scsi0: disk,
        net0: `virtio,bridge=${input.bridge}`,
        ide2: iso === undefined ? undefined : `${iso},media=cdrom`,
        boot: iso === undefined ? "order=scsi0;net0" : "order=scsi0;ide2;net0",
        pool: input.pool,
        tags: input.tags && canonicalTags(input.tags).join(";"),
        description: input.description,
        start: input.start ? true : undefined,
      });
      return { upid, storage: storage.storage, disk, notes: why === undefined ? undefined : [why] };
    });
  },
});
