import * as z from "zod";

/** One setting, or one part of one, that is not the same. */
export const differenceRow = z.object({
  key: z.string(),
  part: z.string().describe("of a value like bridge=vmbr0,firewall=1"),
  from: z.string(),
  to: z.string(),
}).partial();
