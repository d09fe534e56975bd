import * as z from "zod";

/** What the edit of an entry tells, by setting, and how it is taken back. */
export const entryOutput = {
  changes: z.record(
    z.string(),
    z.object({ from: z.unknown().optional(), to: z.unknown().optional() }),
  ).optional(),
  undo: z.string().optional(),
};
