import type { CallsBackupServers } from "../pbs/call.ts";
import { placeText } from "../pbs/places.ts";
import type { BackupServerJob } from "../pbs/jobs.ts";
import { newestGoodOf, type Place, type Snapshot } from "../pbs/snapshots.ts";
import { DEFAULT_PORT, type Remote, type Syncs } from "../pbs/syncs.ts";
import type { SnapshotLists } from "./lists.ts";
import { findServer } from "./storages.ts";

/** One end of a sync job; of a server that the config does not name, only what the job calls it. */
interface End {
  readonly server: string | undefined;
  readonly datastore: string;
  readonly namespace: string;
}

/** What a sync job copies, and where to. */
export interface Route {
  readonly job: BackupServerJob;
  /** The server whose job it is. */
  readonly of: string;
  readonly from: End;
  readonly to: End;
  /** Who owns what it brings; undefined where that is not known. */
  readonly owner: string | undefined;
}

/** Whose what a sync job pulls is that names nobody (`do_sync_job`). */
const DEFAULT_OWNER = "root@pam";

/** The routes of all sync jobs: pulled ones come from elsewhere, pushed ones go there. */
export function routesOf(
  syncs: readonly Syncs[],
  pbs: Pick<CallsBackupServers, "places">,
): Route[] {
  return syncs.flatMap(({ jobs, remotes, server }) =>
    jobs.map((job): Route => {
      const { datastore, namespace = "", other_datastore = "", other_namespace = "" } = job;
      const here = { server, datastore, namespace };
      const there = {
        server: job.remote === undefined ? server : remoteServer(pbs, remotes, job.remote),
        datastore: other_datastore,
        namespace: other_namespace,
      };
      if (job.direction !== "push") {
        return { job, of: server, from: there, to: here, owner: job.owner ?? DEFAULT_OWNER };
      }
      const owner = remotes.find(({ name }) => name === job.remote)?.user;
      return { job, of: server, from: here, to: there, owner };
    })
  );
}

function remoteServer(
  pbs: Pick<CallsBackupServers, "places">,
  remotes: readonly Remote[],
  name: string,
): string | undefined {
  const remote = remotes.find((one) => one.name === name);
  if (remote === undefined) return undefined;
  const { host, port = DEFAULT_PORT, fingerprint } = remote;
  return findServer(pbs, { host, port, fingerprint });
}

/** Where a route brings what is at a place; undefined for a route that does not begin there. */
export function targetOf({ from, job, to }: Route, place: Place): End | undefined {
  if (from.server !== place.server || from.datastore !== place.datastore) return undefined;
  const below = from.namespace === ""
    ? place.namespace
    : place.namespace === from.namespace
    ? ""
    : place.namespace.startsWith(`${from.namespace}/`)
    ? place.namespace.slice(from.namespace.length + 1)
    : undefined;
  if (below === undefined) return undefined;
  const depth = below === "" ? 0 : below.split("/").length;
  if (job.max_depth !== undefined && depth > job.max_depth) return undefined;
  const namespace = [to.namespace, below].filter((part) => part !== "").join("/");
  return { ...to, namespace };
}

/** Whether a copy of a guest's backups is elsewhere. */
export interface CopyOf {
  readonly state: "yes" | "no" | "unknown";
  /** The newest there. */
  readonly newest?: Snapshot;
}

/** What is where a sync job brings copies. */
interface Target {
  readonly owner: string | undefined;
  /** By group. */
  readonly groups: ReadonlyMap<string, readonly Snapshot[]>;
}

/** What sync jobs have brought elsewhere of what is at places. */
export class Copies {
  /** By the place that they are copies of. */
  readonly #targets: ReadonlyMap<string, readonly Target[]>;
  readonly #unsure: ReadonlySet<string>;
  readonly warnings: readonly string[];

  private constructor(
    targets: ReadonlyMap<string, readonly Target[]>,
    { unsure, warnings }: { unsure: ReadonlySet<string>; warnings: readonly string[] },
  ) {
    this.#targets = targets;
    this.#unsure = unsure;
    this.warnings = warnings;
  }

  /**
   * Reads the targets of all routes from these places.
   *
   * @param options.complete false when there may be routes that nobody knows of
   */
  static async read(
    places: readonly Place[],
    { complete, lists, routes }: {
      complete: boolean;
      lists: SnapshotLists;
      routes: readonly Route[];
    },
  ): Promise<Copies> {
    const warnings = new Set<string>();
    const unsure = new Set<string>();
    const targets = new Map<string, Target[]>();
    await Promise.all(places.map(async (place) => {
      const key = placeText(place);
      if (!complete) unsure.add(key);
      for (const route of routes) {
        const target = targetOf(route, place);
        if (target === undefined) continue;
        if (target.server === undefined) {
          unsure.add(key);
          warnings.add(
            `sync job ${route.job.id} of backup server ${route.of} copies ${key} to remote ` +
              `${route.job.remote}, which is none of backup_servers: what is there is unknown`,
          );
          continue;
        }
        const listed = await lists.at({ ...target, server: target.server });
        if (!listed.complete) unsure.add(key);
        if (listed.why !== undefined) warnings.add(listed.why);
        const groups = Map.groupBy(listed.snapshots, groupKey);
        targets.set(key, [...targets.get(key) ?? [], { owner: route.owner, groups }]);
      }
    }));
    return new Copies(targets, { unsure, warnings: [...warnings].sort() });
  }

  /**
   * @param options.times when the guest's backups were made, RFC 3339: a copy bears the time of what it is a
   * copy of, whoever owns it
   */
  of(
    place: Place,
    group: Pick<Snapshot, "type" | "id">,
    { times }: { times: ReadonlySet<string | undefined> },
  ): CopyOf {
    const key = placeText(place);
    const found = (this.#targets.get(key) ?? []).map(({ groups, owner }) => {
      const there = groups.get(groupKey(group)) ?? [];
      const isOthers = there.length > 0 && owner !== undefined &&
        !there.some((one) => (one.owner ?? owner) === owner || times.has(one.time));
      return { isOthers, there };
    });
    const newest = newestGoodOf(found.flatMap(({ isOthers, there }) => isOthers ? [] : there));
    if (newest !== undefined) return { state: "yes", newest };
    const isUnsure = this.#unsure.has(key) || found.some(({ isOthers }) => isOthers);
    return { state: isUnsure ? "unknown" : "no" };
  }
}

function groupKey({ type, id }: Pick<Snapshot, "type" | "id">): string {
  return `${type}/${id}`;
}
