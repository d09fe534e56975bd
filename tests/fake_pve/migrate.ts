import { die, reasonOf, refuse } from "./errors.ts";
import { ensureQuorum } from "./create.ts";
import { guestOf, type GuestType, haManaged, haSid, isRunning, unlocked } from "./guests.ts";
import type { FakeGuest } from "./state.ts";
import { startTask } from "./tasks.ts";
import { dependents } from "./ha_rules.ts";
import {
  localResources,
  localVolumes,
  mappedResources,
  missingMappings,
  unavailable,
} from "./preconditions.ts";
import { findVolume, isOnNode, storageNamed } from "./volumes.ts";
import { type Call, type Handlers, needs } from "./world.ts";

interface Migration {
  target: string;
  targetStorage: string | undefined;
}

/** The storage that a disk goes to: by a pair `from:to`, one name for all, or its own. */
function destination(pairs: string | undefined, storage: string): string {
  if (pairs === undefined || pairs === "1") return storage;
  for (const pair of pairs.split(",")) {
    const [from = "", to] = pair.split(":");
    if (to === undefined) return from;
    if (from === storage) return to;
  }
  return storage;
}

function relocate(
  call: Call,
  guest: FakeGuest,
  plan: Migration,
  log: (text: string) => void,
): void {
  const { state } = call;
  for (const one of localVolumes(state, guest)) {
    const volume = findVolume(state, one.volid, guest.node);
    if (!volume) throw new Error(`can't migrate '${one.volid}': volume does not exist`);
    if (one.cdrom && volume.content === "iso") {
      throw new Error(`can't migrate local cdrom '${one.volid}'`);
    }
    const to = destination(plan.targetStorage, volume.storage);
    const storage = storageNamed(state, to);
    if (!isOnNode(storage, plan.target)) {
      throw new Error(`storage '${to}' is not available on node '${plan.target}'`);
    }
    const volid = one.volid.replace(`${volume.storage}:`, `${to}:`);
    log(`found local disk '${one.volid}' (attached)`);
    guest.config[one.drivename] = String(guest.config[one.drivename]).replace(one.volid, volid);
    Object.assign(volume, { volid, storage: to });
    if (storage.shared) delete volume.node;
    else volume.node = plan.target;
  }
  guest.node = plan.target;
}

function migrate(type: GuestType, call: Call): string {
  const { world, state, params } = call;
  const guest = guestOf(call, type);
  ensureQuorum(call);
  const target = params.text("target");
  if (target === guest.node) refuse({ target: "target is local node." });
  const node = state.nodes.get(target) ?? die(`no such cluster node '${target}'`);
  if (!node.online) die(`node '${target}' is not online`);
  unlocked(guest);
  const online = params.flag("online");
  if (isRunning(guest)) {
    if (type === "qemu" && !online) die("can't migrate running VM without --online");
    if (type === "lxc" && !online && !params.flag("restart")) {
      die("can't migrate running container without --online or --restart");
    }
  }
  const targetStorage = params.maybe(type === "qemu" ? "targetstorage" : "target-storage");
  for (
    const pair of targetStorage === undefined || targetStorage === "1"
      ? []
      : targetStorage.split(",")
  ) {
    const to = pair.split(":").at(-1) ?? "";
    storageNamed(state, to);
    if (pair !== "1") needs(call, `/vms/${guest.vmid}`, ["VM.Config.Disk"]);
    needs(call, `/storage/${to}`, ["Datastore.AllocateSpace"]);
  }
  if (haManaged(state, guest)) return migrateByHa(call, guest, target);
  return startTask(call, {
    type: type === "qemu" ? "qmigrate" : "vzmigrate",
    id: guest.vmid,
    node: guest.node,
    guest,
    configLock: "migrate",
    begin: [
      `starting migration of ${
        type === "qemu" ? "VM" : "CT"
      } ${guest.vmid} to node '${target}' (${node.ip})`,
    ],
    work: (log) => {
      try {
        refusals(call, guest, target, targetStorage);
        relocate(call, guest, { target, targetStorage }, log.line);
      } catch (error) {
        log.line(
          `ERROR: migration aborted (duration 00:00:00): ${reasonOf(error)}`,
        );
        throw new Error("migration aborted");
      }
      if (type === "lxc" && isRunning(guest)) guest.startedAt = world.now();
      log.line("migration finished successfully (duration 00:00:02)");
    },
  });
}

function refusals(
  call: Call,
  guest: FakeGuest,
  target: string,
  targetStorage: string | undefined,
): void {
  if (guest.type === "lxc" && isRunning(guest) && !call.params.flag("restart")) {
    throw new Error("lxc live migration is currently not implemented");
  }
  refuseDevices(call, guest, target);
  const disks = localVolumes(call.state, guest).filter((one) => !one.cdrom);
  if (
    guest.type === "qemu" && isRunning(guest) && disks.length &&
    !call.params.flag("with-local-disks")
  ) {
    throw new Error("can't live migrate attached local disks without with-local-disks option");
  }
  if (disks.length && guest.snapshots.length && isRunning(guest)) {
    throw new Error(
      `can't migrate '${
        disks[0]?.volid
      }' - online storage migration not possible if snapshot exists`,
    );
  }
  // Only disks that are copied go to another storage than their own.
  const missing = unavailable(call.state, guest, target)
    .filter((id) => targetStorage === undefined || storageNamed(call.state, id).shared);
  if (missing.length) {
    throw new Error(`storage '${missing[0]}' is not available on node '${target}'`);
  }
}

/** As `QemuMigrate::prepare` has it; without root's `force` a stopped VM's devices hold it too. */
function refuseDevices(call: Call, guest: FakeGuest, target: string): void {
  const mapped = mappedResources(call.state, guest);
  const own = localResources(guest).filter((key) => !(key in mapped));
  if (own.length) {
    throw new Error(`can't migrate VM which uses local devices: ${own.join(", ")}`);
  }
  const missing = missingMappings(call.state, guest, target);
  if (missing.length) {
    throw new Error(`can't migrate to '${target}': missing mapped devices ${missing.join(", ")}`);
  }
  const fixed = Object.entries(mapped).filter(([, info]) => !info["live-migration"]);
  if (isRunning(guest) && fixed.length) {
    throw new Error(
      `can't live migrate running VM which uses following mapped devices: ${
        fixed.map(([key, { name }]) => `${key}:${name}`).join(", ")
      }`,
    );
  }
}

function migrateByHa(call: Call, guest: FakeGuest, target: string): string {
  return startTask(call, {
    type: "hamigrate",
    id: guest.vmid,
    node: guest.node,
    begin: [
      `Requesting HA migration for ${
        guest.type === "qemu" ? "VM" : "CT"
      } ${guest.vmid} to node ${target}`,
    ],
    work: (log) => {
      const resource = call.state.ha.resources.get(haSid(guest));
      if (!resource) throw new Error("service is not managed by HA");
      if (resource.reported === "error") return;
      for (const one of [guest, ...dependents(call.state, guest)]) moveByLrm(call, one, target);
      log.line(`requested migration to ${target}`);
    },
  });
}

/** The node's own manager moves the guest some time later, in a task that root began. */
function moveByLrm(call: Call, guest: FakeGuest, target: string): void {
  const { state } = call;
  const work = (log: { line(text: string): void }) =>
    relocate(call, guest, { target, targetStorage: undefined }, log.line);
  if (state.ha.actMs === 0) return work({ line: () => {} });
  startTask({ ...call, who: { user: "root@pam", privsep: false } }, {
    type: guest.type === "qemu" ? "qmigrate" : "vzmigrate",
    id: guest.vmid,
    node: guest.node,
    guest,
    configLock: "migrate",
    lastsMs: state.ha.actMs,
    work,
  });
}

export const migrateHandlers: Handlers = {
  "POST /nodes/{node}/qemu/{vmid}/migrate": (call) => migrate("qemu", call),
  "POST /nodes/{node}/lxc/{vmid}/migrate": (call) => migrate("lxc", call),
};
