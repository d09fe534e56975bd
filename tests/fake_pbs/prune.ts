import { fail } from "./errors.ts";
import { describe, marked, type Retention, retentionIn } from "./retention.ts";
import type { FakeDatastore, FakeGroup } from "./state.ts";
import type { TaskLog } from "../fake_pve/task_state.ts";
import {
  checkOwner,
  enter,
  folderOf,
  groupOf,
  groupsIn,
  namespacesBelow,
  noFile,
  owns,
  removeSnapshot,
  snapshotName,
  stillUsable,
} from "./stores.ts";
import { startTask } from "./tasks.ts";
import type { Call, Handlers } from "./world.ts";

const entering = { all: ["Datastore.Modify"], own: ["Datastore.Prune"] };

/** In words of logs. */
export function nsText(ns: string): string {
  return ns === "" ? "root namespace" : `namespace '${ns}'`;
}

function rows(group: FakeGroup, retention: Retention): Record<string, unknown>[] {
  return marked(group.snapshots, retention).map(({ keep, snapshot }) => ({
    "backup-id": group.id,
    "backup-time": snapshot.time,
    "backup-type": group.type,
    keep,
    ...(group.ns === "" ? {} : { ns: group.ns }),
    protected: snapshot.protected === true,
  }));
}

function pruneGroup(call: Call): unknown {
  const { params, who } = call;
  const { store, ns, mine } = enter(call, { access: "write", ...entering });
  const group = groupOf(store, call);
  if (!group) fail(noFile);
  if (mine) checkOwner(who, group.owner);
  const retention = retentionIn(params);
  const told = rows(group, retention);
  if (params.flag("dry-run")) return told;
  const name = `${group.type}/${group.id}`;
  const upid = startTask(call, {
    type: "prune",
    id: `${store.config.name}:${ns}:${name}`,
    work: (log) => {
      log.line(retentionText(retention));
      log.line(
        `Starting prune on datastore '${store.config.name}', ${nsText(ns)} group "${name}"`,
      );
      for (const { keep, snapshot } of marked(group.snapshots, retention)) {
        const one = snapshotName(group, snapshot);
        log.line(`${one} ${keep ? "keep" : "remove"}`);
        if (keep) continue;
        log.line(`removing backup snapshot "${folderOf(store, ns, one)}"`);
        if (snapshot.stuck) log.warn(`failed to remove dir "${one}": EROFS`);
        else removeSnapshot(store, group, snapshot);
      }
    },
    // Without a task it is over when the answer comes.
    ...(params.flag("use-task") ? {} : { atOnce: true }),
  });
  return params.flag("use-task") ? upid : told;
}

function retentionText(retention: Retention): string {
  const text = describe(retention);
  return text === "" ? "No prune selection - keeping all files." : `retention options: ${text}`;
}

export interface Pruning {
  store: FakeDatastore;
  ns: string;
  depth?: number | undefined;
  retention: Retention;
  dryRun?: boolean;
  /** Left out are groups of which this says no. */
  mine?: (group: FakeGroup) => boolean;
}

/** Prunes all groups from a namespace down. */
export function pruneStore(log: TaskLog, pruning: Pruning): void {
  const { depth, dryRun = false, mine = () => true, ns, retention, store } = pruning;
  const how = depth === undefined ? "down to full depth" : `max-depth ${depth}`;
  log.line(
    `Starting datastore prune on datastore '${store.config.name}', ${nsText(ns)}, ${how}`,
  );
  if (dryRun) log.line("(dry test run)");
  log.line(retentionText(retention));
  for (const each of namespacesBelow(store, ns, depth)) {
    for (const group of groupsIn(store, each).filter(mine)) {
      log.line(`Pruning group ${each}:"${group.type}/${group.id}"`);
      for (const { keep, snapshot } of marked(group.snapshots, retention)) {
        const what = keep ? "keep" : "remove";
        log.line(`${dryRun ? "would " : ""}${what} ${snapshotName(group, snapshot)}`);
        if (keep || dryRun) continue;
        if (snapshot.stuck) log.warn(`failed to remove dir "${snapshotName(group, snapshot)}"`);
        else removeSnapshot(store, group, snapshot);
      }
    }
  }
}

function pruneDatastore(call: Call): unknown {
  const { params, who } = call;
  const { store, ns, mine } = enter(call, { access: "write", ...entering });
  return startTask(call, {
    type: "prune",
    id: `${store.config.name}:${ns}`,
    work: (log) => {
      stillUsable(store);
      pruneStore(log, {
        store,
        ns,
        depth: params.number("max-depth"),
        retention: retentionIn(params),
        dryRun: params.flag("dry-run"),
        mine: (group) => !mine || owns(who, group.owner),
      });
    },
  });
}

const base = "/admin/datastore/{store}";

export const pruneHandlers: Handlers = {
  [`POST ${base}/prune`]: pruneGroup,
  [`POST ${base}/prune-datastore`]: pruneDatastore,
};
