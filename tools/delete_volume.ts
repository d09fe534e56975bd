import * as z from "zod";
import { nodeName, taskResult, volumeId, waiting } from "../lib/tool/fields.ts";
import { deleteVolume, requireUnused } from "../lib/proxmox/storage/volume_use.ts";
import { findVolumeById } from "../lib/proxmox/storage/volumes.ts";
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
