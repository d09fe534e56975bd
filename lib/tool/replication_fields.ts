import * as z from "zod";
import { changedGuest, oneLine } from "./fields.ts";
import type { Privilege } from "./tool.ts";

/** What it takes to change a guest's jobs, since Proxmox VE 9 and before. */
export const CHANGING_REPLICATION: readonly Privilege[] = [
  ["/vms/{vmid}", "VM.Replicate", "Datastore.Allocate"],
  ["/vms/{vmid}", "VM.Audit"],
];

export const jobId = z.string().regex(/^[1-9][0-9]{2,8}-\d{1,9}$/, "must be like 101-0");

export const jobSettings = {
  schedule: z.string().max(128).optional().describe("Calendar event; default */15"),
  rate: z.number().min(0).max(100_000).refine(
    (rate) => rate === 0 || rate >= 1,
    "must be 0, or 1 or more",
  )
    .optional().describe("MB/s; 0: no limit"),
  comment: oneLine.max(4096).optional(),
  enabled: z.boolean().optional(),
};

/** A job, in the output. */
export const jobOutput = {
  ...changedGuest,
  job: z.string().optional(),
  target: z.string().optional(),
};
