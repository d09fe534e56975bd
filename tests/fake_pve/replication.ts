import { may } from "./access.ts";
import { sha1 } from "./guests.ts";
import type { FakeReplication } from "./state.ts";
import type { Call, Handlers } from "./world.ts";

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

export const replicationHandlers: Handlers = {
  "GET /cluster/replication": (call) => {
    const rows = visible(call).map(configRow);
    return rows.map((row) => ({ ...row, digest: sha1(JSON.stringify(rows)) }));
  },
  "GET /nodes/{node}/replication": (call) =>
    visible(call)
      .filter((job) => job.source === call.params.text("node"))
      .filter((job) => !call.params.has("guest") || job.guest === call.params.number("guest"))
      .map((job) => statusRow(call, job)),
};
