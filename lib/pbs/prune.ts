import { records } from "../proxmox/api/values.ts";
import { forEachBounded } from "../proxmox/fan_out.ts";
import { type Part, readPart } from "./below.ts";
import type { ChosenStore } from "./chosen.ts";
import { groupName, groupParams, nsParams, snapshotName } from "./group.ts";
import {
  type KeptBy,
  type Retention,
  retentionParams,
  timezoneOf,
  whatKeeps,
} from "./retention.ts";
import { newestGoodOf, type Snapshot } from "./snapshots.ts";

/** A backup and what keeps it; `unknown` where the server keeps one that no known rule does. */
export interface Judged {
  readonly snapshot: Snapshot;
  readonly keptBy: KeptBy | "unknown";
}

/** What a prune would do. */
export interface PruneOutlook {
  /** All that the part holds, oldest first. */
  readonly judged: readonly Judged[];
  readonly goes: readonly Snapshot[];
  /** Groups of more than the server was asked about: what goes of the others is worked out only. */
  readonly unasked: number;
  /** By which its days are told apart; undefined where that is not known, and UTC stands in for it. */
  readonly timezone: string | undefined;
}

/** Groups that a server is asked about, one request each. */
const MOST_ASKED = 200;

/** What a prune of a part would do: the rules are worked out here, and the server has the last word. */
export async function foreseePrune(
  at: ChosenStore,
  { retention, ...part }: Part & { readonly retention: Retention },
): Promise<PruneOutlook> {
  const [snapshots, timezone] = await Promise.all([readPart(at, part), timezoneOf(at.pbs)]);
  const groups = [...Map.groupBy(snapshots, groupKey).values()];
  const told = await forEachBounded(
    groups.slice(0, MOST_ASKED),
    (own) => askAbout(at, { own, retention }),
  );
  const judged = groups.flatMap((own, index) => {
    const keeps = whatKeeps(own, { retention, timezone });
    const goes = told[index];
    return own.map((snapshot): Judged => {
      const keptBy = keeps.get(snapshot);
      if (goes === undefined) return { snapshot, keptBy };
      return { snapshot, keptBy: goes.has(snapshot.seconds) ? undefined : keptBy ?? "unknown" };
    });
  });
  return {
    judged,
    goes: judged.filter(({ keptBy }) => keptBy === undefined).map(({ snapshot }) => snapshot),
    unasked: Math.max(0, groups.length - MOST_ASKED),
    timezone,
  };
}

/** The times of those that go of one group, as the server tells. */
async function askAbout(
  { pbs, store }: ChosenStore,
  { own: [first], retention }: { own: readonly Snapshot[]; retention: Retention },
): Promise<ReadonlySet<number>> {
  if (first === undefined) return new Set();
  const rows = await pbs.simulatePrune(store, {
    ...groupParams(first),
    ...nsParams(first.namespace),
    ...retentionParams(retention),
  });
  return goneIn(rows);
}

/** The times of what goes in the answer to a prune of one group. */
function goneIn(rows: unknown): Set<number> {
  return new Set(
    records(rows).filter(({ keep }) => keep === false).map((row) => Number(row["backup-time"])),
  );
}

/** What a person must know before backups go: guests that would lose their newest good one. */
export function losses({ judged }: PruneOutlook): string[] {
  return [...Map.groupBy(judged, ({ snapshot }) => groupKey(snapshot)).values()].flatMap((own) => {
    const newest = newestGoodOf(own.map(({ snapshot }) => snapshot));
    const goes = own.find(({ snapshot }) => snapshot === newest)?.keptBy === undefined;
    if (newest === undefined || !goes) return [];
    const left = newestGoodOf(
      own.filter(({ keptBy }) => keptBy !== undefined).map(({ snapshot }) => snapshot),
    );
    const then = left === undefined ? "no good one is left" : `what is left is of ${left.time}`;
    return [`the newest good backup of ${nameIn(newest)} goes: ${then}`];
  });
}

/** What of it the server itself has not told. */
export function doubts(
  { timezone = "UTC, as the server tells no timezone", unasked }: PruneOutlook,
): string[] {
  if (unasked === 0) return [];
  return [`of ${unasked} groups it is worked out here, not by the server, by days of ${timezone}`];
}

/** `vm/101/2026-11-26T14:05:41Z in tenant-a (12.5 GiB, verified)`. */
export function shownSnapshot(one: Snapshot): string {
  const facts = [
    one.size_bytes === undefined ? "unfinished" : `${(one.size_bytes / 2 ** 30).toFixed(1)} GiB`,
    { ok: "verified", failed: "verification failed", never: "never verified" }[one.verified],
    ...(one.protected ? ["protected"] : []),
  ];
  const where = one.namespace === "" ? "" : ` in ${one.namespace}`;
  return `${snapshotName(one)}${where} (${facts.join(", ")})`;
}

function nameIn({ namespace, ...group }: Snapshot): string {
  return `${groupName(group)}${namespace === "" ? "" : ` in ${namespace}`}`;
}

function groupKey({ namespace, type, id }: Snapshot): string {
  return [namespace, type, id].join(" ");
}
