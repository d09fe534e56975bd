import { refuse } from "./errors.ts";
import { drivesOf, nameOf } from "./guests.ts";
import type { FakeBackupJob, FakeGuest } from "./state.ts";
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
    const included = drive.properties.backup !== "0";
    const reason = drive.key === "rootfs" ? "rootfs" : included ? "backup=yes" : "backup=no";
    return {
      id: `${guest.vmid}:${drive.key}`,
      name: drive.volid,
      included: included ? 1 : 0,
      reason,
      leaf: 1,
    };
  });
}

export const backupJobHandlers: Handlers = {
  "GET /cluster/backup": (call) => [...call.state.backupJobs.values()],
  "GET /cluster/backup/{id}/included_volumes": (call) => {
    const id = call.params.text("id");
    const job = call.state.backupJobs.get(id) ?? refuse({ id: `No such job '${id}'` });
    return {
      children: covered(call, job).map((guest) => ({
        id: guest.vmid,
        name: nameOf(guest),
        type: guest.type,
        leaf: 0,
        children: volumesIn(guest),
      })),
    };
  },
};
