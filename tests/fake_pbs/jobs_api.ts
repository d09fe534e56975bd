import { may, needPrivs } from "./access.ts";
import { change, checkDigest, checkSchedule, digestOf, settings } from "./configs.ts";
import { fail, refuse } from "./errors.ts";
import {
  checkIdle,
  type Job,
  jobNamed,
  jobPath,
  listed,
  maySee,
  remotePath,
  withDigest,
  withState,
} from "./jobs.ts";
import { pruneStore } from "./prune.ts";
import { retentionOf } from "./retention.ts";
import type { JobKind } from "./state.ts";
import { stillUsable, storeNamed } from "./stores.ts";
import { syncTask } from "./sync.ts";
import { startTask } from "./tasks.ts";
import { verifyStore } from "./verify.ts";
import { type Call, Enveloped, type Handlers } from "./world.ts";

/** Refuses what one may not change or run, each kind in its own words. */
function needChange({ state, who }: Call, kind: JobKind, job: Job): void {
  if (kind === "verify") return needPrivs(state, who, jobPath(job), ["Datastore.Verify"]);
  if (kind === "prune") return needPrivs(state, who, jobPath(job), ["Datastore.Modify"]);
  const push = job["sync-direction"] === "push";
  const allowed = push
    ? may(state, who, remotePath(job), ["Remote.DatastoreBackup"]) &&
      may(state, who, jobPath(job), ["Datastore.Read", "Datastore.Backup"])
    : may(state, who, jobPath(job), ["Datastore.Backup"]) &&
      (job.remote === undefined || may(state, who, remotePath(job), ["Remote.Read"]));
  if (!allowed) fail("permission check failed");
}

function create(call: Call, kind: JobKind): null {
  const { params, state } = call;
  const job = settings(params) as Job;
  needChange(call, kind, job);
  checkSchedule(params);
  // Its datastore is not looked for.
  if (state.jobs[kind].has(job.id)) refuse({ id: `job '${job.id}' already exists.` });
  state.jobs[kind].set(job.id, job);
  return null;
}

function update(call: Call, kind: JobKind): null {
  const { params, state } = call;
  checkDigest(params, state.jobs[kind].values());
  const job = jobNamed(state, kind, params.text("id"));
  needChange(call, kind, job);
  checkSchedule(params);
  change(job, params);
  return null;
}

function remove(call: Call, kind: JobKind): null {
  const { params, state } = call;
  const job = jobNamed(state, kind, params.text("id"));
  needChange(call, kind, job);
  checkDigest(params, state.jobs[kind].values());
  state.jobs[kind].delete(job.id);
  return null;
}

function one(call: Call, kind: JobKind): unknown {
  const { api, params, state, who } = call;
  const job = jobNamed(state, kind, params.text("id"));
  if (!maySee(state, who, kind, job)) {
    if (kind === "sync") fail("permission check failed");
    const also = kind === "verify" ? "Datastore.Verify" : "Datastore.Modify";
    needPrivs(state, who, jobPath(job), ["Datastore.Audit", also]);
  }
  const digest = digestOf(state.jobs[kind].values());
  return new Enveloped({ ...job }, api.envelope?.includes("digest") ? { digest } : {});
}

function run(call: Call, kind: JobKind): string {
  const { params, state, world } = call;
  const job = jobNamed(state, kind, params.text("id"));
  needChange(call, kind, job);
  checkIdle(call, kind, job.id);
  if (kind === "sync") return startTask(call, syncTask(call, job));
  const ns = String(job.ns ?? "");
  const depth = job["max-depth"] === undefined ? undefined : Number(job["max-depth"]);
  const store = () => {
    const found = storeNamed(state, job.store);
    stillUsable(found);
    return found;
  };
  const common = { job: `${kind} ${job.id}` };
  if (kind === "prune") {
    return startTask(call, {
      ...common,
      type: "prunejob",
      id: ns === "" ? job.store : `${job.store}:${ns}`,
      begin: [`prune job '${job.id}'`],
      work: (log) => pruneStore(log, { store: store(), ns, depth, retention: retentionOf(job) }),
    });
  }
  const id = `${job.store}:${job.id}`;
  return startTask(call, {
    ...common,
    type: "verificationjob",
    id,
    begin: [`Starting datastore verify job '${id}'`],
    work: (log, upid) => {
      const outdated = job["outdated-after"];
      const verifying = {
        store: store(),
        ignoreVerified: job["ignore-verified"] !== false,
        outdatedAfter: outdated === undefined ? undefined : Number(outdated),
        upid,
      };
      verifyStore(world, log, { ns, depth, verifying });
    },
  });
}

function handlersOf(kind: JobKind): Handlers {
  const [config, admin] = [`/config/${kind}`, `/admin/${kind}`];
  return {
    [`GET ${config}`]: (call) =>
      withDigest(call, kind, listed(call, kind).map((job) => ({ ...job }))),
    [`POST ${config}`]: (call) => create(call, kind),
    [`GET ${config}/{id}`]: (call) => one(call, kind),
    [`PUT ${config}/{id}`]: (call) => update(call, kind),
    [`DELETE ${config}/{id}`]: (call) => remove(call, kind),
    [`GET ${admin}`]: (call) => {
      const store = call.params.maybe("store");
      const rows = listed(call, kind).filter((job) => store === undefined || job.store === store);
      return withDigest(call, kind, rows.map((job) => withState(call, kind, job)));
    },
    [`POST ${admin}/{id}/run`]: (call) => run(call, kind),
  };
}

export const jobHandlers: Handlers = {
  ...handlersOf("verify"),
  ...handlersOf("prune"),
  ...handlersOf("sync"),
};
