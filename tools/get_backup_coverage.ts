import * as z from "zod";
import { assess, type Assessment, type Lack, LACKS } from "../lib/backups/assess.ts";
import { readOffSite } from "../lib/backups/guests.ts";
import { joinServers } from "../lib/backups/join.ts";
import { onFailure } from "../lib/errors.ts";
import type { CallsBackupServers } from "../lib/pbs/call.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { guestsIn } from "../lib/proxmox/guest/directory.ts";
import { paginate } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { ageSeconds, newestGood, newestOf } from "../lib/proxmox/storage/backups.ts";
import { intervalsOf } from "../lib/proxmox/storage/job_interval.ts";
import { type Membership, readMembership } from "../lib/proxmox/storage/membership.ts";
import { readVolumes } from "../lib/proxmox/storage/volumes.ts";
import { READING_BACKUPS } from "../lib/tool/conditions.ts";
import { guestReference, listing, paged } from "../lib/tool/fields.ts";
import { neighboursOf } from "../lib/tool/other_clusters.ts";
import { defineTool, READS, type ToolContext } from "../lib/tool/tool.ts";

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
  left_out: z.array(z.string()).describe("Disks that no job backs up, and why"),
  template: z.boolean(),
  last_proved_at: z.string().describe("When a restored copy last answered"),
  last_rehearsal: z.enum(["proved", "started", "failed"]),
  interval: z.enum(["ok", "late", "none", "unknown"]).describe("Younger than its job's interval"),
  interval_seconds: z.number(),
  verified: z.enum(["ok", "failed", "never", "unknown"]).describe("The newest backup"),
  verified_at: z.string(),
  off_site: z.enum(["yes", "no", "unknown"]).describe("A sync job has brought a copy elsewhere"),
  off_site_newest: z.string(),
  off_site_in: z.string(),
  kept_in: z.string().describe("Backup server, datastore and namespace"),
  missing: z.array(z.enum(LACKS)),
  next: z.string().describe("The tool for what is missing"),
}).partial();

type Coverage = z.output<typeof coverageRow>;

export default defineTool({
  name: "get_backup_coverage",
  title: "Backup coverage",
  description:
    "Tells of each guest whether it is backed up, in time, verified, off-site and proved by a restore.",
  scope: "user",
  toolsets: ["backups", "core"],
  hints: READS,
  subject: "guest",
  privileges: [
    ["/storage/{storage}", "Datastore.Audit"],
    ["/vms/{vmid}", "VM.Audit"],
  ],
  conditionalPrivileges: [
    ...READING_BACKUPS,
    { privilege: ["/", "Sys.Audit"], when: "for backup jobs", if: () => true },
  ],
  backupPrivileges: [["/datastore/{store}", "Datastore.Audit"], ["/remote", "Remote.Audit"]],
  input: z.strictObject({
    vmid: guestReference.optional(),
    older_than_hours: z.number().min(0).optional().describe("Only guests without a newer backup"),
    ...listing(coverageRow),
  }),
  output: z.object({
    guests: z.array(coverageRow),
    not_backed_up: z.number().describe("In all"),
    missing: z.record(z.string(), z.number()).optional().describe("Guests, by what they lack"),
    ...paged,
  }),
  action: () => "compare guests and backups",
  run: async ({ older_than_hours: hours, vmid: given, ...page }, context) => {
    const { pbs, pve } = context;
    const vmid = given === undefined ? undefined : (await pve.find({ vmid: given })).vmid;
    const { guests, warnings } = await readCoverage(context, vmid);
    const limit = hours === undefined ? -1 : hours * 3600;
    const rows = guests.filter((guest) => (guest.age_seconds ?? Infinity) > limit);
    const { items, ...rest } = paginate(rows, (row) => row.vmid ?? 0, page);
    const bare = guests.filter((guest) => guest.state === "not backed up").length;
    return {
      guests: items,
      not_backed_up: bare,
      ...(pbs.names.length > 0 ? { missing: countLacks(guests) } : {}),
      ...rest,
      ...warned(warnings),
    };
  },
});

/** What mends it. */
const NEXT: Readonly<Record<Lack, string>> = {
  "backup": "create_backup",
  "job": "create_backup_job",
  "fresh backup": "create_backup",
  "good verification": "create_backup",
  "verification": "verify_backups",
  "off-site copy": "get_backup_servers",
  "fresh off-site copy": "run_backup_server_job",
  "restore test": "rehearse_restore",
  "every disk": "get_guest_config",
};

/** Only a backup server verifies: of files a restore tells more. */
function nextOf({ kept_in, missing: [first] }: Assessment): string | undefined {
  if (first === undefined) return undefined;
  return first === "verification" && kept_in === undefined ? "rehearse_restore" : NEXT[first];
}

function countLacks(guests: readonly Coverage[]): Record<string, number> {
  const counts = LACKS.map((lack) =>
    [lack, guests.filter(({ missing = [] }) => missing.includes(lack)).length] as const
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/**
 * Compares all guests with all backups and jobs. While a storage cannot be read, or a guest's backups
 * cannot be seen, a guest without a backup elsewhere is `unknown`, never `not backed up`.
 *
 * @param wanted the only guest that matters
 */
async function readCoverage(
  context: ToolContext,
  wanted: number | undefined,
): Promise<{ guests: Coverage[]; warnings: string[] }> {
  const { pbs, pve, rehearsals } = context;
  const [{ volumes, warnings, partial, hides, offSite }, plans, tried, resources] = await Promise
    .all([readBackups(context, wanted), readPlans(pve, pbs), rehearsals.last(), pve.resources()]);
  const last = new Map(tried.map((rehearsal) => [rehearsal.vmid, rehearsal]));
  const backups = Map.groupBy(volumes, ({ vmid }) => vmid);
  const all = guestsIn(resources).filter(({ vmid }) => vmid === (wanted ?? vmid));
  const [good, newest] = [newestGood(volumes, all), newestOf(volumes, all)];
  const guests = all.map((guest) => {
    const { vmid, name, type, node } = guest;
    const { time, volid } = good.get(vmid) ?? {};
    const without = partial || hides(vmid) ? "unknown" as const : "not backed up" as const;
    const state = time === undefined ? without : "backed up" as const;
    const { jobs, leftOut } = plans.members?.get(vmid) ?? NO_JOB;
    const assessed = offSite && assess({
      now: pve.now(),
      state,
      good: good.get(vmid),
      newest: newest.get(vmid),
      jobs: plans.members && jobs.length,
      leftOut,
      interval: shortest(jobs, plans.intervals),
      copy: offSite.of(backups.get(vmid) ?? [], guest),
      rehearsal: last.get(vmid),
    });
    return compact({
      vmid,
      name,
      type,
      node,
      state,
      newest: time,
      age_seconds: time === undefined ? undefined : ageSeconds(pve.now(), time),
      volid,
      jobs: plans.members && jobs.map(({ id }) => id),
      left_out: leftOut.length === 0 ? undefined : [...leftOut],
      template: guest.template || undefined,
      last_proved_at: last.get(vmid)?.provedAt?.toISOString(),
      last_rehearsal: last.get(vmid)?.result,
      // That an older one is good is no comfort.
      verified: newest.get(vmid)?.verified === "failed" ? "failed" as const : undefined,
      ...(assessed && { ...assessed, next: nextOf(assessed) }),
    });
  });
  return { guests, warnings: [...warnings, ...plans.warnings, ...unfollowed(guests)] };
}

/** Why it is not known of backups in files whether they are elsewhere too. */
function unfollowed(guests: readonly Coverage[]): string[] {
  const inFiles = guests.filter(({ kept_in, off_site, volid }) =>
    off_site === "unknown" && volid !== undefined && kept_in === undefined
  );
  const storages = [...new Set(inFiles.map(({ volid }) => volid?.split(":", 1)[0]))].sort();
  return storages.length === 0 ? [] : [
    `whether backups in ${storages.join(", ")} are elsewhere too is not known: only sync jobs of ` +
    "backup servers are followed",
  ];
}

/** All backups, and what of them is elsewhere, as far as the config names backup servers. */
async function readBackups(context: ToolContext, vmid: number | undefined) {
  const { pbs, pve } = context;
  const join = await joinServers(pve, pbs, { clusters: neighboursOf(context), vmid });
  const [list, offSite] = await Promise.all([
    readVolumes(pve, { content: "backup", vmid }, { told: join.told }),
    pbs.names.length > 0 ? readOffSite(pbs, join) : undefined,
  ]);
  const untold = new Set([...join.warnings, ...offSite?.warnings ?? []]);
  const volumes = list.volumes.filter((one) => one.may_be_of === undefined);
  return { ...list, volumes, offSite, warnings: [...list.warnings, ...untold] };
}

const NO_JOB: Membership = { jobs: [], leftOut: [] };

interface Plans {
  /** For each guest what jobs back up of it; undefined while they cannot be read. */
  readonly members: ReadonlyMap<number, Membership> | undefined;
  /** Seconds, by schedule. */
  readonly intervals: ReadonlyMap<string, number | undefined>;
  readonly warnings: readonly string[];
}

async function readPlans(pve: Pve, pbs: CallsBackupServers): Promise<Plans> {
  const warnings: string[] = [];
  const part = <T>(what: string, read: () => Promise<T>): Promise<T | undefined> =>
    read().catch(onFailure((error) => {
      warnings.push(`${what} could not be read: ${error.message}`);
      return undefined;
    }));
  const members = await part("the backup jobs", () => readMembership(pve));
  const schedules = [...members?.values() ?? []].flatMap(({ jobs }) => jobs)
    .map(({ schedule }) => schedule);
  const intervals = pbs.names.length === 0
    ? undefined
    : await part("the intervals of backup jobs", () => intervalsOf(pve, schedules));
  return { members, intervals: intervals ?? new Map(), warnings };
}

function shortest(jobs: Membership["jobs"], intervals: Plans["intervals"]): number | undefined {
  const known = jobs.map(({ schedule = "" }) => intervals.get(schedule))
    .filter((interval) => interval !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
