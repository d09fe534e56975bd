import * as z from "zod";
import { paged, paging } from "../lib/tool/fields.ts";
import { coverageRow, readCoverage } from "../lib/proxmox/storage/coverage.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_backup_coverage",
  title: "Backup coverage",
  description: "Tells for each guest its newest good backup and its jobs, or that it has none.",
  scope: "user",
  hints: READS,
  subject: "guest",
  privileges: [
    ["/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace"],
    ["/vms/{vmid}", "VM.Audit"],
  ],
  input: z.strictObject({
    older_than_hours: z.number().min(0).optional().describe("Only guests without a newer backup"),
    ...paging,
  }),
  output: z.object({
    guests: z.array(coverageRow),
    not_backed_up: z.number().describe("In all"),
    ...paged,
  }),
  action: () => "compare guests and backups",
  run: async ({ older_than_hours: hours, ...page }, { pve }) => {
    const { guests, warnings } = await readCoverage(pve);
    const limit = hours === undefined ? -1 : hours * 3600;
    const rows = guests.filter((guest) => (guest.age_seconds ?? Infinity) > limit);
    const { items, ...rest } = paginate(rows, (row) => row.vmid ?? 0, page);
    const bare = guests.filter((guest) => guest.state === "not backed up").length;
    return { guests: items, not_backed_up: bare, ...rest, ...warned(warnings) };
  },
});
