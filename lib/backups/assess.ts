import type { LastRehearsal } from "../database/rehearsals.ts";
import { compact } from "../proxmox/api/values.ts";
import { placeText } from "../pbs/places.ts";
import { ageSeconds } from "../proxmox/storage/backups.ts";
import { allowedAge } from "../proxmox/storage/job_interval.ts";
import type { Backup } from "../proxmox/storage/told.ts";
import type { CopyOf } from "./copies.ts";

/** What a guest's backups lack; the most urgent first. */
export const LACKS = [
  "backup",
  "job",
  "fresh backup",
  "good verification",
  "verification",
  "off-site copy",
  "fresh off-site copy",
  "restore test",
  "every disk",
] as const;

export type Lack = typeof LACKS[number];

/** What is known of one guest. */
export interface Facts {
  readonly now: Date;
  readonly state: "backed up" | "not backed up" | "unknown";
  /** The newest that is whole and did not fail its verification, and the newest that is whole. */
  readonly good: Backup | undefined;
  readonly newest: Backup | undefined;
  /** How many jobs the guest is in, undefined while that is not known; and the shortest interval of them. */
  readonly jobs: number | undefined;
  readonly interval: number | undefined;
  /** Disks that are in no backup. */
  readonly leftOut: readonly string[];
  readonly copy: CopyOf;
  readonly rehearsal: LastRehearsal | undefined;
}

/** How well a guest is backed up; what is not known is `unknown`, and nothing that is lacking. */
export interface Assessment {
  readonly interval: "ok" | "late" | "none" | "unknown";
  readonly interval_seconds?: number;
  readonly verified: "ok" | "failed" | "never" | "unknown";
  readonly verified_at?: string;
  readonly off_site: "yes" | "no" | "unknown";
  readonly off_site_newest?: string;
  readonly off_site_in?: string;
  readonly kept_in?: string;
  readonly missing: Lack[];
}

export function assess(facts: Facts): Assessment {
  const { copy, good, interval, newest, now, rehearsal, state } = facts;
  const timely = timelinessOf(facts);
  const verified = verificationOf(facts);
  const offSite = state === "not backed up" ? "no" : copy.state;
  const copyAge = copy.newest === undefined ? undefined : ageSeconds(now, copy.newest.time);
  // A copy follows a backup, so that it may be one interval older.
  const oldCopy = copyAge !== undefined && interval !== undefined &&
    copyAge > interval + allowedAge(interval);
  const isLacking: Record<Lack, boolean> = {
    "backup": state === "not backed up",
    "job": timely === "none",
    "fresh backup": state === "backed up" && timely === "late",
    "good verification": verified === "failed",
    "verification": state === "backed up" && verified === "never",
    "off-site copy": state === "backed up" && offSite === "no",
    "fresh off-site copy": offSite === "yes" && oldCopy,
    "restore test": state === "backed up" &&
      (rehearsal === undefined || rehearsal.provedAt === null || rehearsal.result === "failed"),
    "every disk": state === "backed up" && facts.leftOut.length > 0,
  };
  return compact({
    interval: timely,
    interval_seconds: interval,
    verified,
    verified_at: verified === "failed" ? newest?.verified_at : good?.verified_at,
    off_site: offSite,
    off_site_newest: copy.newest?.time,
    off_site_in: copy.newest === undefined ? undefined : placeText(copy.newest),
    kept_in: good?.kept_in,
    missing: LACKS.filter((lack) => isLacking[lack]),
  });
}

/** Whether the newest good backup is younger than the interval of the guest's jobs. */
function timelinessOf({ good, interval, jobs, now, state }: Facts): Assessment["interval"] {
  if (jobs === undefined) return "unknown";
  if (jobs === 0) return "none";
  if (good?.time === undefined) return state === "unknown" ? "unknown" : "late";
  if (interval === undefined) return "unknown";
  return ageSeconds(now, good.time) > allowedAge(interval) ? "late" : "ok";
}

/** Of the newest whole backup: that an older one is good is no comfort when the newest is not. */
function verificationOf({ newest, state }: Facts): Assessment["verified"] {
  if (newest === undefined) return state === "unknown" ? "unknown" : "never";
  return newest.verified === "ok" || newest.verified === "failed" ? newest.verified : "never";
}
