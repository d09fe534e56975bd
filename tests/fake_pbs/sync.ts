import { needPrivs } from "./access.ts";
import { fail } from "./errors.ts";
import type { Job } from "./jobs.ts";
import { nsText } from "./prune.ts";
import type { FakeDatastore, FakeGroup, FakePbsState } from "./state.ts";
import type { TaskLog } from "../fake_pve/task_state.ts";
import {
  aclPath,
  findGroup,
  groupsIn,
  hasNamespace,
  namespacesBelow,
  removeSnapshot,
  stillUsable,
  storeNamed,
  timeText,
} from "./stores.ts";
import { startTask, type TaskPlan } from "./tasks.ts";
import type { Call, Handlers } from "./world.ts";

interface Side {
  store: FakeDatastore;
  ns: string;
}

interface Copying {
  from: Side;
  to: Side;
  depth: number | undefined;
  owner: string;
  removeVanished: boolean;
}

function remoteStore({ remotes, ...state }: FakePbsState, job: Job): FakeDatastore {
  const remote = job.remote === undefined ? undefined : remotes.get(String(job.remote));
  if (job.remote !== undefined && !remote) fail(`no such remote '${job.remote}'`);
  if (remote?.error !== undefined) fail(`Querying namespaces failed - ${remote.error}`);
  return storeNamed({ remotes, ...state }, String(job["remote-store"]));
}

/** What a sync job does when its task ends. */
export function syncTask(call: Call, job: Job): TaskPlan {
  const push = job["sync-direction"] === "push";
  const source = job.remote === undefined ? "" : `${job.remote}/`;
  const there = `${source}${job["remote-store"]}`;
  const id = [job.remote ?? "-", job["remote-store"], job.store, job.ns ?? "", job.id].join(":");
  return {
    type: "syncjob",
    id,
    job: `sync ${job.id}`,
    aborted: "sync aborted",
    begin: [
      `Starting datastore sync job '${id}'`,
      `sync datastore '${job.store}' ${push ? "to" : "from"} '${there}'`,
    ],
    work: (log) => {
      copyAll(call, log, job);
      log.line(`sync job '${id}' end`);
    },
  };
}

function copyAll({ state, who }: Call, log: TaskLog, job: Job): void {
  const here = { store: storeNamed(state, job.store), ns: String(job.ns ?? "") };
  const there = { store: remoteStore(state, job), ns: String(job["remote-ns"] ?? "") };
  const push = job["sync-direction"] === "push";
  const copying: Copying = {
    from: push ? here : there,
    to: push ? there : here,
    depth: job["max-depth"] === undefined ? undefined : Number(job["max-depth"]),
    owner: String(job.owner ?? (who === "" ? "root@pam" : who)),
    removeVanished: job["remove-vanished"] === true,
  };
  stillUsable(copying.to.store);
  log.line("----");
  let errors = 0;
  for (const ns of namespacesBelow(copying.from.store, copying.from.ns, copying.depth)) {
    errors += copyNamespace(log, { ...copying, from: { ...copying.from, ns } }, {
      rest: ns.slice(copying.from.ns.length).replace(/^\//, ""),
    });
  }
  if (errors) fail("sync failed with some errors.");
}

/** One namespace, into the one of the same place at the target; gives how many groups failed. */
function copyNamespace(log: TaskLog, copying: Copying, { rest }: { rest: string }): number {
  const { from, to } = copying;
  const ns = [to.ns, rest].filter((part) => part !== "").join("/");
  if (!hasNamespace(to.store, ns)) to.store.namespaces.push(ns);
  const [source, target] = [from, { store: to.store, ns }].map((side) =>
    `datastore '${side.store.config.name}', ${nsText(side.ns)}`
  );
  log.line(`Syncing ${source} into ${target}`);
  const groups = groupsIn(from.store, from.ns);
  log.line(`Found ${groups.length} groups to sync (out of ${groups.length} total)`);
  const failed = groups.filter((group) =>
    !copyGroup(log, { ...copying, to: { store: to.store, ns } }, group)
  );
  return failed.length;
}

function copyGroup(log: TaskLog, { owner, removeVanished, to }: Copying, group: FakeGroup) {
  const { id, type } = group;
  const found = findGroup(to.store, { ns: to.ns, type, id });
  const target: FakeGroup = found ?? { ns: to.ns, type, id, owner, snapshots: [] };
  if (target.owner !== owner) {
    log.line(
      `[${type}/${id}]: sync group failed - owner check failed (${owner} != ${target.owner})`,
    );
    return false;
  }
  if (!found) to.store.groups.push(target);
  const newest = Math.max(0, ...target.snapshots.map((one) => one.time));
  for (const snapshot of group.snapshots) {
    // One that is written still is left for another time, and what is old is not looked at again.
    if (!snapshot.files.length || snapshot.time <= newest) continue;
    log.line(`[${type}/${id}]: ${timeText(snapshot.time)}: start sync`);
    target.snapshots.push({ ...snapshot, protected: false });
  }
  const there = new Set(group.snapshots.map((one) => one.time));
  const vanished = target.snapshots.filter((one) => !there.has(one.time) && !one.protected);
  for (const snapshot of removeVanished ? vanished : []) {
    log.line(`[${type}/${id}]: delete vanished snapshot ${timeText(snapshot.time)}`);
    removeSnapshot(to.store, target, snapshot);
  }
  return true;
}

/** A sync without a job. */
function syncOnce(call: Call, job: Job): string {
  return startTask(call, {
    type: "sync",
    id: job.store,
    aborted: "sync aborted",
    work: (log) => copyAll(call, log, job),
  });
}

function pull(call: Call): string {
  const { params, state, who } = call;
  const job: Job = { ...params.values, id: "", store: params.text("store") };
  needPrivs(state, who, aclPath(job.store, params.text("ns")), ["Datastore.Backup"]);
  if (params.has("remote")) needPrivs(state, who, remoteOf(call), ["Remote.Read"]);
  return syncOnce(call, job);
}

function push(call: Call): string {
  const { params, state, who } = call;
  const store = params.text("store");
  needPrivs(state, who, remoteOf(call), ["Remote.DatastoreBackup"]);
  const own = aclPath(store, params.text("ns"));
  needPrivs(state, who, own, ["Datastore.Read", "Datastore.Backup"]);
  return syncOnce(call, { ...params.values, id: "", store, "sync-direction": "push" });
}

function remoteOf({ params }: Call): string {
  return `/remote/${params.text("remote")}/${params.text("remote-store")}`;
}

export const syncHandlers: Handlers = { "POST /pull": pull, "POST /push": push };
