import * as z from "zod";
import type { Rehearsal } from "../database/rehearsals.ts";
import { compact } from "../proxmox/api/values.ts";

/** What the copy told. */
const answered = z.object({
  os: z.string(),
  kernel: z.string(),
  hostname: z.string(),
  filesystems: z.array(
    z.object({
      mountpoint: z.string(),
      used_bytes: z.number().optional(),
      total_bytes: z.number().optional(),
    }),
  ),
  interfaces: z.array(z.string()),
}).partial();

/** A rehearsal as callers see it. */
export const rehearsalFields = {
  vmid: z.int(),
  result: z.enum(["proved", "started", "failed", "aborted", "running"])
    .describe(
      "proved: it answered from inside; started: it ran, nothing answered; aborted: tells nothing of the backup",
    ),
  state: z.string(),
  volid: z.string(),
  archive_time: z.string(),
  copy_vmid: z.int(),
  node: z.string(),
  storage: z.string(),
  begun: z.string(),
  begun_by: z.string(),
  ended: z.string(),
  restore_seconds: z.number(),
  boot_seconds: z.number(),
  answered,
  error: z.string(),
};

const row = z.object(rehearsalFields).partial();

export function rehearsalRow(rehearsal: Rehearsal): z.output<typeof row> {
  const { archiveTime, begun, begunBy, bootMs, copyVmid, ended, error, node } = rehearsal;
  const { restoreMs, result, state, storage, vmid, volid } = rehearsal;
  return compact({
    vmid,
    result: result === "" ? "running" as const : result,
    state,
    volid,
    archive_time: archiveTime?.toISOString(),
    copy_vmid: copyVmid,
    node,
    storage,
    begun: begun.toISOString(),
    begun_by: begunBy,
    ended: ended?.toISOString(),
    restore_seconds: secondsOf(restoreMs),
    boot_seconds: secondsOf(bootMs),
    answered: rehearsal.answered === ""
      ? undefined
      : answered.parse(JSON.parse(rehearsal.answered)),
    error: error === "" ? undefined : error,
  });
}

function secondsOf(milliseconds: number | null): number | undefined {
  return milliseconds === null ? undefined : Math.round(milliseconds / 100) / 10;
}
