import * as z from "zod";
import { changed, guestReference, waiting } from "../lib/tool/fields.ts";
import { changePowerOfMany } from "../lib/proxmox/guest/bulk.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "bulk_power",
  title: "Power of many guests",
  description:
    "Starts, shuts down or stops up to 100 guests, chosen by list, or tag and pool. Only previews unless dry_run is false.",
  scope: "admin",
  hints: DESTROYS,
  subject: "guest",
  privileges: [["/vms/{vmid}", "VM.PowerMgmt"]],
  input: z.strictObject({
    action: z.enum(["start", "shutdown", "stop"]),
    vmids: z.array(guestReference).min(1).max(100).optional(),
    tag: z.string().min(1).optional(),
    pool: z.string().min(1).optional(),
    ...waiting,
    dry_run: z.boolean().default(true),
  }).refine(
    ({ vmids, tag, pool }) => (vmids === undefined) !== ((tag ?? pool) === undefined),
    "give either vmids, or tag and pool or one of them",
  ),
  output: z.object({
    ...changed,
    guests: z.array(
      z.object({
        vmid: z.union([z.number(), z.string()]),
        name: z.string(),
        result: z.string().describe("done, started, skipped or failed"),
        detail: z.string(),
        upid: z.string(),
      }).partial(),
    ).optional(),
    failed: z.number().optional(),
  }),
  action: ({ action }) => `${action} the guests`,
  run: async (input, { pve }) => {
    const guests = await changePowerOfMany(pve, input);
    return { guests, failed: guests.filter((guest) => guest.result === "failed").length };
  },
});
