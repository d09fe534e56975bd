import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { compact, number } from "../lib/proxmox/api/values.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { forEachBounded } from "../lib/proxmox/fan_out.ts";
import { guestOf } from "../lib/proxmox/guest/directory.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { ageSeconds, newestGood, readJobs } from "../lib/proxmox/storage/backups.ts";
import { readVolumes } from "../lib/proxmox/storage/volumes.ts";
import { READING_BACKUPS } from "../lib/tool/conditions.ts";
import { listing, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

/** How well one guest is backed up. */
const coverageRow = z.object({
  vmid: z.number(),
  name: z.string(),
  type: z.string(),
  node: z.string(),
  state: z.enum(["backed up", "not backed up", "unknown"]),
  newest: z.string(),
  age_seconds: z.number(),
  volid: z.string(),
  jobs: z.array(z.string()),
  template: z.boolean(),
}).partial();

type Coverage = z.output<typeof coverageRow>;

export default defineTool({
  name: "get_backup_coverage",
  title: "Backup coverage",
  description:
    "Tells for each guest its newest good backup and its jobs, or that it is not backed up.",
  scope: "user",
  toolsets: ["backups", "core"],
  hints: READS,
  subject: "guest",
  privileges: [
    ["/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace"],
    ["/vms/{vmid}", "VM.Audit"],
  ],
  conditionalPrivileges: [
    ...READING_BACKUPS,
    { privilege: ["/", "Sys.Audit"], when: "for backup jobs", if: () => true },
  ],
  input: z.strictObject({
    older_than_hours: z.number().min(0).optional().describe("Only guests without a newer backup"),
    ...listing(coverageRow),
  }),
  output: z.object({
    guests: z.array(coverageRow),
    not_backed_up: z.number().describe("In all"),
    ...paged,
  }),
  action: () => "compare guests and backups",
  run: async ({ older_than_hours: hours, ...page }, { pve }) => {
    const { guests, warnings } = await readCoverage(pve);
    const limit = hours === undefined ? -1 : hours * 3600;
    const rows = guests.filter((guest) => (guest.age_seconds ?? Infinity) > limit);
    const { items, ...rest } = paginate(rows, (row) => row.vmid ?? 0, page);
    const bare = guests.filter((guest) => guest.state === "not backed up").length;
    return { guests: items, not_backed_up: bare, ...rest, ...warned(warnings) };
  },
});

/**
 * Compares all guests with all backups and jobs. While a storage cannot be read, or a guest's backups
 * cannot be seen, a guest without a backup elsewhere is `unknown`, never `not backed up`.
 */
async function readCoverage(
  pve: Pve,
): Promise<{ guests: Coverage[]; warnings: string[] }> {
  const [{ volumes, warnings, partial, hides }, jobs, resources] = await Promise.all([
    readVolumes(pve, { content: "backup" }),
    readMembership(pve).catch((error) => {
      if (error instanceof AppError) return `the backup jobs could not be read: ${error.message}`;
      throw error;
    }),
    pve.resources(),
  ]);
  const newest = newestGood(volumes);
  const guests = resources.map(guestOf).filter((guest) => guest !== undefined).map((guest) => {
    const { vmid, name, type, node } = guest;
    const { time, volid } = newest.get(vmid) ?? {};
    const without = partial || hides(vmid) ? "unknown" : "not backed up";
    return compact({
      vmid,
      name,
      type,
      node,
      state: time === undefined ? without as Coverage["state"] : "backed up",
      newest: time,
      age_seconds: time === undefined ? undefined : ageSeconds(pve.now(), time),
      volid,
      jobs: typeof jobs === "string" ? undefined : jobs.get(vmid) ?? [],
      template: guest.template || undefined,
    });
  });
  return { guests, warnings: typeof jobs === "string" ? [...warnings, jobs] : warnings };
}

/** For each guest the enabled jobs that it is in. */
async function readMembership(pve: Pve): Promise<Map<number, string[]>> {
  const jobs = (await readJobs(pve)).filter((job) => job.enabled);
  const trees = await forEachBounded(
    jobs,
    (job) =>
      pve.get(
        "/cluster/backup/{id}/included_volumes",
        { id: job.id },
      ),
  );
  const membership = new Map<number, string[]>();
  jobs.forEach((job, index) => {
    for (const { id } of childrenOf(trees[index])) {
      const vmid = number(id);
      if (vmid !== undefined) membership.set(vmid, [...membership.get(vmid) ?? [], job.id]);
    }
  });
  return membership;
}

function childrenOf(tree: { readonly children?: unknown } | undefined): { id?: unknown }[] {
  return Array.isArray(tree?.children) ? tree.children.filter((child) => child !== null) : [];
}
