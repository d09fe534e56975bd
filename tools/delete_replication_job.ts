import * as z from "zod";
import {
  claimJob,
  findJob,
  type JobOfGuest,
  replicated,
} from "../lib/proxmox/cluster/replication_job.ts";
import { guestLabel } from "../lib/proxmox/guest/directory.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { changed, dryRun } from "../lib/tool/fields.ts";
import { CHANGING_REPLICATION, jobId, jobOutput } from "../lib/tool/replication_fields.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "delete_replication_job",
  title: "Delete replication job",
  description: "Deletes a replication job, and its copies unless they are to be kept.",
  scope: "admin",
  toolsets: ["cluster"],
  hints: DESTROYS,
  subject: "guest",
  privileges: CHANGING_REPLICATION,
  input: z.strictObject({
    job: jobId,
    keep: z.boolean().default(false).describe("Keep the copies on the target"),
    force: z.boolean().default(false).describe("Delete only the entry; for a lost target"),
    ...dryRun,
  }),
  output: z.object({ ...jobOutput, ...changed, undo: z.string().optional() }),
  action: ({ job }) => `delete replication job ${job}`,
  about: async ({ job, keep, force }, { pve }) => {
    const found = await findJob(pve, job);
    const whose = found.guest === undefined ? "a guest that is gone" : guestLabel(found.guest);
    const copies = await copiesText(pve, found, keep || force);
    return {
      lines: [`job that goes: ${job}, of ${whose} to ${found.job.target}`, copies],
      version: JSON.stringify(found.job),
    };
  },
  run: async (input, { pve }) => {
    const found = await claimJob(pve, input.job);
    const { id, goes, settings, target, vmid } = found.job;
    const told = { job: id, target };
    if (goes && !input.force) {
      return { ...told, ...pve.unchanged(`job ${id} is being deleted already`) };
    }
    const notes = [await copiesText(pve, found, input.keep || input.force)];
    if (!input.force) notes.push("Proxmox deletes the job within minutes, once that is done");
    for (const note of notes) pve.foresee(note);
    await pve.delete("/cluster/replication/{id}", { id }, {
      ...(input.keep ? { keep: true } : {}),
      ...(input.force ? { force: true } : {}),
    });
    const { disable, rate, comment, schedule } = settings;
    const again = { vmid, target, schedule, rate, comment, enabled: !disable };
    return { ...told, notes, undo: `create_replication_job ${JSON.stringify(again)}` };
  },
});

/** What becomes of the copies on the target. */
async function copiesText(
  pve: Pve,
  { guest, job }: JobOfGuest,
  stays: boolean,
): Promise<string> {
  const volumes = guest === undefined ? [] : await replicated(pve, guest);
  const named = volumes.map(({ volid }) => volid).join(", ") || "whatever was copied";
  return `${stays ? "stay" : "are deleted"} on node ${job.target}: copies of ${named}`;
}
