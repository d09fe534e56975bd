import { die, refuse } from "./errors.ts";
import { drivesOf, nameOf } from "./guests.ts";
import type { FakeBackupJob, FakeGuest, Scalar } from "./state.ts";
import { splitList } from "./validate.ts";
import { type Call, type Handlers } from "./world.ts";

function jobOf(call: Call): FakeBackupJob {
  const id = call.params.text("id");
  return call.state.backupJobs.get(id) ?? refuse({ id: `No such job '${id}'` });
}

/** The guests that a job covers. */
function covered(call: Call, job: FakeBackupJob): FakeGuest[] {
  const guests = [...call.state.guests.values()]
    .filter((guest) => job.node === undefined || guest.node === job.node);
  if (job.all) {
    const excluded = new Set(splitList(String(job.exclude ?? "")).map(Number));
    return guests.filter((guest) => !excluded.has(guest.vmid));
  }
  if (job.pool !== undefined) return guests.filter((guest) => guest.pool === job.pool);
  const vmids = new Set(splitList(String(job.vmid ?? "")).map(Number));
  return guests.filter((guest) => vmids.has(guest.vmid));
}

function fields(call: Call): Record<string, Scalar> {
  const found: Record<string, Scalar> = {};
  for (const [key, value] of Object.entries(call.params.values)) {
    if (key === "id" || key === "delete") continue;
    found[key] = typeof value === "boolean"
      ? (value ? 1 : 0)
      : Array.isArray(value)
      ? value.join(",")
      : value;
  }
  return found;
}

function checkSelection(job: Partial<FakeBackupJob>): void {
  const ways = ["all", "vmid", "pool"].filter((key) => job[key] !== undefined && job[key] !== 0);
  if (ways.length > 1) refuse({ [ways[1] ?? "vmid"]: `option conflicts with option '${ways[0]}'` });
  if (!ways.length) refuse({ vmid: "property is missing and it is not optional" });
}

function checkStorage(call: Call): void {
  const id = call.params.maybe("storage");
  if (id === undefined) return;
  const storage = call.state.storages.get(id) ?? die(`storage '${id}' does not exist`);
  if (!storage.content.includes("backup")) {
    die(`storage '${id}' does not support content type 'backup'`);
  }
}

function create(call: Call): null {
  const { params, state, world } = call;
  if (!params.has("schedule") && !params.has("starttime")) {
    refuse({ schedule: "neither 'starttime' nor 'schedule' were set" });
  }
  const id = params.maybe("id") ?? `backup-${crypto.randomUUID().slice(0, 13)}`;
  if (state.backupJobs.has(id)) die(`Job '${id}' already exists`);
  checkStorage(call);
  const job: FakeBackupJob = {
    enabled: 1,
    ...fields(call),
    id,
    type: "vzdump",
    "next-run": world.seconds() + 3600,
  };
  checkSelection(job);
  state.backupJobs.set(id, job);
  return null;
}

function update(call: Call): null {
  const job = jobOf(call);
  checkStorage(call);
  const next = { ...job, ...fields(call) };
  for (const key of call.params.list("delete")) delete next[key];
  checkSelection(next);
  call.state.backupJobs.set(job.id, next);
  return null;
}

function included(call: Call): unknown {
  const job = jobOf(call);
  return {
    children: covered(call, job).map((guest) => ({
      id: guest.vmid,
      name: nameOf(guest),
      type: guest.type,
      children: drivesOf(guest).filter((drive) => !drive.cdrom).map((drive) => ({
        id: drive.key,
        name: drive.volid,
        included: drive.properties.backup === "0" ? 0 : 1,
        reason: drive.properties.backup === "0" ? "disabled" : "enabled",
      })),
    })),
  };
}

export const backupJobHandlers: Handlers = {
  "GET /cluster/backup": (call) => [...call.state.backupJobs.values()],
  "POST /cluster/backup": create,
  "GET /cluster/backup/{id}": jobOf,
  "PUT /cluster/backup/{id}": update,
  "DELETE /cluster/backup/{id}": (call) => {
    call.state.backupJobs.delete(jobOf(call).id);
    return null;
  },
  "GET /cluster/backup/{id}/included_volumes": included,
  "GET /cluster/backup-info": () => [{ subdir: "not-backed-up" }],
  "GET /cluster/backup-info/not-backed-up": (call) => {
    const jobs = [...call.state.backupJobs.values()].filter((job) => job.enabled);
    const inJobs = new Set(jobs.flatMap((job) => covered(call, job)).map((guest) => guest.vmid));
    return [...call.state.guests.values()]
      .filter((guest) => !inJobs.has(guest.vmid))
      .map((guest) => ({ vmid: guest.vmid, name: nameOf(guest), type: guest.type }));
  },
};
