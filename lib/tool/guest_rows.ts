import * as z from "zod";
import type { PendingChange } from "../proxmox/guest/guest_config.ts";
import type { Snapshot } from "../proxmox/guest/snapshots.ts";
import type { ColumnsOf } from "./columns.ts";

/** One change of a configuration that is not in effect yet. */
export const pendingRow = z.object(
  {
    key: z.string(),
    value: z.string(),
    pending: z.string().describe("Absent: will be removed"),
  } satisfies ColumnsOf<PendingChange>,
).partial();

export const snapshotRow = z.object(
  {
    name: z.string(),
    time: z.string(),
    description: z.string(),
    parent: z.string(),
    with_memory: z.boolean(),
    incomplete: z.string().describe("prepare or delete, under way or broken off"),
  } satisfies ColumnsOf<Snapshot>,
).partial();
