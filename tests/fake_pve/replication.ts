import { may } from "./access.ts";
import { die } from "./errors.ts";
import { drivesOf, sha1 } from "./guests.ts";
import { assertDigest } from "./ha_resources.ts";
import type { FakeGuest, FakeReplication } from "./state.ts";
import { storageNamed, storageOfVolume } from "./volumes.ts";
import { type Call, type Handlers, needs } from "./world.ts";

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
    ...(job.removeJob === undefined ? {} : { remove_job: job.removeJob }),
  };
}

function statusRow(call: Call, job: FakeReplication): Record<string, unknown> {
  return {
    ...configRow(job),
    vmtype: call.state.guests.get(job.guest)?.type ?? "qemu",
    last_sync: job.lastSync,
    last_try: job.lastTry,
    // Zero stands for "at once".
    next_sync: job.due ? 0 : job.lastTry + 900,
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

function digestOf(call: Call): string {
  return sha1(JSON.stringify([...call.state.replication.values()].map(configRow)));
}

/** `VM.Replicate` came with Proxmox VE 9. */
function needsReplicate(call: Call, vmid: number): void {
  if (call.world.version8()) needs(call, "/storage", ["Datastore.Allocate"]);
  else needs(call, `/vms/${vmid}`, ["VM.Replicate"]);
}

function known(call: Call): FakeReplication {
  const id = call.params.text("id");
  return call.state.replication.get(id) ?? die(`no such replication job '${id}'`);
}

/** As `get_replicatable_volumes` does it: shared storages, CD-ROMs and `replicate=0` are left out. */
function assertReplicable(call: Call, guest: FakeGuest): void {
  for (const drive of drivesOf(guest, true)) {
    if (!drive.volid.includes(":") || drive.cdrom || drive.properties.replicate === "0") continue;
    const storage = storageNamed(call.state, storageOfVolume(drive.volid));
    if (storage.shared) continue;
    if (storage.type !== "zfspool") die(`missing replicate feature on volume '${drive.volid}'`);
  }
}

function create(call: Call): null {
  const { params, state, world } = call;
  const id = params.text("id");
  const [guestId = "", jobnum = ""] = id.split("-");
  const vmid = Number(guestId);
  needsReplicate(call, vmid);
  const guest = state.guests.get(vmid) ?? die(`Guest '${vmid}' does not exist.`);
  const target = params.text("target");
  if (!state.nodes.has(target)) die(`no such cluster node '${target}'`);
  if (target === guest.node) die("Source and Target must not be the same");
  assertReplicable(call, guest);
  if (state.replication.has(id)) die(`replication job '${id}' already exists`);
  const same = [...state.replication.values()].some((job) =>
    job.guest === vmid && job.target === target
  );
  if (same) die(`replication job for guest '${vmid}' to target '${target}' already exists`);
  const rate = params.number("rate");
  const comment = params.maybe("comment");
  state.replication.set(id, {
    id,
    guest: vmid,
    jobnum: Number(jobnum),
    source: guest.node,
    target,
    schedule: params.maybe("schedule") ?? "*/15",
    ...(comment === undefined ? {} : { comment }),
    ...(rate === undefined ? {} : { rate }),
    ...(params.flag("disable") ? { disable: true } : {}),
    lastSync: 0,
    lastTry: world.seconds(),
    duration: 0,
    failCount: 0,
  });
  return null;
}

function update(call: Call): null {
  const { params } = call;
  const job = known(call);
  needsReplicate(call, job.guest);
  assertDigest(call, digestOf(call));
  const { id: _id, delete: _delete, digest: _digest, remove_job, ...given } = params.values;
  Object.assign(job, given, remove_job === undefined ? {} : { removeJob: remove_job });
  for (const key of params.list("delete")) {
    if (key === "schedule") job.schedule = "*/15";
    else if (key === "rate" || key === "comment" || key === "disable") delete job[key];
  }
  return null;
}

export const replicationHandlers: Handlers = {
  "GET /cluster/replication": (call) => {
    const digest = digestOf(call);
    return visible(call).map((job) => ({ ...configRow(job), digest }));
  },
  "GET /cluster/replication/{id}": (call) => {
    const job = known(call);
    needs(call, `/vms/${job.guest}`, ["VM.Audit"]);
    return { ...configRow(job), digest: digestOf(call) };
  },
  "POST /cluster/replication": create,
  "PUT /cluster/replication/{id}": update,
  // The job goes once `pvescheduler` has cleaned up, unless it is forced.
  "DELETE /cluster/replication/{id}": (call) => {
    const job = known(call);
    needsReplicate(call, job.guest);
    if (call.params.flag("force")) call.state.replication.delete(job.id);
    else job.removeJob = call.params.flag("keep") ? "local" : "full";
    return null;
  },
  "POST /nodes/{node}/replication/{id}/schedule_now": (call) => {
    const job = known(call);
    needsReplicate(call, job.guest);
    job.due = true;
    return "";
  },
  "GET /nodes/{node}/replication": (call) =>
    visible(call)
      .filter((job) => job.source === call.params.text("node"))
      .filter((job) => !call.params.has("guest") || job.guest === call.params.number("guest"))
      .map((job) => statusRow(call, job)),
};
