import * as z from "zod";
import { READING_BACKUPS } from "../lib/tool/conditions.ts";
import {
  contentType,
  guestReference,
  listing,
  nodeName,
  paged,
  storageId,
} from "../lib/tool/fields.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { readVolumes } from "../lib/proxmox/storage/volumes.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";
import { volumeRow } from "../lib/tool/volume_row.ts";

/** True for a call whose answer holds volumes of one of these kinds. */
function lists(...contents: string[]) {
  return ({ content }: { content?: string | undefined }) =>
    content === undefined || contents.includes(content);
}

export default defineTool({
  name: "get_storage_content",
  title: "Storage content",
  description: "Lists the volumes of one storage or all: disks, images, templates, backups.",
  scope: "user",
  toolsets: ["storage"],
  hints: READS,
  subject: "node",
  privileges: [["/storage/{storage}", "Datastore.Audit"]],
  conditionalPrivileges: [
    ...READING_BACKUPS.map((each) => ({ ...each, if: lists("backup") })),
    {
      privilege: ["/vms/{vmid}", "VM.Config.Disk"],
      when: "for guests' disks, without Datastore.Allocate",
      if: lists("images", "rootdir"),
    },
  ],
  input: z.strictObject({
    storage: storageId.optional(),
    node: nodeName.optional(),
    content: contentType.optional(),
    vmid: guestReference.optional().describe("Only this guest's"),
    ...listing(volumeRow),
  }),
  output: z.object({ volumes: z.array(volumeRow), ...paged }),
  action: ({ storage }) => `list the content of ${storage ?? "the storages"}`,
  run: async ({ storage, node, content, vmid: given, ...page }, { pve }) => {
    const vmid = await pve.vmidOf(given);
    const { volumes, warnings, empty } = await readVolumes(pve, { storage, node, content, vmid });
    const { items, ...rest } = paginate(volumes, (row) => `${row.volid} ${row.node}`, page);
    return { volumes: items, ...rest, ...warned([...warnings, ...empty]) };
  },
});
