import * as z from "zod";
import type { Volume } from "../proxmox/storage/volumes.ts";
import type { ColumnsOf } from "./columns.ts";

export const volumeRow = z.object(
  {
    volid: z.string(),
    node: z.string(),
    content: z.string(),
    format: z.string(),
    size_bytes: z.number(),
    used_bytes: z.number(),
    vmid: z.number(),
    time: z.string(),
    protected: z.boolean(),
    encrypted: z.boolean(),
    verified: z.string().describe("ok or failed"),
    notes: z.string(),
    parent: z.string(),
  } satisfies ColumnsOf<Volume>,
).partial();
