import { oneLine, onFailure } from "../errors.ts";
import { clip } from "../proxmox/clip.ts";
import { compact, text, time } from "../proxmox/api/values.ts";
import type { RowOf } from "./api/types.ts";
import { type Datastore, datastoresOf } from "./datastores.ts";
import { grantsOf } from "./grants.ts";
import { type BackupServerJob, type JobKind, serverJobOf } from "./jobs.ts";
import type { PbsReader } from "./reader.ts";
import { readSyncJobs, remoteOf, type Syncs } from "./syncs.ts";
import { NODE } from "./tasks.ts";
import { seesRemotes, unseenBy } from "./unseen.ts";

/** A task that did not end well; `WARNINGS: n` are none of these. */
export type FailedTask = ReturnType<typeof failedOf>[number];

/** How one backup server is. */
export interface ServerHealth {
  readonly server: string;
  readonly version: string;
  readonly datastores: readonly Datastore[];
  readonly jobs: readonly BackupServerJob[];
  readonly syncs: Syncs;
  readonly failed: readonly FailedTask[];
  /** What the token is not shown, and the right that it lacks for it. */
  readonly unseen: readonly string[];
  /** What could not be read, and why. */
  readonly unread: readonly string[];
}

/** How many tasks are looked through; a reader that was broken off is no trouble (jobs.txt). */
const TASKS = 500;
const NOISE = ["reader"];

/**
 * Reads it in ten requests, however many datastores and jobs there are.
 *
 * @param options.since of failed tasks
 * @throws AppError when the server does not answer, or knows no such token
 */
export async function readHealth(
  reader: PbsReader,
  { now, since }: { now: Date; since: Date },
): Promise<ServerHealth> {
  // Of one that is away, no more than this is asked.
  const [{ version, release }, permissions] = await Promise.all([
    reader.get("/version"),
    reader.get("/access/permissions"),
  ]);
  const grants = grantsOf(permissions);
  const unread: string[] = [];
  const part = <T>(what: string, read: Promise<T>): Promise<T | undefined> =>
    read.catch(onFailure((error) => {
      unread.push(`${what}: ${clip(oneLine(error.message), 300)}`);
      return undefined;
    }));
  const jobsOf = async (kind: "prune" | "verify"): Promise<BackupServerJob[]> =>
    await part(`${kind} jobs`, reader.list(`/admin/${kind}`).then(toJobs(kind))) ?? [];
  const seconds = Math.floor(since.getTime() / 1000);
  const failures = async () => {
    const { rows, total = 0 } = await reader.page("/nodes/{node}/tasks", { node: NODE }, {
      errors: true,
      since: seconds,
      limit: TASKS,
    });
    if (total > TASKS) unread.push(`tasks: those before the newest ${TASKS} that did not end well`);
    return rows;
  };
  const [stores, usage, gc, verify, prune, sync, remotes, tasks] = await Promise.all([
    part("datastores", reader.list("/admin/datastore")),
    part("their use", reader.list("/status/datastore-usage")),
    part("garbage collection", reader.list("/admin/gc")),
    jobsOf("verify"),
    jobsOf("prune"),
    part("sync jobs", readSyncJobs(reader)),
    part("remotes", reader.list("/config/remote")),
    part("tasks", failures()),
  ]);
  const syncs: Syncs = {
    server: reader.server,
    jobs: sync ?? [],
    remotes: (remotes ?? []).map(remoteOf),
    complete: sync !== undefined && remotes !== undefined && seesRemotes(grants),
  };
  return {
    server: reader.server,
    version: [text(version), text(release)].filter((each) => each !== undefined).join("."),
    datastores: datastoresOf({ stores, usage, gc }, now),
    jobs: [...verify, ...prune, ...syncs.jobs],
    syncs,
    failed: (tasks ?? []).flatMap(failedOf),
    unseen: unseenBy(grants),
    unread: unread.sort(),
  };
}

function toJobs(kind: JobKind) {
  return (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows.map((row) => serverJobOf(kind, row));
}

function failedOf(row: RowOf<"/nodes/{node}/tasks">) {
  const [type, status] = [text(row.worker_type) ?? "", text(row.status)];
  // The list of errors has warnings too.
  if (status === undefined || status.startsWith("WARNINGS") || NOISE.includes(type)) return [];
  return [compact({
    upid: text(row.upid) ?? "",
    type,
    id: text(row.worker_id),
    ended: time(row.endtime),
    reason: clip(oneLine(status), 200),
  })];
}
