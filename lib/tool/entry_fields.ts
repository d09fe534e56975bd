import * as z from "zod";

/** What the edit of an entry tells: `from` and `to` by setting, and how it is taken back. */
export const entryOutput = {
  changes: z.looseObject({}).optional(),
  undo: z.string().optional(),
};
