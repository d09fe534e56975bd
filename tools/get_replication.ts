import * as z from "zod";
import { paged, paging, rowsOf } from "../lib/tool/fields.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { replicationJobs } from "../lib/proxmox/cluster/replication.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_replication",
  title: "List replication jobs",
  description: "Lists storage replication jobs and whether they fail.",
  scope: "user",
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({
    failing: z.boolean().default(false).describe("Only failing ones"),
    ...paging,
  }),
  output: z.object({
    jobs: rowsOf(
      "id, vmid, source, target, schedule, enabled, failures, error, last_sync, next_sync, duration_seconds",
    ),
    ...paged,
  }),
  action: () => "list replication jobs",
  run: async (input, { pve }) => {
    const { jobs, warnings } = await replicationJobs(pve);
    const wanted = jobs.filter((job) => !input.failing || job.error || job.failures);
    const { items, ...page } = paginate(wanted, (job) => job.id, input);
    const rows = items.map((job) => ({ ...job, ...(job.error ? { error: clip(job.error) } : {}) }));
    return { jobs: rows, ...page, ...warned(warnings) };
  },
});
