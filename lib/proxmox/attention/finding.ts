import { AppError } from "../../errors.ts";
import { Turns } from "../../turns.ts";
import { clip } from "../clip.ts";
import { forEachBounded } from "../fan_out.ts";
import { type Guest, guestLabel } from "../guest/directory.ts";
import type { Pve } from "../pve.ts";

/** The worst first. */
export const SEVERITIES = ["critical", "warning", "info"] as const;

/** What is wrong, for whoever knows what mends it. */
export type FindingKind =
  | "agent_dead"
  | "backup"
  | "backup_failed"
  | "backup_server"
  | "ceph"
  | "certificate"
  | "clock"
  | "cluster"
  | "config_waits"
  | "datastore"
  | "disk"
  | "garbage"
  | "ha"
  | "kernel"
  | "locked"
  | "replication"
  | "repository"
  | "security_updates"
  | "server_job"
  | "snapshot"
  | "storage_full"
  | "sync"
  | "task"
  | "unused_volume"
  | "verification"
  | "zfs";

/** Something that an administrator should look at. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: typeof SEVERITIES[number];
  readonly what: string;
  /** Names one thing, so that no two findings of a kind share it. */
  readonly where: string;
  /** RFC 3339. */
  readonly since?: string | undefined;
  /** How it is told where several guests or nodes have the like: of all, and of this one. */
  readonly alike?: {
    readonly of: "guests" | "nodes";
    readonly what: string;
    readonly who: string;
    readonly detail?: string;
  };
}

/** A finding, or several that are alike. */
export interface FindingRow extends Omit<Finding, "alike"> {
  readonly guests?: string[];
  readonly nodes?: string[];
}

/** What could not be looked at, and why. */
export interface Unread {
  readonly part: string;
  readonly of: string;
  readonly reason: string;
}

/** One thing to look at: `storages` of `the cluster`, `snapshots` of `VM 101`. */
export interface Probe {
  readonly part: string;
  readonly of: string;
  /** May tell `unread` why it could read only a part. */
  read(unread: (reason: string, of?: string) => void): Promise<readonly Finding[]>;
}

export interface Findings {
  readonly findings: readonly Finding[];
  readonly unread: readonly Unread[];
}

export const CLUSTER = "the cluster";
export const DAY_SECONDS = 86_400;
const LISTED = 100;
/** So many are begun in one turn: where all has been read before, nothing else would come between. */
const PER_TURN = 16;

/** Runs the probes, at most eight at a time; what fails is told, not left out. */
export async function runProbes(probes: readonly Probe[]): Promise<Findings> {
  const turns = new Turns();
  let turn = Promise.resolve();
  let begun = 0;
  const parts = await forEachBounded(probes, async ({ part, of, read }) => {
    if (++begun % PER_TURN === 0) turn = turns.next();
    await turn;
    const unread: Unread[] = [];
    try {
      const findings = await read((reason, what = of) => unread.push({ part, of: what, reason }));
      return { findings, unread };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      unread.push({ part, of, reason: clip(error.message, 300) });
      return { findings: [], unread };
    }
  });
  return {
    findings: parts.flatMap((part) => part.findings),
    unread: parts.flatMap((part) => part.unread),
  };
}

/** One row for findings that are alike, with the guests or nodes that have them. */
export function mergeAlike(findings: readonly Finding[]): FindingRow[] {
  const groups = Map.groupBy(
    findings,
    ({ kind, severity, where, alike }) =>
      JSON.stringify([kind, severity, alike ? alike.what : { where }]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { alike, ...row } = first;
    const those = new Set(group.map((one) => one.alike?.who));
    if (alike === undefined || those.size === 1) return group.map(({ alike: _, ...one }) => one);
    const items = group.map(({ alike: { who = "", detail } = {} }) =>
      detail === undefined ? who : `${who}: ${detail}`
    );
    const more = items.length > LISTED ? [`and ${items.length - LISTED} more`] : [];
    const since = group.map((one) => one.since).filter((one) => one !== undefined).sort()[0];
    return [{
      ...row,
      what: alike.what,
      where: `${those.size} ${alike.of}`,
      since,
      [alike.of]: [...items.slice(0, LISTED), ...more],
    }];
  });
}

/** `VM 101 (db1)`. */
export function placeOf(guest: Guest): string {
  return guest.name === undefined ? guestLabel(guest) : `${guestLabel(guest)} (${guest.name})`;
}

/** NaN for what is no time. */
export function daysSince(pve: Pick<Pve, "now">, time: string): number {
  return (pve.now().getTime() - Date.parse(time)) / 1000 / DAY_SECONDS;
}
