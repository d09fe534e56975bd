import * as z from "zod";
import { guestInput, guestTaskResult, storageId, waiting } from "../lib/tool/fields.ts";
import { requireQuorum } from "../lib/proxmox/cluster/quorum.ts";
import { requireState } from "../lib/proxmox/guest/checks.ts";
import { chooseStorage } from "../lib/proxmox/storage/storage.ts";
import { readConfig } from "../lib/proxmox/guest/config.ts";
import { diskList, leftOutOfBackups } from "../lib/proxmox/guest/left_out.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "create_backup",
  title: "Create backup",
  description: "Backs a VM or container up now. Older backups are kept.",
  scope: "write",
  toolsets: ["backups", "core"],
  hints: CHANGES,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Backup"], ["/storage/{storage}", "Datastore.AllocateSpace"]],
  input: z.strictObject({
    ...guestInput,
    storage: storageId.optional().describe("Default: the one with most free space"),
    mode: z.enum(["snapshot", "suspend", "stop"]).default("snapshot")
      .describe("suspend and stop interrupt the guest"),
    compress: z.enum(["0", "gzip", "lzo", "zstd"]).default("zstd"),
    notes: z.string().max(500).optional(),
    protected: z.boolean().default(false),
    ...waiting,
  }),
  output: z.object({ ...guestTaskResult, storage: z.string().optional() }),
  action: ({ vmid }) => `back up guest ${vmid}`,
  run: async (input, { pve }) => {
    const guest = await pve.claim(input);
    const { node, vmid } = guest;
    await requireState(pve, guest);
    await requireQuorum(pve);
    const { storage } = await chooseStorage(pve, node, {
      wanted: input.storage,
      content: "backup",
      sizeGib: 1,
    });
    const leftOut = leftOutOfBackups(await readConfig(pve, guest), guest.type);
    const note = `not in the backup, by the guest's own options: ${diskList(leftOut)}`;
    if (leftOut.length > 0) pve.foresee(note);
    // The template of notes is one line, with its own escapes.
    const notes = input.notes?.replaceAll("\\", "\\\\").replaceAll(/\r?\n/g, "\\n");
    const upid = await pve.post("/nodes/{node}/vzdump", { node }, {
      vmid: String(vmid),
      storage,
      mode: input.mode,
      compress: input.compress,
      // Without this Proxmox prunes older backups by the storage's retention.
      remove: false,
      "notes-template": notes,
      protected: input.protected ? true : undefined,
    });
    const told = leftOut.length > 0 ? { notes: [note] } : {};
    return { ...await pve.task(upid, input), storage, ...told };
  },
});
