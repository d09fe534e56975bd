import { die } from "./errors.ts";
import {
  digestOf,
  drivesOf,
  guestOf,
  type GuestType,
  isRunning,
  kindOf,
  memorySize,
} from "./guests.ts";
import { powerOff, powerOn, startAfter } from "./power.ts";
import type { FakeGuest, FakeSnapshot, FakeState } from "./state.ts";
import { startTask } from "./tasks.ts";
import { allocate, findVolume, freeVolume, storageNamed, storageOfVolume } from "./volumes.ts";
import { type Call, type Handlers, needs } from "./world.ts";

/** Whether all disks lie where snapshots can be taken. */
function canSnapshot(state: FakeState, guest: FakeGuest): boolean {
  return drivesOf(guest).every((drive) => {
    if (drive.cdrom || drive.properties.backup === "never") return true;
    const storage = storageNamed(state, storageOfVolume(drive.volid));
    const format = findVolume(state, drive.volid, guest.node)?.format;
    return storage.type === "lvmthin" || storage.type === "zfspool" ||
      (format === "qcow2" && guest.type === "qemu");
  });
}

function prefix(type: GuestType): string {
  return type === "qemu" ? "qm" : "vz";
}

function list(type: GuestType, call: Call): unknown {
  const guest = guestOf(call, type);
  const rows: Record<string, unknown>[] = guest.snapshots.map((snap) => ({
    name: snap.name,
    description: snap.description,
    snaptime: snap.snaptime,
    ...(type === "qemu" && snap.vmstate ? { vmstate: 1 } : {}),
    ...(snap.parent ? { parent: snap.parent } : {}),
    ...(snap.snapstate ? { snapstate: snap.snapstate } : {}),
  }));
  rows.push({
    name: "current",
    description: "You are here!",
    digest: digestOf(guest),
    running: isRunning(guest) ? 1 : 0,
    ...(guest.parent ? { parent: guest.parent } : {}),
  });
  return rows;
}

function create(type: GuestType, call: Call): string {
  const guest = guestOf(call, type);
  const name = call.params.text("snapname");
  if (name === "current" || name === (type === "qemu" ? "pending" : "vzdump")) {
    die(`unable to use snapshot name '${name}' (reserved name)`);
  }
  const locked = guest.config.lock;
  const vmstate = call.params.flag("vmstate") && isRunning(guest);
  return startTask(call, {
    type: `${prefix(type)}snapshot`,
    id: guest.vmid,
    node: guest.node,
    guest,
    configLock: "snapshot",
    work: (log) => {
      if (!call.world.quorate()) die("cluster not ready - no quorum?");
      if (locked !== undefined) die(`${kindOf(guest)} is locked (${locked})`);
      if (guest.snapshots.some((snap) => snap.name === name)) {
        die(`snapshot name '${name}' already used`);
      }
      if (!canSnapshot(call.state, guest)) die("snapshot feature is not available");
      const snap: FakeSnapshot = {
        name,
        description: call.params.text("description"),
        snaptime: call.world.seconds(),
        vmstate,
        config: { ...guest.config },
        ...(guest.parent ? { parent: guest.parent } : {}),
      };
      if (vmstate) saveMemory(call, guest, name, log.line);
      for (const drive of drivesOf(guest).filter((one) => !one.cdrom)) {
        log.line(`snapshotting '${drive.key}' (${drive.volid})`);
      }
      guest.snapshots.push(snap);
      guest.parent = name;
    },
  });
}

function saveMemory(
  call: Call,
  guest: FakeGuest,
  name: string,
  line: (text: string) => void,
): void {
  const disk = drivesOf(guest).find((one) => !one.cdrom);
  if (!disk) return;
  const volume = allocate(call.world, {
    storage: storageOfVolume(disk.volid),
    node: guest.node,
    vmid: guest.vmid,
    size: memorySize(guest),
    content: "images",
    name: `state-${name}`,
  });
  line(`saving VM state and RAM using storage '${volume.storage}'`);
}

function find(guest: FakeGuest, name: string): FakeSnapshot {
  return guest.snapshots.find((one) => one.name === name) ??
    die(`snapshot '${name}' does not exist`);
}

function rollBack(type: GuestType, call: Call): string {
  const guest = guestOf(call, type);
  // Proxmox asks it for VMs only.
  if (type === "qemu" && call.params.flag("start")) {
    needs(call, `/vms/${guest.vmid}`, ["VM.PowerMgmt"]);
  }
  const name = call.params.text("snapname");
  const locked = guest.config.lock;
  return startTask(call, {
    type: `${prefix(type)}rollback`,
    id: guest.vmid,
    node: guest.node,
    guest,
    configLock: "rollback",
    work: (log) => {
      const snap = find(guest, name);
      if (snap.snapstate) {
        die(`unable to rollback to incomplete snapshot (snapstate = ${snap.snapstate})`);
      }
      if (locked !== undefined) die(`${kindOf(guest)} is locked (${locked})`);
      const { lock: _lock, ...config } = snap.config;
      if (isRunning(guest)) powerOff(call.world, guest);
      guest.config = { ...config };
      guest.pending = {};
      guest.pendingDelete = [];
      guest.parent = name;
      for (const drive of drivesOf(guest).filter((one) => !one.cdrom)) {
        log.line(`rolling back '${drive.key}' (${drive.volid})`);
      }
      if (snap.vmstate) powerOn(call.world, guest);
      else if (call.params.flag("start")) startAfter(call, guest);
    },
  });
}

function remove(type: GuestType, call: Call): string {
  const guest = guestOf(call, type);
  const name = call.params.text("snapname");
  const locked = guest.config.lock;
  return startTask(call, {
    type: `${prefix(type)}delsnapshot`,
    id: guest.vmid,
    node: guest.node,
    guest,
    configLock: "snapshot-delete",
    work: () => {
      const snap = find(guest, name);
      if (locked !== undefined) die(`${kindOf(guest)} is locked (${locked})`);
      if (snap.snapstate && !call.params.flag("force")) {
        // What was begun stays so, and so does the lock (seen with 9.2.11).
        snap.snapstate = "delete";
        guest.config.lock = "snapshot-delete";
        die(`Snapshot with id 'null' and name '${name}' does not exist on device 'drive-scsi0'`);
      }
      guest.snapshots.splice(guest.snapshots.indexOf(snap), 1);
      for (const other of guest.snapshots) if (other.parent === name) setParent(other, snap.parent);
      if (guest.parent === name) setParent(guest, snap.parent);
      for (const volume of call.state.volumes.filter((one) => one.vmid === guest.vmid)) {
        if (new RegExp(`-state-${name}(?:\\.raw)?$`).test(volume.volid)) {
          freeVolume(call.state, volume.volid, guest.node);
        }
      }
    },
  });
}

function setParent(holder: { parent?: string }, parent: string | undefined): void {
  if (parent === undefined) delete holder.parent;
  else holder.parent = parent;
}

function feature(type: GuestType, call: Call): unknown {
  const guest = guestOf(call, type);
  const kind = call.params.text("feature");
  const name = call.params.maybe("snapname");
  if (name !== undefined) find(guest, name);
  const has = kind === "snapshot"
    ? canSnapshot(call.state, guest)
    : kind === "clone"
    ? Number(guest.config.template ?? 0) === 1
    : true;
  const nodes = [...call.state.nodes.keys()];
  return { hasFeature: has ? 1 : 0, ...(type === "qemu" ? { nodes: has ? nodes : [] } : {}) };
}

function handlersFor(type: GuestType): Handlers {
  const base = `/nodes/{node}/${type}/{vmid}`;
  return {
    [`GET ${base}/snapshot`]: (call) => list(type, call),
    [`POST ${base}/snapshot`]: (call) => create(type, call),
    [`DELETE ${base}/snapshot/{snapname}`]: (call) => remove(type, call),
    [`GET ${base}/snapshot/{snapname}/config`]: (call) => {
      const snap = find(guestOf(call, type), call.params.text("snapname"));
      return { ...snap.config, snaptime: snap.snaptime, description: snap.description };
    },
    [`POST ${base}/snapshot/{snapname}/rollback`]: (call) => rollBack(type, call),
    [`GET ${base}/feature`]: (call) => feature(type, call),
  };
}

export const snapshotHandlers: Handlers = { ...handlersFor("qemu"), ...handlersFor("lxc") };
