import { nextEvents } from "../fake_pve/calendar.ts";
import { may } from "./access.ts";
import { digestOf } from "./configs.ts";
import { fail, PbsError } from "./errors.ts";
import type { Config, FakePbsState, FakePbsTask, JobKind } from "./state.ts";
import { aclPath } from "./stores.ts";
import { type Call, Enveloped, type PbsWorld, unordered } from "./world.ts";

export type Job = Config & { id: string; store: string };

/** As messages name the section and the task of a kind of job. */
export const sections: Record<JobKind, string> = {
  verify: "verification",
  prune: "prune",
  sync: "sync",
};
const taskTypes: Record<JobKind, string> = {
  verify: "verificationjob",
  prune: "prunejob",
  sync: "syncjob",
};

export function jobPath(job: Job): string {
  return aclPath(job.store, String(job.ns ?? ""));
}

/** Whether a job is in the lists of one who asks. */
export function maySee(state: FakePbsState, who: string, kind: JobKind, job: Job): boolean {
  const also: Record<JobKind, string[]> = {
    verify: ["Datastore.Verify"],
    prune: ["Datastore.Modify"],
    sync: [],
  };
  if (!may(state, who, jobPath(job), ["Datastore.Audit", ...also[kind]])) return false;
  if (kind !== "sync" || job.remote === undefined) return true;
  return may(state, who, remotePath(job), ["Remote.Audit"]);
}

export function remotePath(job: Job): string {
  const ns = job["remote-ns"];
  return `/remote/${job.remote}/${job["remote-store"]}${ns ? `/${ns}` : ""}`;
}

export function jobNamed(state: FakePbsState, kind: JobKind, id: string): Job {
  return state.jobs[kind].get(id) ?? fail(`no such ${sections[kind]} '${id}'`);
}

/** Jobs of a kind that may be seen; those that push only when they are asked for. */
export function listed({ params, state, who }: Call, kind: JobKind): Job[] {
  const direction = params.maybe("sync-direction") ?? "pull";
  return [...state.jobs[kind].values()].filter((job) =>
    maySee(state, who, kind, job) &&
    (kind !== "sync" || direction === "all" || direction === (job["sync-direction"] ?? "pull"))
  );
}

/** The list of a kind's configurations, with its digest. */
export function withDigest(call: Call, kind: JobKind, rows: unknown[]): Enveloped {
  return new Enveloped(unordered(rows), { digest: digestOf(call.state.jobs[kind].values()) });
}

/** Its configuration and how its last run ended; of one that runs only the UPID. */
export function withState({ state, world }: Call, kind: JobKind, job: Job) {
  const last = state.tasks.findLast((task) => task.job === `${kind} ${job.id}`);
  const next = job.schedule === undefined ? undefined : nextRun(world, String(job.schedule));
  return {
    ...job,
    ...(next === undefined ? {} : { "next-run": next }),
    ...(last ? { "last-run-upid": last.upid } : {}),
    ...(last?.endtime === undefined
      ? {}
      : { "last-run-endtime": last.endtime, "last-run-state": last.exitstatus }),
  };
}

function nextRun(world: PbsWorld, schedule: string): number | undefined {
  return nextEvents(schedule, { after: world.seconds(), count: 1 })[0];
}

/** Refuses, after a wait for its lock, a job that runs already. */
export function checkIdle({ state }: Call, kind: JobKind, id: string): void {
  const runs = (task: FakePbsTask) => task.status === "running" && task.job === `${kind} ${id}`;
  if (!state.tasks.some(runs)) return;
  const file = `/var/lib/proxmox-backup/jobstates/${taskTypes[kind]}-${id}.lck`;
  const why = "Interrupted system call (os error 4)";
  throw new PbsError(400, `Unable to acquire lock "${file}" - ${why}`, { wait: "lock" });
}
