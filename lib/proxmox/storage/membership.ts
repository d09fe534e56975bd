import { flag, number, records, text } from "../api/values.ts";
import { forEachBounded } from "../fan_out.ts";
import type { Pve } from "../pve.ts";
import { type Job, readJobs } from "./backups.ts";

/** What the enabled jobs back up of one guest. */
export interface Membership {
  readonly jobs: readonly Job[];
  /** Its disks that are in no backup, and why: `scsi1 (backup=no)`. */
  readonly leftOut: readonly string[];
}

/** For each guest that is in an enabled job, by vmid. */
export async function readMembership(pve: Pve): Promise<Map<number, Membership>> {
  const jobs = (await readJobs(pve)).filter((job) => job.enabled);
  const trees = await forEachBounded(
    jobs,
    (job) => pve.get("/cluster/backup/{id}/included_volumes", { id: job.id }),
  );
  const membership = new Map<number, Membership>();
  jobs.forEach((job, index) => {
    for (const { children, id } of records(trees[index]?.children)) {
      const vmid = number(id);
      if (vmid === undefined) continue;
      // Which disks are left out their own settings say, the same for every job.
      const leftOut = records(children).flatMap(leftOutOf).sort();
      membership.set(vmid, { jobs: [...membership.get(vmid)?.jobs ?? [], job], leftOut });
    }
  });
  return membership;
}

/** A disk is called `101:scsi1`. */
function leftOutOf({ id, included, reason }: Readonly<Record<string, unknown>>): string[] {
  const disk = text(id)?.split(":").at(-1);
  if (disk === undefined || included === undefined || flag(included)) return [];
  const why = text(reason);
  return [why === undefined ? disk : `${disk} (${why})`];
}
