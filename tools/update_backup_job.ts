import * as z from "zod";
import { AppError } from "../lib/errors.ts";
import { compact } from "../lib/proxmox/api/values.ts";
import { type Job, jobOf } from "../lib/proxmox/storage/backups.ts";
import {
  type JobParams,
  jobParams,
  type JobRow,
  type JobSettings,
  nextRuns,
  requireJob,
  settingsOf,
} from "../lib/proxmox/storage/jobs.ts";
import type { Change } from "../lib/proxmox/plan.ts";
import { jobId, jobInput, jobOutput } from "../lib/tool/backup_job.ts";
import { configOutput } from "../lib/tool/config_change.ts";
import { dryRun } from "../lib/tool/fields.ts";
import { CHANGES, defineTool } from "../lib/tool/tool.ts";

/** What a job may be without, by Proxmox's names. */
const OPTIONAL = {
  exclude: "exclude",
  node: "node",
  keep: "prune-backups",
  notes_template: "notes-template",
  comment: "comment",
} as const;

type Optional = keyof typeof OPTIONAL;

const input = z.strictObject({
  id: jobId,
  ...jobInput,
  unset: z.array(z.enum(Object.keys(OPTIONAL) as [Optional])).max(5).optional(),
  ...dryRun,
});

export default defineTool({
  name: "update_backup_job",
  title: "Update backup job",
  description:
    "Changes a backup job, or switches it on or off. all, vmids or pool replaces which guests.",
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
  output: z.object({ ...jobOutput, changes: configOutput.changes }),
  action: ({ id }) => `update backup job ${id}`,
  run: async ({ id, unset: names = [], dry_run: _, ...given }, { pve }) => {
    const row = await requireJob(pve, id);
    const before = settingsOf(row);
    const wanted = differences(before, await jobParams(pve, given));
    const runs = given.schedule === undefined ? undefined : await nextRuns(pve, given.schedule);
    const unset = names.filter((name) => before[name] !== undefined);
    assertFits(row, { wanted, unset });
    if (Object.keys(wanted).length === 0 && unset.length === 0) {
      const there = pve.unchanged(`backup job ${id} is so`);
      return { ...there, job: { ...jobOf(row) }, ...compact({ next_runs: runs }) };
    }
    const after = afterwards(row, { wanted, unset });
    const changes = changesOf(jobOf(row), jobOf(after));
    Object.assign(pve.plan.changes, changes);
    if (runs) pve.foresee(`next runs: ${runs.join(", ") || "none, that time never comes"}`);
    await pve.put("/cluster/backup/{id}", { id }, {
      // Proxmox takes a template of notes together with the storage only.
      ...("notes-template" in wanted ? compact({ storage: before.storage }) : {}),
      ...wanted,
      ...(unset.length > 0 ? { delete: unset.map((name) => OPTIONAL[name]).join(",") } : {}),
    });
    const job = pve.dryRun ? undefined : { ...jobOf(await requireJob(pve, id)) };
    return {
      ...compact({ job, next_runs: runs }),
      changes,
      undo: undoOf(id, before, settingsOf(after)),
    };
  },
});

/** Those of the settings that are not so already. */
function differences(before: JobSettings, params: JobParams): JobParams {
  const after = settingsOf(params);
  const same = (key: keyof JobSettings) =>
    JSON.stringify(before[key]) === JSON.stringify(after[key]);
  const keys = {
    all: "all",
    vmid: "vmids",
    pool: "pool",
    exclude: "exclude",
    "prune-backups": "keep",
    "notes-template": "notes_template",
  } as const;
  return Object.fromEntries(
    Object.entries(params).filter(([key]) =>
      !same((keys as Record<string, keyof JobSettings>)[key] ?? key as keyof JobSettings)
    ),
  );
}

/** What is set, by Proxmox's names, and what is taken away. */
interface Edit {
  readonly wanted: JobParams;
  readonly unset: readonly Optional[];
}

/** @throws AppError `invalid` */
function assertFits(row: JobRow, { wanted, unset }: Edit): void {
  const both = unset.find((name) => OPTIONAL[name] in wanted);
  if (both !== undefined) throw new AppError("invalid", `${both} is both given and in unset`);
  const { all } = settingsOf(row);
  if (wanted.exclude !== undefined && !all && !wanted.all) {
    throw new AppError("invalid", "exclude goes with all, and this job names its guests");
  }
}

/** The job as Proxmox will have it: what says which guests replaces what said so before. */
function afterwards(row: JobRow, { wanted, unset }: Edit): JobRow {
  const dropped: readonly string[] = [
    ...unset.map((name) => OPTIONAL[name]),
    ...wanted.vmid === undefined ? [] : ["all", "exclude", "pool"],
    ...wanted.all ? ["vmid", "pool"] : [],
    ...wanted.pool === undefined ? [] : ["vmid", "all", "exclude"],
    ...wanted.schedule === undefined ? [] : ["next-run"],
  ];
  const kept = Object.entries(row).filter(([key]) => !dropped.includes(key));
  return { ...Object.fromEntries(kept), ...wanted };
}

function changesOf(before: Job, after: Job): Record<string, Change> {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Job>;
  return Object.fromEntries(
    [...keys].filter((key) => key !== "next_run" && before[key] !== after[key])
      .map((key) => [key, compact({ from: before[key], to: after[key] })]),
  );
}

function undoOf(id: string, before: JobSettings, after: JobSettings): string {
  const keys = Object.keys({ ...before, ...after }) as (keyof JobSettings)[];
  const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  const back = changed.filter((key) => before[key] !== undefined).map((key) => [key, before[key]]);
  const unset = changed.filter((key) => before[key] === undefined && key in OPTIONAL);
  const again = { id, ...Object.fromEntries(back), ...(unset.length > 0 ? { unset } : {}) };
  return `update_backup_job ${JSON.stringify(again)}`;
}
