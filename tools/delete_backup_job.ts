import * as z from "zod";
import { compact } from "../lib/proxmox/api/values.ts";
import { jobOf } from "../lib/proxmox/storage/backups.ts";
import { type JobRow, requireJob, settingsOf } from "../lib/proxmox/storage/jobs.ts";
import { jobId, jobOutput, newJobId } from "../lib/tool/backup_job.ts";
import { dryRun } from "../lib/tool/fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_backup_job",
  title: "Delete backup job",
  description:
    "Deletes a backup job; the backups stay. update_backup_job with enabled: false only pauses it.",
  scope: "admin",
  toolsets: ["backups"],
  hints: DESTROYS,
  subject: "cluster",
  privileges: [["/", "Sys.Audit"], ["/", "Sys.Modify"]],
  input: z.strictObject({ id: jobId, ...dryRun }),
  output: z.object(jobOutput),
  action: ({ id }) => `delete backup job ${id}`,
  about: async ({ id }, { pve }) => {
    const { next_run: _, ...job } = jobOf(await requireJob(pve, id));
    const text = Object.entries(job).map(([key, value]) => `${key} ${value}`).join(", ");
    return { lines: [`backup job that goes: ${text}`], version: text };
  },
  run: async ({ id }, { pve }) => {
    const row = await requireJob(pve, id);
    pve.plan.changes[`backup job ${id}`] = { from: settingsOf(row) };
    await pve.delete("/cluster/backup/{id}", { id });
    return compact({ job: { ...jobOf(row) }, undo: undoOf(id, row) });
  },
});

/** Settings that no tool sets. */
const UNTOLD = ["id", "type", "next-run"];

function undoOf(id: string, row: JobRow): string {
  const named = newJobId.safeParse(id).success ? { id } : {};
  const again = `create_backup_job ${JSON.stringify({ ...named, ...settingsOf(row) })}`;
  const told = ["vmid", "prune-backups", "notes-template", ...Object.keys(settingsOf(row))];
  const others = Object.keys(row).filter((key) => !told.includes(key) && !UNTOLD.includes(key));
  return others.length === 0 ? again : `${again}; not with it: ${others.join(", ")}`;
}
