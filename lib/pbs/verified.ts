import { type Group, groupName } from "./group.ts";
import type { Snapshot } from "./snapshots.ts";

/** How backups stand by what verifications have found, whatever the last task said. */
export type Verdict = ReturnType<typeof verdictOf>;

const MOST_SHOWN = 100;

/** @param options.since when the task began: what was verified before it was left out by it */
export function verdictOf(
  snapshots: readonly Snapshot[],
  { since }: { since: Date | undefined },
) {
  const finished = snapshots.filter(({ size_bytes }) => size_bytes !== undefined);
  const count = (state: Snapshot["verified"]) =>
    finished.filter(({ verified }) => verified === state).length;
  const bad = finished.filter(({ verified }) => verified === "failed");
  return {
    /** Read by the task in question. */
    checked: finished.filter(({ verified_at }) => isSince(verified_at, since)).length,
    good: count("ok"),
    failed: bad.length,
    never: count("never"),
    /** Being made, or broken off. */
    unfinished: snapshots.length - finished.length,
    bad: bad.slice(-MOST_SHOWN).reverse().map(({ namespace, time, ...one }) => ({
      group: groupName(one as Group),
      time,
      ...(namespace === "" ? {} : { namespace }),
    })),
  };
}

function isSince(at: string | undefined, since: Date | undefined): boolean {
  return at !== undefined && since !== undefined && Date.parse(at) >= since.getTime();
}

/** The backups that a verification would read. */
export function toVerify(
  snapshots: readonly Snapshot[],
  { ignoreVerified, outdatedAfterDays, now }: {
    ignoreVerified: boolean;
    outdatedAfterDays: number | undefined;
    now: Date;
  },
): Snapshot[] {
  return snapshots.filter(({ size_bytes, verified, verified_at }) => {
    if (size_bytes === undefined) return false;
    if (!ignoreVerified || verified === "never") return true;
    if (outdatedAfterDays === undefined) return false;
    const ageMs = now.getTime() - Date.parse(verified_at ?? "1970-01-01T00:00:00Z");
    return ageMs > outdatedAfterDays * 86_400_000;
  });
}
