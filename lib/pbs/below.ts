import { AppError } from "../errors.ts";
import { forEachBounded } from "../proxmox/fan_out.ts";
import { instead } from "../proxmox/known.ts";
import type { ChosenStore } from "./chosen.ts";
import { type Group, groupName, guestOf } from "./group.ts";
import { readNamespaces, readSnapshots, type Snapshot } from "./snapshots.ts";

/** The part of a datastore that a change covers. */
export interface Part {
  /** Empty: the root. */
  readonly namespace: string;
  /** So many namespaces deep; all when not given. */
  readonly depth?: number | undefined;
  /** One group of that namespace only; without it the namespace and those below it. */
  readonly group?: Group | undefined;
}

/**
 * The backups of a part of a datastore, oldest first.
 *
 * @throws AppError `not_found` for a namespace or group that is not there: the server takes work on either
 * and ends it well (jobs.txt)
 */
export async function readPart(
  { pbs, store: datastore }: ChosenStore,
  { depth = Infinity, group, namespace }: Part,
): Promise<Snapshot[]> {
  const all = await readNamespaces(pbs, datastore);
  const at = `datastore ${datastore} of ${pbs.label}`;
  if (!all.includes(namespace)) {
    const known = all.filter((ns) => ns !== "").sort();
    throw new AppError(
      "not_found",
      `${at} has no namespace ${namespace}${instead(namespace, known)}`,
    );
  }
  const isCovered = (ns: string) =>
    isWithin(ns, namespace) && levelOf(ns) - levelOf(namespace) <= depth;
  const covered = group === undefined ? all.filter(isCovered) : [namespace];
  const read = await forEachBounded(
    covered,
    (ns) => readSnapshots(pbs, { datastore, namespace: ns }, group),
  );
  const snapshots = read.flat().sort((a, b) => a.seconds - b.seconds);
  if (group !== undefined && snapshots.length === 0) {
    throw noBackups({ pbs, store: datastore }, { namespace, group });
  }
  return snapshots;
}

/** What is told of a group that is not there. */
export function noBackups(
  { pbs, store }: ChosenStore,
  { namespace, group }: { readonly namespace: string; readonly group: Group },
): AppError {
  const at = `datastore ${store} of ${pbs.label}`;
  const where = namespace === "" ? at : `namespace ${namespace} of ${at}`;
  return new AppError("not_found", `${where} has no backups of ${groupName(group)}`);
}

function isWithin(namespace: string, above: string): boolean {
  return above === "" || namespace === above || namespace.startsWith(`${above}/`);
}

function levelOf(namespace: string): number {
  return namespace === "" ? 0 : namespace.split("/").length;
}

/** Those that are not there any more. */
export function goneFrom(before: readonly Snapshot[], after: readonly Snapshot[]): Snapshot[] {
  const keyOf = ({ id, namespace, seconds, type }: Snapshot) =>
    [namespace, type, id, seconds].join(" ");
  const left = new Set(after.map(keyOf));
  return before.filter((one) => !left.has(keyOf(one)));
}

/** The guests whose backups these are. */
export function guestsOf(snapshots: readonly Snapshot[]): number[] {
  return [...new Set(snapshots.flatMap((one) => guestOf(one) ?? []))];
}
