import { number } from "../api/values.ts";
import { forEachBounded } from "../fan_out.ts";
import type { Pve } from "../pve.ts";
import { type Job, readJobs } from "./backups.ts";

/** For each guest the enabled jobs that it is in. */
export async function readMembership(pve: Pve): Promise<Map<number, Job[]>> {
  const jobs = (await readJobs(pve)).filter((job) => job.enabled);
  const trees = await forEachBounded(
    jobs,
    (job) => pve.get("/cluster/backup/{id}/included_volumes", { id: job.id }),
  );
  const membership = new Map<number, Job[]>();
  jobs.forEach((job, index) => {
    for (const { id } of childrenOf(trees[index])) {
      const vmid = number(id);
      if (vmid !== undefined) membership.set(vmid, [...membership.get(vmid) ?? [], job]);
    }
  });
  return membership;
}

function childrenOf(tree: { readonly children?: unknown } | undefined): { id?: unknown }[] {
  return Array.isArray(tree?.children) ? tree.children.filter((child) => child !== null) : [];
}
