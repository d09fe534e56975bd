import * as z from "zod";
import { clip, newestFirst } from "../clip.ts";
import { forEachBounded } from "../fan_out.ts";
import type { Pve } from "../pve.ts";
import { compact, flag, number, text, time } from "../api/values.ts";
import type { Volume } from "./volumes.ts";

/** One backup job. */
export const jobRow = z.object({
  id: z.string(),
  enabled: z.boolean(),
  schedule: z.string(),
  next_run: z.string(),
  guests: z.string().describe("vmids, all, all but …, or pool …"),
  node: z.string(),
  storage: z.string(),
  mode: z.string(),
  keep: z.string(),
  comment: z.string(),
}).partial();

export type Job = z.output<typeof jobRow> & { id: string; enabled: boolean };

/** Reads the cluster's backup jobs. */
export async function readJobs(pve: Pve): Promise<Job[]> {
  const rows = await pve.list("/cluster/backup");
  return rows.map((row) =>
    compact({
      id: String(row.id),
      // Absent means enabled.
      enabled: row.enabled === undefined || flag(row.enabled),
      schedule: text(row.schedule),
      next_run: time(row["next-run"]),
      guests: selectionOf(row),
      node: text(row.node),
      storage: text(row.storage),
      mode: text(row.mode),
      keep: retentionOf(row["prune-backups"]),
      comment: text(row.comment) === undefined ? undefined : clip(String(row.comment), 200),
    })
  );
}

/** For each guest the enabled jobs that it is in. */
export async function readMembership(pve: Pve): Promise<Map<number, string[]>> {
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

/** The newest backup of each guest that did not fail its verification. */
export function newestGood(backups: readonly Volume[]): Map<number, Volume> {
  const newest = new Map<number, Volume>();
  for (const backup of backups) {
    const { vmid, time: made = "" } = backup;
    if (vmid === undefined || backup.verified === "failed") continue;
    if (made > (newest.get(vmid)?.time ?? "")) newest.set(vmid, backup);
  }
  return newest;
}

/** Seconds since an RFC 3339 time. */
export function ageSeconds(now: Date, made: string): number {
  return Math.max(0, Math.round((now.getTime() - Date.parse(made)) / 1000));
}

/** The key of a list of backups, newest first. */
export function backupKey({ time, volid, node }: Volume): string {
  const seconds = time === undefined ? 0 : Date.parse(time) / 1000;
  return `${newestFirst(seconds)} ${volid} ${node}`;
}

function selectionOf(row: Record<string, unknown>): string | undefined {
  const exclude = text(row.exclude);
  if (flag(row.all)) return exclude === undefined ? "all" : `all but ${exclude}`;
  const pool = text(row.pool);
  return pool === undefined ? text(row.vmid) : `pool ${pool}`;
}

function retentionOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return text(value);
  return Object.entries(value).map(([key, count]) => `${key}=${count}`).join(",") || undefined;
}
