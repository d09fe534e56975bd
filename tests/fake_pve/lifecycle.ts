import { die } from "./errors.ts";
import { ensureQuorum } from "./create.ts";
import { becomeTemplate } from "./drives.ts";
import {
  drivesOf,
  guestOf,
  type GuestType,
  haManaged,
  haSid,
  isRunning,
  isTemplate,
  kindOf,
  unlocked,
} from "./guests.ts";
import { powerOff } from "./power.ts";
import type { FakeGuest } from "./state.ts";
import { startTask } from "./tasks.ts";
import { findVolume, freeVolume } from "./volumes.ts";
import type { Call, Handlers } from "./world.ts";

function prefix(type: GuestType): string {
  return type === "qemu" ? "qm" : "vz";
}

function checkLinkedClones(call: Call, guest: FakeGuest): void {
  for (const drive of drivesOf(guest)) {
    if (call.state.volumes.some((volume) => volume.parent === drive.volid)) {
      die(`base volume '${drive.volid}' is still in use by linked cloned`);
    }
  }
}

function destroy(type: GuestType, call: Call): string {
  const { world, state, params } = call;
  const guest = guestOf(call, type);
  const kind = kindOf(guest);
  ensureQuorum(call);
  if (Number(guest.config.protection ?? 0) === 1) {
    die(`can't remove ${kind} ${guest.vmid} - protection mode enabled`);
  }
  if (haManaged(state, guest) && !params.flag("purge")) {
    die(
      `unable to remove ${kind} ${guest.vmid} - used in HA resources and purge parameter not set.`,
    );
  }
  checkLinkedClones(call, guest);
  if (isRunning(guest)) {
    if (type === "qemu") die(`VM ${guest.vmid} is running - destroy failed`);
    if (!params.flag("force")) die(`unable to destroy CT ${guest.vmid} - container is running`);
  }
  return startTask(call, {
    type: `${prefix(type)}destroy`,
    id: guest.vmid,
    node: guest.node,
    guest,
    fileLock: true,
    work: (log) => {
      if (guest.config.lock !== "suspended") unlocked(guest, params.flag("skiplock"));
      if (isRunning(guest)) {
        if (type === "qemu") die(`VM ${guest.vmid} is running - destroy failed`);
        powerOff(world, guest);
      }
      for (const drive of drivesOf(guest, true)) {
        const volume = findVolume(state, drive.volid, guest.node);
        if (volume?.vmid === guest.vmid && freeVolume(state, drive.volid, guest.node)) {
          log.line(`removed volume '${drive.volid}'`);
        }
      }
      const leftovers = state.volumes.filter((one) =>
        one.vmid === guest.vmid && ["images", "rootdir"].includes(one.content)
      );
      for (const volume of leftovers) {
        const state_ = volume.volid.includes("-state-");
        if (state_ || params.flag("destroy-unreferenced-disks")) {
          freeVolume(state, volume.volid, guest.node);
        }
      }
      state.guests.delete(guest.vmid);
      if (params.flag("purge")) purge(call, guest);
    },
  });
}

function purge(call: Call, guest: FakeGuest): void {
  call.state.ha.resources.delete(haSid(guest));
  for (const [id, job] of call.state.replication) {
    if (job.guest === guest.vmid) call.state.replication.delete(id);
  }
  for (const job of call.state.backupJobs.values()) {
    if (typeof job.vmid !== "string") continue;
    job.vmid = job.vmid.split(",").filter((one) => Number(one) !== guest.vmid).join(",");
  }
}

function makeTemplate(type: GuestType, call: Call): string | null {
  const guest = guestOf(call, type);
  const kind = type === "qemu" ? "VM" : "CT";
  unlocked(guest);
  if (guest.snapshots.length) die(`unable to create template, because ${kind} contains snapshots`);
  if (isTemplate(guest) && !call.params.has("disk")) {
    die("you can't convert a template to a template");
  }
  if (isRunning(guest)) die(`you can't convert a ${kind} to template if ${kind} is running`);
  const work = () => becomeTemplate(call.state, guest);
  const upid = startTask(call, {
    type: type === "qemu" ? "qmtemplate" : "vztemplate",
    id: guest.vmid,
    node: guest.node,
    guest,
    fileLock: true,
    work,
  });
  // A container's task is not told (`PVE::API2::LXC`).
  return type === "qemu" ? upid : null;
}

function handlersFor(type: GuestType): Handlers {
  const base = `/nodes/{node}/${type}/{vmid}`;
  return {
    [`DELETE ${base}`]: (call) => destroy(type, call),
    [`POST ${base}/template`]: (call) => makeTemplate(type, call),
  };
}

export const lifecycleHandlers: Handlers = { ...handlersFor("qemu"), ...handlersFor("lxc") };
