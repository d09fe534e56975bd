import * as z from "zod";
import { editEntry, undoEntry } from "../lib/proxmox/cluster/entry.ts";
import { claimJob, requireGuest } from "../lib/proxmox/cluster/replication_job.ts";
import { entryOutput } from "../lib/tool/entry_fields.ts";
import { changed, dryRun } from "../lib/tool/fields.ts";
import {
  CHANGING_REPLICATION,
  jobId,
  jobOutput,
  jobSettings,
} from "../lib/tool/replication_fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

export default defineTool({
  name: "update_replication_job",
  title: "Change replication job",
  description: "Changes when and how fast a replication job copies, or switches it off or on.",
  scope: "write",
  toolsets: ["cluster"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "guest",
  privileges: CHANGING_REPLICATION,
  input: z.strictObject({ job: jobId, ...jobSettings, ...dryRun }),
  output: z.object({ ...jobOutput, ...changed, ...entryOutput }),
  action: ({ job }) => `change replication job ${job}`,
  run: async (input, { pve }) => {
    const { schedule, rate, comment, enabled } = input;
    const found = await claimJob(pve, input.job);
    requireGuest(found);
    const { id, digest, goes, settings, target } = found.job;
    pve.check("is not being deleted", !goes, `job ${id} is being deleted`);
    const edit = await editEntry(pve, {
      before: settings,
      wanted: { schedule, rate, comment, disable: enabled === undefined ? undefined : !enabled },
      none: { rate: 0, comment: "", disable: false },
      label: `replication job ${id}`,
      send: (params) => pve.put("/cluster/replication/{id}", { id }, { ...params, digest }),
    });
    return {
      job: id,
      target,
      ...edit,
      ...("changes" in edit ? { undo: undoEntry(`update_replication_job ${id}`, edit) } : {}),
    };
  },
});
