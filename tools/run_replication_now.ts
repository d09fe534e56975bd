import * as z from "zod";
import { claimJob, requireGuest } from "../lib/proxmox/cluster/replication_job.ts";
import { changed, dryRun } from "../lib/tool/fields.ts";
import { CHANGING_REPLICATION, jobId, jobOutput } from "../lib/tool/replication_fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "run_replication_now",
  title: "Run replication now",
  description: "Has a replication job run as soon as possible, also one that failed.",
  scope: "write",
  toolsets: ["cluster"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: CHANGING_REPLICATION,
  input: z.strictObject({ job: jobId, ...dryRun }),
  output: z.object({ ...jobOutput, ...changed, undo: z.string().optional() }),
  action: ({ job }) => `run replication job ${job}`,
  run: async (input, { pve }) => {
    const found = await claimJob(pve, input.job);
    const { node } = requireGuest(found);
    const { id, goes, settings, target } = found.job;
    pve.check("is not being deleted", !goes, `job ${id} is being deleted`);
    pve.check("is on", !settings.disable, `job ${id} is off: use update_replication_job`);
    await pve.post("/nodes/{node}/replication/{id}/schedule_now", { node, id });
    return {
      job: id,
      target,
      notes: ["Proxmox begins within a minute: see last_sync and failures in get_replication"],
      undo: "none: the copies are newer",
    };
  },
});
