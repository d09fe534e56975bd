import * as z from "zod";
import { listing, paged } from "../lib/tool/fields.ts";
import { type Job, readJobs } from "../lib/proxmox/storage/backups.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { ColumnsOf } from "../lib/tool/columns.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const row = z.object(
  {
    id: z.string(),
    enabled: z.boolean(),
    schedule: z.string(),
    next_run: z.string(),
    guests: z.string().describe("vmids, all, all but …, or pool …"),
    node: z.string(),
    storage: z.string(),
    mode: z.string(),
    keep: z.string(),
    comment: z.string(),
  } satisfies ColumnsOf<Job>,
).partial();

export default defineTool({
  name: "get_backup_jobs",
  title: "List backup jobs",
  description: "Lists the cluster's scheduled backup jobs.",
  scope: "user",
  toolsets: ["backups"],
  hints: READS,
  subject: "cluster",
  privileges: [["/", "Sys.Audit"]],
  input: z.strictObject(listing(row)),
  output: z.object({ jobs: z.array(row), ...paged }),
  action: () => "list backup jobs",
  run: async (input, { pve }) => {
    const { items, ...page } = paginate(await readJobs(pve), (job) => job.id, input);
    return { jobs: items, ...page };
  },
});
