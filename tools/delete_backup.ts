import * as z from "zod";
import { aboutVolume } from "../lib/tool/about_volume.ts";
import { nodeName, taskResult, volumeId, waiting } from "../lib/tool/fields.ts";
import { backupType, requireBackup } from "../lib/proxmox/storage/backups.ts";
import { deleteVolume } from "../lib/proxmox/storage/volumes.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_backup",
  title: "Delete backup",
  description: "Deletes a backup, for good. A protected one is refused.",
  scope: "admin",
  toolsets: ["backups"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/storage/{storage}", "Datastore.AllocateSpace"], ["/vms/{vmid}", "VM.Backup"]],
  conditionalPrivileges: [{
    privilege: ["/storage/{storage}", "Datastore.Allocate"],
    when: "for a backup whose name tells no guest",
    if: ({ volid }) => backupType(volid) === undefined,
  }],
  input: z.strictObject({
    volid: volumeId.describe("From get_backups"),
    node: nodeName.optional(),
    ...waiting,
  }),
  output: z.object(taskResult),
  action: ({ volid }) => `delete backup ${volid}`,
  about: aboutVolume,
  run: async (input, { pve }) => deleteVolume(pve, await requireBackup(pve, input), input),
});
