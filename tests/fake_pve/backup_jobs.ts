import { need } from "./access.ts";
import { nextEvents } from "./calendar.ts";
import { die, refuse } from "./errors.ts";
import { drivesOf, nameOf } from "./guests.ts";
import { ownerOf } from "./identity.ts";
import { asBytes, writtenBeside } from "./letters.ts";
import { verifyNotesTemplate } from "./notes_template.ts";
import type { FakeBackupJob, FakeGuest, Scalar } from "./state.ts";
import { splitList } from "./validate.ts";
import type { Call, Handlers } from "./world.ts";

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

function volumesIn(guest: FakeGuest): unknown[] {
  return drivesOf(guest).filter((drive) => !drive.cdrom).map((drive) => {
    // A container's mount point only when it is told to be (`PVE::LXC::Config`).
    const asked = drive.properties.backup;
    const included = /^mp\d/.test(drive.key) ? asked === "1" : asked !== "0";
    const [yes, no] = guest.type === "lxc" ? ["enabled", "disabled"] : ["backup=yes", "backup=no"];
    const reason = drive.key === "rootfs" ? "rootfs" : included ? yes : no;
    return {
      id: `${guest.vmid}:${drive.key}`,
      name: drive.volid,
      included: included ? 1 : 0,
      reason,
      leaf: 1,
    };
  });
}

const propertyStrings = ["fleecing", "performance", "prune-backups"];

/** Property strings of the request are objects in the answer. */
function rowOf(job: FakeBackupJob): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(job).filter(([, value]) => value !== undefined).map(([key, value]) => {
      if (key === "notes-template") return [key, asBytes(String(value))];
      if (!propertyStrings.includes(key)) return [key, value];
      const parts = String(value).split(",").map((part) => part.split("="));
      return [key, Object.fromEntries(parts.map(([name, count]) => [name, Number(count)]))];
    }),
  );
}

function settingsIn({ params }: Call): Record<string, Scalar> {
  return Object.fromEntries(
    Object.entries(params.values).filter(([key]) => key !== "id" && key !== "delete")
      .map(([key, value]) => [key, typeof value === "boolean" ? Number(value) : value as Scalar]),
  );
}

/** Writes a job into the file of all. */
function write({ params, state }: Call, job: FakeBackupJob): null {
  const key = "notes-template";
  const others = [...state.backupJobs.values()].filter(({ id }) => id !== job.id);
  if (params.has(key)) job[key] = writtenBeside(params.text(key), others, key);
  state.backupJobs.set(job.id, job);
  return null;
}

/** What only root may set, and who may use the storage: of all jobs that are written or run. */
export function assertSettable(
  { state, who }: Call,
  settings: Readonly<Record<string, unknown>>,
): void {
  if (ownerOf(who) === "root@pam") return;
  for (const key of ["tmpdir", "dumpdir", "script", "job-id"]) {
    if (settings[key] !== undefined) refuse({ [key]: "Only root may set this option." });
  }
  if (["bwlimit", "ionice", "performance"].some((key) => settings[key] !== undefined)) {
    need(state, who, "/", ["Sys.Modify"]);
  }
}

function assertUse(call: Call, settings: Readonly<Record<string, unknown>>): void {
  const { state, who } = call;
  assertSettable(call, settings);
  if (settings.storage !== undefined) {
    need(state, who, `/storage/${settings.storage}`, ["Datastore.Allocate"]);
  }
  if (settings.pool !== undefined) {
    if (!state.pools.has(String(settings.pool))) die(`pool '${settings.pool}' does not exist`);
    need(state, who, `/pool/${settings.pool}`, ["VM.Backup"]);
  }
}

/** As `verify_vzdump_parameters` does. */
function verify(job: Readonly<Record<string, Scalar | undefined>>): void {
  for (const key of ["all", "exclude", "pool"]) {
    if (job[key] && job.vmid !== undefined) {
      refuse({ [key]: "option conflicts with option 'vmid'" });
    }
  }
  verifyNotesTemplate(job["notes-template"]);
  if (!job.all && job.pool === undefined && job.vmid === undefined) {
    refuse({ vmid: "property is missing and it is not optional" });
  }
}

function create(call: Call): null {
  const { params, state } = call;
  const settings = settingsIn(call);
  assertUse(call, settings);
  if (settings.schedule === undefined) {
    refuse({ schedule: "neither 'starttime' nor 'schedule' were set" });
  }
  const id = params.maybe("id") ?? crypto.randomUUID();
  if (state.backupJobs.has(id)) die(`Job '${id}' already exists`);
  if (settings.exclude !== undefined && settings.pool === undefined) settings.all = 1;
  verify(settings);
  return write(call, { enabled: 1, ...settings, id, type: "vzdump" });
}

function jobOf({ params, state }: Call): FakeBackupJob {
  const id = params.text("id");
  return state.backupJobs.get(id) ?? refuse({ id: `No such job '${id}'` });
}

function update(call: Call): null {
  const { params, state } = call;
  const job = state.backupJobs.get(params.text("id")) ?? die("no such vzdump job");
  const settings = settingsIn(call);
  assertUse(call, settings);
  assertUse(call, { storage: job.storage });
  const gone = params.list("delete");
  if (!gone.length && !Object.keys(settings).length) die("no options specified");
  if (settings.vmid !== undefined) gone.push("all", "exclude", "pool");
  else if (settings.all) gone.push("vmid", "pool");
  else if (settings.pool ?? job.pool) gone.push("vmid", "all", "exclude");
  const after = { ...job, ...settings };
  for (const key of gone) delete after[key];
  if (after.exclude !== undefined && after.pool === undefined) after.all = 1;
  verify(after);
  return write(call, after);
}

export const backupJobHandlers: Handlers = {
  "GET /cluster/backup": ({ state, world }) =>
    [...state.backupJobs.values()].map((job) => {
      const [next] = job.schedule === undefined
        ? []
        : nextEvents(String(job.schedule), { after: world.seconds(), count: 1 });
      return { ...rowOf(job), ...(next === undefined ? {} : { "next-run": next }) };
    }),
  "POST /cluster/backup": create,
  "GET /cluster/backup/{id}": (call) => rowOf(jobOf(call)),
  "PUT /cluster/backup/{id}": update,
  "DELETE /cluster/backup/{id}": (call) => {
    call.state.backupJobs.delete(jobOf(call).id);
    return null;
  },
  "GET /cluster/jobs/schedule-analyze": ({ params, world }) =>
    nextEvents(params.text("schedule"), {
      after: params.number("starttime") ?? world.seconds(),
      count: params.number("iterations") ?? 10,
    }).map((timestamp) => ({
      timestamp,
      utc: new Date(timestamp * 1000).toUTCString(),
    })),
  "GET /cluster/backup/{id}/included_volumes": (call) => ({
    children: covered(call, jobOf(call)).map((guest) => ({
      id: guest.vmid,
      name: nameOf(guest),
      type: guest.type,
      leaf: 0,
      children: volumesIn(guest),
    })),
  }),
};
