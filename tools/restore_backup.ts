import * as z from "zod";
import { newVmid, nodeName, storageId, taskResult, volumeId, waiting } from "../lib/tool/fields.ts";
import { prepareRestore } from "../lib/proxmox/storage/restore.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "restore_backup",
  title: "Restore backup",
  description: "Makes a guest of a backup; a guest that exists is replaced only with overwrite.",
  scope: "admin",
  hints: DESTROYS,
  subject: "guest",
  privileges: [
    ["/vms/{vmid}", "VM.Allocate"],
    ["/vms/{vmid}", "VM.Backup"],
    ["/storage/{storage}", "Datastore.AllocateSpace"],
  ],
  input: z.strictObject({
    volid: volumeId.describe("From get_backups"),
    vmid: newVmid.optional().describe("Default: the one it was made of"),
    node: nodeName.optional().describe("Default: where the guest or the backup is"),
    storage: storageId.optional().describe("Default: as in the backup"),
    overwrite: z.boolean().default(false),
    unique: z.boolean().default(false).describe("New MAC addresses"),
    start: z.boolean().default(false),
    ...waiting,
  }),
  output: z.object({
    ...taskResult,
    vmid: z.number().optional(),
    type: z.string().optional(),
    node: z.string().optional(),
  }),
  action: ({ volid }) => `restore backup ${volid}`,
  run: async (input, { pve }) => {
    const { type, vmid, node, replaces } = await prepareRestore(pve, input);
    const upid = await pve.post("/nodes/{node}/{type}", { node, type }, {
      vmid,
      // A container's backup is given as its template.
      ...(type === "qemu" ? { archive: input.volid } : { ostemplate: input.volid, restore: true }),
      storage: input.storage,
      force: replaces ? true : undefined,
      unique: input.unique ? true : undefined,
      start: input.start ? true : undefined,
    });
    return { ...await pve.task(upid, input), vmid, type, node };
  },
});
