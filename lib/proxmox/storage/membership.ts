import { flag, number, records, text } from "../api/values.ts";
import { forEachBounded } from "../fan_out.ts";
import type { Pve } from "../pve.ts";
import { type Job, readJobs } from "./backups.ts";

/** What the enabled backup jobs make of one guest. */
export interface Membership {
  readonly jobs: readonly Job[];
  /** The disks that are in none of its backups: `scsi1`, or `mp0`, which is left out unless it says `backup=1`. */
  readonly leftOut: readonly string[];
}

/** For each guest that is in a backup job, by vmid. */
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
      const others = membership.get(vmid)?.jobs ?? [];
      membership.set(vmid, { jobs: [...others, job], leftOut: leftOutOf(children) });
    }
  });
  return membership;
}

/** Which of a guest's volumes no backup holds: their own settings say so, whatever the job. */
function leftOutOf(volumes: unknown): string[] {
  return records(volumes).filter(({ included }) => !flag(included))
    .flatMap(({ id }) => text(id)?.split(":").at(-1) ?? []).sort();
}
