import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { jobOf } from "../lib/proxmox/storage/backups.ts";
import {
  jobParams,
  type JobRow,
  nextRuns,
  requireJob,
  settingsOf,
} from "../lib/proxmox/storage/jobs.ts";
import { jobInput, jobOutput, newJobId } from "../lib/tool/backup_job.ts";
import { dryRun } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

const input = z.strictObject({
  id: newJobId.optional().describe("Default: a new one"),
  ...jobInput,
  schedule: jobInput.schedule.unwrap(),
  storage: jobInput.storage.describe("Default: a shared one with room"),
  mode: jobInput.mode.default("snapshot"),
  compress: jobInput.compress.default("zstd"),
  enabled: z.boolean().default(true),
  ...dryRun,
});

export default defineTool({
  name: "create_backup_job",
  title: "Create backup job",
  description:
    "Schedules backups, as every night, of all guests, of some (vmids), or of a pool. Tells the next runs.",
  scope: "admin",
  toolsets: ["backups"],
  hints: { ...CHANGES, idempotentHint: true },
  subject: "cluster",
  privileges: [
    ["/", "Sys.Audit"],
    ["/", "Sys.Modify"],
    ["/storage/{storage}", "Datastore.Allocate"],
  ],
  conditionalPrivileges: [{
    privilege: ["/pool/{pool}", "VM.Backup"],
    when: "with pool",
    if: ({ pool }) => pool !== undefined,
  }],
  input,
  output: z.object({ id: z.string().optional(), ...jobOutput }),
  action: ({ schedule }) => `create a backup job (${schedule})`,
  run: async (given, { pve }) => {
    if (!given.all && (given.vmids ?? given.pool ?? given.exclude) === undefined) {
      throw new AppError("invalid", "say which guests: all, vmids or pool");
    }
    const others = given.all ?? given.vmids ?? given.pool;
    const asked = given.exclude && others === undefined ? { ...given, all: true } : given;
    const runs = await nextRuns(pve, given.schedule);
    const params = await jobParams(pve, asked, { isNew: true });
    const rows = await pve.list("/cluster/backup");
    const same = rows.find((row) => isSame(row, params));
    if (same && (given.id === undefined || given.id === same.id)) {
      const there = pve.unchanged(`backup job ${same.id} does the same`);
      return { id: String(same.id), ...there, job: { ...jobOf(same) }, next_runs: runs };
    }
    const taken = rows.some((row) => row.id === given.id);
    pve.check(
      "the id is free",
      !taken,
      `there is a backup job ${given.id} already, which does something else; use update_backup_job`,
    );
    // Plans of the same are the same, whenever they are made.
    const id = given.id ?? `backup-${pve.dryRun ? "new" : crypto.randomUUID().slice(0, 8)}`;
    pve.foresee(`next runs: ${runs.join(", ") || "none, that time never comes"}`);
    if (given.keep === undefined) {
      pve.warn(
        "without keep, old backups go by the storage's own retention, which keeps all unless it is set",
      );
    }
    await pve.post("/cluster/backup", {}, { id, ...params });
    const job = pve.dryRun ? undefined : { ...jobOf(await requireJob(pve, id)) };
    return {
      id,
      ...compact({ job }),
      next_runs: runs,
      undo: `delete_backup_job ${JSON.stringify({ id })}`,
    };
  },
});

/** True when a job does at the same time the same with the same guests. */
function isSame(row: JobRow, params: Readonly<Record<string, unknown>>): boolean {
  const [one, other] = [settingsOf(row), settingsOf(params)].map(({ comment: _, ...settings }) =>
    JSON.stringify(Object.entries(settings).toSorted(([a], [b]) => a < b ? -1 : 1))
  );
  return one === other;
}
