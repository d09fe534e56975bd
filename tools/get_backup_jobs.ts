import * as z from "zod";
import { jobRow } from "../lib/tool/backup_job.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { readJobs } from "../lib/proxmox/storage/backups.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_backup_jobs",
  title: "List backup jobs",
  description: "Lists the cluster's scheduled backup jobs.",
  scope: "user",
  toolsets: ["backups"],
  hints: READS,
  subject: "cluster",
  privileges: [["/", "Sys.Audit"]],
  input: z.strictObject(listing(jobRow)),
  output: z.object({ jobs: z.array(jobRow), ...paged }),
  action: () => "list backup jobs",
  run: async (input, { pve }) => {
    const { items, ...page } = paginate(await readJobs(pve), (job) => job.id, input);
    return { jobs: items, ...page };
  },
});
