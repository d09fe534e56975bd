import { clip } from "../proxmox/clip.ts";
import { forEachBounded } from "../proxmox/fan_out.ts";
import { compact, number, records, text, time } from "../proxmox/api/values.ts";
import { isPbsKind } from "./api/errors.ts";
import { garbled } from "./api/failures.ts";
import type { RowOf } from "./api/types.ts";
import type { Group } from "./group.ts";
import type { PbsReader } from "./reader.ts";
import { parsePbsUpid } from "./upid.ts";

/** Where groups of backups are: the root namespace is empty. */
export interface Place {
  readonly server: string;
  readonly datastore: string;
  readonly namespace: string;
}

export type BackupType = "vm" | "ct" | "host";

/** One backup; times are RFC 3339. */
export type Snapshot = ReturnType<typeof snapshotOf>;

export interface GroupFilter {
  readonly type?: BackupType | undefined;
  readonly id?: string | undefined;
}

/**
 * The namespaces of a datastore that the token may see, the root as an empty text; before 2.2 there was nothing
 * but the root.
 */
export async function readNamespaces(reader: PbsReader, store: string): Promise<string[]> {
  try {
    const rows = await reader.list("/admin/datastore/{store}/namespace", { store });
    return rows.map(({ ns }) => text(ns) ?? "");
  } catch (error) {
    if (!isPbsKind(error, "not_offered")) throw error;
    return [""];
  }
}

/**
 * The backups in one namespace, without those below it, in no order. Where the list is too long for one
 * answer its groups are asked for one by one.
 */
export async function readSnapshots(
  reader: PbsReader,
  { datastore, namespace }: Pick<Place, "datastore" | "namespace">,
  { type, id }: GroupFilter = {},
): Promise<Snapshot[]> {
  const place = { server: reader.server, datastore, namespace };
  const ns = namespace === "" ? {} : { ns: namespace };
  const read = async (filter: GroupFilter) => {
    const rows = await reader.list("/admin/datastore/{store}/snapshots", { store: datastore }, {
      ...ns,
      ...compact({ "backup-type": filter.type, "backup-id": filter.id }),
    });
    return rows.map((row) => snapshotOf(row, { place, reader }));
  };
  try {
    return await read({ type, id });
  } catch (error) {
    if (id !== undefined || !isPbsKind(error, "garbled")) throw error;
    const groups = await reader.list("/admin/datastore/{store}/groups", { store: datastore }, ns);
    const wanted = groups.map((row) => groupOf(row, reader))
      .filter((group) => type === undefined || group.type === type);
    return (await forEachBounded(wanted, read)).flat();
  }
}

/** A row that names no group may be any guest's backup. */
function groupOf(
  row: { readonly "backup-type"?: unknown; readonly "backup-id"?: unknown },
  { client }: PbsReader,
): Group {
  const [type, id] = [text(row["backup-type"]), text(row["backup-id"])];
  if (type === undefined || id === undefined) throw garbled(client, "lists a backup of no group");
  return { type: type as BackupType, id };
}

function snapshotOf(
  row: RowOf<"/admin/datastore/{store}/snapshots">,
  { place, reader }: { place: Place; reader: PbsReader },
) {
  const seconds = number(row["backup-time"]);
  const made = time(seconds);
  if (seconds === undefined || made === undefined) {
    throw garbled(reader.client, "lists a backup of no time");
  }
  const [verification] = records([row.verification]);
  const state = text(verification?.state);
  const comment = text(row.comment);
  const encrypted = records(row.files).some((file) => file["crypt-mode"] === "encrypt");
  const verified: "ok" | "failed" | "never" = state === "ok" || state === "failed"
    ? state
    : "never";
  return compact({
    ...place,
    ...groupOf(row, reader),
    /** What tells it from others of its group. */
    seconds,
    time: made,
    /** Absent of one that is being made, or broke off: it is in the lists all the same (jobs.txt). */
    size_bytes: number(row.size),
    verified,
    verified_at: verifiedAt(verification?.upid),
    protected: row.protected === true ? true as const : undefined,
    encrypted: encrypted ? true as const : undefined,
    owner: text(row.owner),
    comment: comment === undefined ? undefined : clip(comment, 200),
  });
}

/** Only the task of a verification tells when it was. */
function verifiedAt(upid: unknown): string | undefined {
  if (typeof upid !== "string") return undefined;
  try {
    return parsePbsUpid(upid).startTime.toISOString();
  } catch {
    // A copy keeps the UPID of wherever it was verified.
    return undefined;
  }
}

/** The newest that is whole, and did not fail its verification. */
export function newestGoodOf(snapshots: readonly Snapshot[]): Snapshot | undefined {
  return snapshots.reduce<Snapshot | undefined>((newest, one) => {
    if (one.size_bytes === undefined || one.verified === "failed") return newest;
    return newest === undefined || one.seconds > newest.seconds ? one : newest;
  }, undefined);
}
