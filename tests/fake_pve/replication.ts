import { may } from "./access.ts";
import { die, refuse } from "./errors.ts";
import { checkDigest, sha1 } from "./guests.ts";
import type { FakeReplication } from "./state.ts";
import { startTask } from "./tasks.ts";
import { type Call, type Handlers, index, Listed, needs } from "./world.ts";

function jobOf(call: Call): FakeReplication {
  const id = call.params.text("id");
  return call.state.replication.get(id) ?? die(`no such replication job '${id}'`);
}

function configRow(job: FakeReplication): Record<string, unknown> {
  return {
    id: job.id,
    type: "local",
    guest: job.guest,
    jobnum: job.jobnum,
    source: job.source,
    target: job.target,
    schedule: job.schedule,
    ...(job.comment === undefined ? {} : { comment: job.comment }),
    ...(job.rate === undefined ? {} : { rate: job.rate }),
    ...(job.disable ? { disable: 1 } : {}),
  };
}

function statusRow(call: Call, job: FakeReplication): Record<string, unknown> {
  return {
    ...configRow(job),
    vmtype: call.state.guests.get(job.guest)?.type ?? "qemu",
    last_sync: job.lastSync,
    last_try: job.lastTry,
    next_sync: job.lastTry + 900,
    duration: job.duration,
    fail_count: job.failCount,
    ...(job.error === undefined ? {} : { error: job.error }),
  };
}

function visible(call: Call): FakeReplication[] {
  return [...call.state.replication.values()].filter((job) =>
    may(call.state, call.who, `/vms/${job.guest}`, ["VM.Audit"])
  );
}

function digest(call: Call): string {
  return sha1(JSON.stringify([...call.state.replication.values()].map(configRow)));
}

function setJob(call: Call, job: FakeReplication): void {
  const { params } = call;
  if (params.has("schedule")) job.schedule = params.text("schedule");
  if (params.has("comment")) job.comment = params.text("comment");
  const rate = params.number("rate");
  if (rate !== undefined) job.rate = rate;
  if (params.has("disable")) job.disable = params.flag("disable");
}

function create(call: Call): null {
  const { params, state } = call;
  const id = params.text("id");
  const guest = Number(id.split("-")[0]);
  const held = state.guests.get(guest) ?? die(`guest '${guest}' does not exist`);
  needs(call, `/vms/${guest}`, ["VM.Replicate"]);
  if (state.replication.has(id)) die(`replication job '${id}' already exists`);
  const target = params.text("target");
  if (!state.nodes.has(target)) refuse({ target: `no such node '${target}'` });
  if (target === held.node) refuse({ target: `can't replicate to the node where the guest is` });
  const job: FakeReplication = {
    id,
    guest,
    jobnum: Number(id.split("-")[1]),
    source: held.node,
    target,
    schedule: "*/15",
    lastSync: 0,
    lastTry: 0,
    duration: 0,
    failCount: 0,
    log: [],
  };
  setJob(call, job);
  state.replication.set(id, job);
  return null;
}

function runNow(call: Call): string {
  const job = jobOf(call);
  return startTask(call, {
    type: "replication",
    id: job.id,
    node: call.params.text("node"),
    work: (log) => {
      job.lastTry = call.world.seconds();
      if (job.error !== undefined) throw new Error(job.error);
      job.lastSync = job.lastTry;
      job.failCount = 0;
      log.line(`${job.id}: end replication job`);
    },
  });
}

const base = "/nodes/{node}/replication";

export const replicationHandlers: Handlers = {
  "GET /cluster/replication": (call) =>
    visible(call).map((job) => ({ ...configRow(job), digest: digest(call) })),
  "POST /cluster/replication": create,
  "GET /cluster/replication/{id}": (call) => ({ ...configRow(jobOf(call)), digest: digest(call) }),
  "PUT /cluster/replication/{id}": (call) => {
    checkDigest(call, digest(call));
    const job = jobOf(call);
    for (const key of call.params.list("delete")) {
      if (key === "comment" || key === "rate" || key === "disable") delete job[key];
    }
    setJob(call, job);
    return null;
  },
  "DELETE /cluster/replication/{id}": (call) => {
    call.state.replication.delete(jobOf(call).id);
    return null;
  },
  [`GET ${base}`]: (call) => {
    const node = call.params.text("node");
    return visible(call)
      .filter((job) => job.source === node)
      .filter((job) => !call.params.has("guest") || job.guest === call.params.number("guest"))
      .map((job) => statusRow(call, job));
  },
  [`GET ${base}/{id}`]: index("log", "status", "schedule_now"),
  [`GET ${base}/{id}/status`]: (call) => statusRow(call, jobOf(call)),
  [`GET ${base}/{id}/log`]: (call) => {
    const { log } = jobOf(call);
    return new Listed(log.map((t, i) => ({ n: i + 1, t })), log.length);
  },
  [`POST ${base}/{id}/schedule_now`]: runNow,
};
