import * as z from "zod";
import { clip } from "../lib/proxmox/clip.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { type ReplicationJob, replicationJobs } from "../lib/proxmox/cluster/replication.ts";
import { unseen } from "../lib/proxmox/unseen.ts";
import type { ColumnsOf } from "../lib/tool/columns.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const jobRow = z.object(
  {
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
  } satisfies ColumnsOf<ReplicationJob>,
).partial();

export default defineTool({
  name: "get_replication",
  title: "List replication jobs",
  description: "Lists storage replication jobs and whether they fail.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.Audit"]],
  input: z.strictObject({
    failing: z.boolean().default(false).describe("Only failing ones"),
    ...listing(jobRow),
  }),
  output: z.object({
    jobs: z.array(jobRow),
    ...paged,
  }),
  action: () => "list replication jobs",
  run: async (input, { pve }) => {
    const [{ jobs, warnings }, hidden] = await Promise.all([
      replicationJobs(pve),
      unseen(pve, { what: "some guests", path: "/vms/{vmid}", anyOf: ["VM.Audit"] }),
    ]);
    const wanted = jobs.filter((job) => !input.failing || job.error || job.failures);
    const { items, ...page } = paginate(wanted, (job) => job.id, input);
    const rows = items.map((job) => ({ ...job, ...(job.error ? { error: clip(job.error) } : {}) }));
    return { jobs: rows, ...page, ...warned([...warnings, ...hidden]) };
  },
});
