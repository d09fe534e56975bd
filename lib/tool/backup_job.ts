import * as z from "zod";
import type { Job } from "../proxmox/storage/backups.ts";
import type { JobSettings } from "../proxmox/storage/jobs.ts";
import type { ColumnsOf } from "./columns.ts";
import { changed, guestReference, nodeName, oneLine, storageId } from "./fields.ts";

/** As Proxmox wants it of a new job; those that it names by itself have a UUID. */
export const newJobId = z.string().max(50)
  .regex(/^[A-Za-z][A-Za-z0-9_-]+$/, "must be a letter, then letters, digits, _ or -");
export const jobId = z.string().max(50).regex(
  /^[A-Za-z0-9][A-Za-z0-9:._-]*$/,
  "must be a backup job's id",
);

export const jobRow = z.object(
  {
    id: z.string(),
    enabled: z.boolean(),
    schedule: z.string(),
    next_run: z.string(),
    guests: z.string().describe("vmids, all, all but ..., or pool ..."),
    node: z.string(),
    storage: z.string(),
    mode: z.string(),
    compress: z.string(),
    keep: z.string(),
    notes_template: z.string(),
    comment: z.string(),
  } satisfies ColumnsOf<Job>,
).partial();

const guests = z.array(guestReference).min(1).max(500);

/** How often, which guests, where to and how. */
export const jobInput = {
  schedule: z.string().min(1).max(128).describe("02:00, mon..fri 21:00, ...").optional(),
  all: z.boolean().optional().describe("All guests, also later ones"),
  vmids: guests.optional(),
  pool: z.string().max(100).optional(),
  exclude: guests.optional().describe("With all"),
  storage: storageId.optional(),
  node: nodeName.optional().describe("Only guests on it"),
  mode: z.enum(["snapshot", "suspend", "stop"]).optional(),
  compress: z.enum(["0", "gzip", "lzo", "zstd"]).optional(),
  keep: z.string().max(200).regex(
    /^keep-(?:all|last|hourly|daily|weekly|monthly|yearly)=\d+(?:,keep-(?:last|hourly|daily|weekly|monthly|yearly)=\d+)*$/,
    "must be like keep-daily=7,keep-weekly=4",
  ).optional().describe("keep-daily=7,keep-weekly=4"),
  notes_template: z.string().trim().max(500).optional().describe("{{guestname}}, ..."),
  comment: oneLine.max(512).optional(),
  enabled: z.boolean().optional(),
} satisfies { readonly [Name in keyof JobSettings]-?: z.ZodType<JobSettings[Name]> };

/** What a change of a job answers. */
export const jobOutput = {
  unchanged: z.boolean().optional(),
  job: z.looseObject({}).optional(),
  next_runs: z.array(z.string()).optional(),
  ...changed,
  undo: z.string().optional(),
};
