import * as z from "zod";
import { AppError } from "../../errors.ts";
import { ageSeconds, newestGood, readMembership } from "./backups.ts";
import { guestOf } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";
import { readVolumes } from "./volumes.ts";
import { compact } from "../api/values.ts";

/** How well one guest is backed up. */
export const coverageRow = z.object({
  vmid: z.number(),
  name: z.string(),
  type: z.string(),
  node: z.string(),
  state: z.enum(["backed up", "not backed up", "unknown"]),
  newest: z.string(),
  age_seconds: z.number(),
  volid: z.string(),
  jobs: z.array(z.string()),
  template: z.boolean(),
}).partial();

export type Coverage = z.output<typeof coverageRow>;

/**
 * Compares all guests with all backups and jobs. While a storage cannot be read, a guest without a
 * backup elsewhere is `unknown`, never `not backed up`.
 */
export async function readCoverage(
  pve: Pve,
): Promise<{ guests: Coverage[]; warnings: string[] }> {
  const [{ volumes, warnings }, jobs, resources] = await Promise.all([
    readVolumes(pve, { content: "backup" }),
    readMembership(pve).catch((error) => {
      if (error instanceof AppError) return `the backup jobs could not be read: ${error.message}`;
      throw error;
    }),
    pve.resources(),
  ]);
  const newest = newestGood(volumes);
  const guests = resources.map(guestOf).filter((guest) => guest !== undefined).map((guest) => {
    const { vmid, name, type, node } = guest;
    const { time, volid } = newest.get(vmid) ?? {};
    const without = warnings.length > 0 ? "unknown" : "not backed up";
    return compact({
      vmid,
      name,
      type,
      node,
      state: time === undefined ? without as Coverage["state"] : "backed up",
      newest: time,
      age_seconds: time === undefined ? undefined : ageSeconds(pve.now(), time),
      volid,
      jobs: typeof jobs === "string" ? undefined : jobs.get(vmid) ?? [],
      template: guest.template || undefined,
    });
  });
  return { guests, warnings: typeof jobs === "string" ? [...warnings, jobs] : warnings };
}
