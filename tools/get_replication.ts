import * as z from "zod";
import { paged, paging } from "../lib/fields.ts";
import { clip } from "../lib/proxmox/clip.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { warned } from "../lib/proxmox/nodes.ts";
import { replicationJobs } from "../lib/proxmox/replication.ts";
import { defineTool, READS } from "../lib/tool.ts";

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
    jobs: z.array(
      z.object({
        id: z.string(),
        vmid: z.number(),
        source: z.string(),
        target: z.string(),
        schedule: z.string(),
        enabled: z.boolean(),
        failures: z.number(),
        error: z.string(),
        last_sync: z.string(),
        next_sync: z.string(),
        duration_seconds: z.number(),
      }).partial(),
    ),
    ...paged,
  }),
  action: () => "list replication jobs",
  run: async (input, { pve }) => {
    const { jobs, warnings } = await replicationJobs(pve);
    const wanted = jobs.filter((job) => !input.failing || job.error || job.failures);
    const { items, ...page } = paginate(wanted, (job) => job.id, input);
    const rows = items.map((job) => job.error ? { ...job, error: clip(job.error) } : job);
    return { jobs: rows, ...page, ...warned(warnings) };
  },
});
