import * as z from "zod";
import { guestInput, listing, paged } from "../lib/tool/fields.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { readSnapshots, snapshotKey } from "../lib/proxmox/guest/snapshots.ts";
import { snapshotRow } from "../lib/tool/guest_rows.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_snapshots",
  title: "List snapshots",
  description: "Lists the snapshots of a VM or container, oldest first.",
  scope: "user",
  toolsets: ["guests"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({ ...guestInput, ...listing(snapshotRow) }),
  output: z.object({
    snapshots: z.array(snapshotRow),
    current_parent: z.string().optional().describe("What the present state comes from"),
    ...paged,
  }),
  action: ({ vmid }) => `list the snapshots of guest ${vmid}`,
  run: async (input, { pve }) => {
    const { snapshots, ...parent } = await readSnapshots(pve, await pve.find(input));
    const { items, ...page } = paginate(snapshots, snapshotKey, input);
    return { snapshots: items, ...parent, ...page };
  },
});
