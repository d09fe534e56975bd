import { renewMacs } from "./nets.ts";
import { may } from "./access.ts";
import { deny, die, reasonOf, refuse } from "./errors.ts";
import { copyDrive } from "./drives.ts";
import { ensureQuorum } from "./create.ts";
import {
  drivesOf,
  guestOf,
  type GuestType,
  isRunning,
  isTemplate,
  kindOf,
  newGuest,
  unlocked,
} from "./guests.ts";
import type { FakeGuest } from "./state.ts";
import { startTask } from "./tasks.ts";
import { storageNamed, storageOfVolume, supports, usableStorage } from "./volumes.ts";
import type { Call, Handlers } from "./world.ts";

function clone(type: GuestType, call: Call): string {
  const { world, state, params } = call;
  const guest = guestOf(call, type);
  const newid = params.number("newid") ?? 0;
  const target = params.maybe("target") ?? guest.node;
  const full = params.has("full") ? params.flag("full") : !isTemplate(guest);
  const storage = params.maybe("storage");
  ensureQuorum(call);
  const pool = params.maybe("pool");
  if (pool !== undefined && !state.pools.has(pool)) deny(`pool '${pool}' does not exist`);
  if (!state.nodes.has(target)) die(`no such cluster node '${target}'`);
  if (storage !== undefined) {
    if (!full) refuse({ storage: "parameter 'storage' not allowed for linked clones" });
    supports(usableStorage(state, storage, target), type === "qemu" ? "images" : "rootdir");
    if (!may(state, call.who, `/storage/${storage}`, ["Datastore.AllocateSpace"])) {
      deny(`/storage/${storage}, Datastore.AllocateSpace`);
    }
  }
  unlocked(guest);
  if (state.guests.has(newid)) {
    die(`unable to create ${kindOf(guest)} ${newid}: config file already exists`);
  }
  const snapname = params.maybe("snapname");
  const snap = snapname === undefined
    ? undefined
    : guest.snapshots.find((one) => one.name === snapname);
  if (snapname !== undefined && !snap) die(`snapshot '${snapname}' does not exist`);
  const source = newGuest({ ...guest, config: { ...(snap?.config ?? guest.config) } });
  for (const drive of drivesOf(source)) {
    if (drive.cdrom) continue;
    const held = storageNamed(state, storageOfVolume(drive.volid));
    if (target !== guest.node && !held.shared) {
      die(`can't clone to non-shared storage '${held.storage}'`);
    }
    if (!full && !isTemplate(guest)) {
      die(`Linked clone feature is not supported for '${drive.volid}' (${drive.key})`);
    }
    if (full && type === "lxc" && isRunning(guest) && !snap) {
      die("Full clone of a running container is only possible from a snapshot");
    }
  }
  const copy = newGuest({
    vmid: newid,
    type,
    node: target,
    config: { lock: type === "qemu" ? "clone" : "create" },
    createdAt: world.now(),
    ...(pool === undefined ? {} : { pool }),
  });
  state.guests.set(newid, copy);
  return startTask(call, {
    type: type === "qemu" ? "qmclone" : "vzclone",
    id: guest.vmid,
    node: guest.node,
    guest,
    ...(full ? { configLock: "clone" } : {}),
    work: (log) => {
      const volumes = [...state.volumes];
      try {
        fill(call, source, copy, { full, storage });
      } catch (error) {
        state.volumes = volumes;
        state.guests.delete(newid);
        throw new Error(`clone failed: ${reasonOf(error)}`);
      }
      log.line(full ? "create full clone of drives" : "create linked clone of drives");
    },
  });
}

function fill(
  call: Call,
  source: FakeGuest,
  copy: FakeGuest,
  how: { full: boolean; storage: string | undefined },
): void {
  const { world, params } = call;
  const nameKey = source.type === "qemu" ? "name" : "hostname";
  const { lock: _lock, template: _template, protection: _protection, parent: _parent, ...config } =
    source.config;
  copy.config = { ...config };
  for (const key of Object.keys(config)) if (key.startsWith("unused")) delete copy.config[key];
  for (const drive of drivesOf(source)) {
    copy.config[drive.key] = copyDrive(world, source, drive, {
      vmid: copy.vmid,
      node: copy.node,
      storage: how.storage,
      format: params.maybe("format"),
      linked: !how.full,
    });
  }
  renewMacs(world, copy);
  copy.config[nameKey] = params.maybe(nameKey) ??
    `Copy-of-${kindOf(source)}-${source.config[nameKey] ?? source.vmid}`;
  const description = params.maybe("description");
  if (description !== undefined) copy.config.description = description;
  if (source.type === "qemu") {
    copy.config.smbios1 = `uuid=${crypto.randomUUID()}`;
    copy.config.vmgenid = crypto.randomUUID();
  }
  copy.answersShutdown = source.answersShutdown;
  copy.agent.running = source.agent.running;
  copy.agent.osinfo = { ...source.agent.osinfo };
}

export const cloneHandlers: Handlers = {
  "POST /nodes/{node}/qemu/{vmid}/clone": (call) => clone("qemu", call),
  "POST /nodes/{node}/lxc/{vmid}/clone": (call) => clone("lxc", call),
};
