import { may, privileges } from "./access.ts";
import { needsOnGuest } from "./config_access.ts";
import { applyOptions, checkOptions, optionsIn } from "./config.ts";
import { deny, die, reasonOf, refuse } from "./errors.ts";
import { driveKeys, drivesOf, type GuestType, isRunning, newGuest } from "./guests.ts";
import { startAfter } from "./power.ts";
import { checkArchive, restoreGuest } from "./restore.ts";
import type { FakeGuest, FakeState, GuestConfig, TaskLog } from "./state.ts";
import { startTask } from "./tasks.ts";
import { findVolume, storageOfVolume, supports, usableStorage } from "./volumes.ts";
import { type Call, type Handlers, needs } from "./world.ts";

export function ensureQuorum(call: Call): void {
  if (!call.world.quorate()) die("cluster not ready - no quorum?");
}

/** `VM 100 already exists on node 'pve1'` */
function existsText(state: FakeState, vmid: number): string | undefined {
  const guest = state.guests.get(vmid);
  return guest &&
    `${guest.type === "qemu" ? "VM" : "CT"} ${vmid} already exists on node '${guest.node}'`;
}

/** Creating needs `VM.Allocate` on the guest's path or on its pool. */
function mayAllocate(call: Call, vmid: number, pool: string | undefined): void {
  if (may(call.state, call.who, `/vms/${vmid}`, ["VM.Allocate"])) return;
  if (pool !== undefined && may(call.state, call.who, `/pool/${pool}`, ["VM.Allocate"])) return;
  deny();
}

function checkPool(call: Call): string | undefined {
  const pool = call.params.maybe("pool");
  if (pool !== undefined && !call.state.pools.has(pool)) deny(`pool '${pool}' does not exist`);
  return pool;
}

function addSystemOptions(call: Call, config: GuestConfig): void {
  if (config.boot === undefined) {
    const disks = driveKeys("qemu", config).filter((key) => /^(?:ide|sata|scsi|virtio)/.test(key));
    const hard = disks.filter((key) => !String(config[key]).includes("media=cdrom"));
    const cdroms = disks.filter((key) => !hard.includes(key));
    const nets = Object.keys(config).filter((key) => /^net\d+$/.test(key));
    const order = [...hard.slice(0, 1), ...cdroms.slice(0, 1), ...nets.slice(0, 1)];
    if (order.length) config.boot = `order=${order.join(";")}`;
  }
  config.meta ??= `creation-qemu=10.0.13,ctime=${call.world.seconds()}`;
  config.smbios1 ??= `uuid=${crypto.randomUUID()}`;
  config.vmgenid ??= crypto.randomUUID();
}

interface Plan {
  type: GuestType;
  vmid: number;
  node: string;
  pool: string | undefined;
  options: GuestConfig;
  archive?: string;
  template?: string;
}

/** What a request to create a guest asks for, once it is clear that it may. */
function planOf(call: Call, type: GuestType): Plan {
  const { params } = call;
  const vmid = params.number("vmid") ?? 0;
  const node = params.text("node");
  const pool = checkPool(call);
  mayAllocate(call, vmid, pool);
  ensureQuorum(call);
  const options = optionsIn(call);
  checkOptions(call, { type, node, vmid }, options, pool);
  return { type, vmid, node, pool, options };
}

function bare({ world }: Call, { type, vmid, node, pool }: Plan): FakeGuest {
  const createdAt = world.now();
  return newGuest({
    vmid,
    type,
    node,
    config: {},
    createdAt,
    ...(pool === undefined ? {} : { pool }),
  });
}

function build(call: Call, plan: Plan, log: TaskLog): FakeGuest {
  const { world, state } = call;
  const guest = bare(call, plan);
  if (plan.archive !== undefined) restoreGuest(call, guest, plan.archive, log);
  else if (plan.template !== undefined && !findVolume(state, plan.template, plan.node)) {
    die(`volume '${plan.template}' does not exist`);
  }
  applyOptions(world, guest, plan.options, log);
  if (plan.type === "qemu") addSystemOptions(call, guest.config);
  state.guests.set(plan.vmid, guest);
  return guest;
}

function accept(call: Call, plan: Plan, taskType: string): string {
  const { state, params } = call;
  const restore = plan.archive !== undefined;
  const what = `unable to ${restore ? "restore" : "create"} ${
    plan.type === "qemu" ? "VM" : "CT"
  } ${plan.vmid}`;
  const existing = state.guests.get(plan.vmid);
  if (existing) {
    if (
      !(restore && params.flag("force") && existing.type === plan.type &&
        existing.node === plan.node)
    ) {
      const taken = existsText(state, plan.vmid);
      die(plan.type === "lxc" && !restore ? `${taken}` : `${what} - ${taken}`);
    }
    if (Number(existing.config.protection ?? 0) === 1) die(`${what} - protection mode enabled`);
    if (isRunning(existing)) {
      die(`${what} - ${plan.type === "qemu" ? "vm" : "container"} is running`);
    }
  }
  const placeholder = existing ?? bare(call, plan);
  state.guests.set(plan.vmid, placeholder);
  return startTask(call, {
    type: taskType,
    id: plan.vmid,
    node: plan.node,
    guest: placeholder,
    configLock: "create",
    // Proxmox removes what it has begun to restore.
    abandon: () => {
      if (restore && !existing) state.guests.delete(plan.vmid);
    },
    work: (log) => {
      if (existing) {
        for (const drive of drivesOf(existing, true)) {
          dropVolume(state, drive.volid, existing.node);
        }
      }
      const volumes = [...state.volumes];
      state.guests.delete(plan.vmid);
      try {
        const guest = build(call, plan, log);
        if (!params.flag("start")) return;
        if (plan.type === "qemu") log.line("Execute autostart");
        startAfter(call, guest);
      } catch (error) {
        state.volumes = volumes;
        throw new Error(`${what} - ${reasonOf(error)}`);
      }
    },
  });
}

function dropVolume(state: FakeState, volid: string, node: string): void {
  const volume = findVolume(state, volid, node);
  if (volume?.vmid !== undefined) state.volumes.splice(state.volumes.indexOf(volume), 1);
}

function createVm(call: Call): string {
  const { params } = call;
  if (params.flag("start")) {
    const pool = params.maybe("pool");
    needsOnGuest(call, params.number("vmid") ?? 0, { wanted: "VM.PowerMgmt", pool });
  }
  const plan = planOf(call, "qemu");
  if (!params.has("archive")) {
    for (const name of ["storage", "unique"]) {
      if (params.has(name)) refuse({ [name]: "option only allowed for restore operations" });
    }
    return accept(call, plan, "qmcreate");
  }
  checkTarget(call, "images");
  plan.archive = params.text("archive");
  checkArchive(call, plan.archive, "qemu");
  return accept(call, plan, "qmrestore");
}

function checkTarget(call: Call, content: "images" | "rootdir"): string | undefined {
  const storage = call.params.maybe("storage");
  if (storage === undefined) return undefined;
  supports(usableStorage(call.state, storage, call.params.text("node")), content);
  needs(call, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  return storage;
}

function createContainer(call: Call): string {
  const { params, state } = call;
  const plan = planOf(call, "lxc");
  const { node, options, vmid } = plan;
  if (options.unprivileged === 0) needs(call, "/", ["Sys.Modify"]);
  const template = params.text("ostemplate");
  const target = checkTarget(call, "rootdir") ?? "local";
  if (options.rootfs === undefined) {
    supports(usableStorage(state, target, node), "rootdir");
    needs(call, `/storage/${target}`, ["Datastore.AllocateSpace"]);
  }
  plan.template = template;
  if (params.flag("restore")) {
    plan.archive = template;
    checkArchive(call, template, "lxc");
    return accept(call, plan, "vzrestore");
  }
  if (params.has("force")) refuse({ force: "'force' parameter is only allowed for restore" });
  if (!/:vztmpl\//.test(template)) {
    die(`unable to use volume ${template} - content type needs to be 'vztmpl'`);
  }
  if (!privileges(state, call.who, `/storage/${storageOfVolume(template)}`).size) deny();
  options.rootfs ??= `${target}:4`;
  const { hostname, memory, swap, unprivileged, arch, ostype, ...others } = options;
  plan.options = {
    arch: arch ?? "amd64",
    hostname: hostname ?? `CT${vmid}`,
    memory: memory ?? 512,
    ostype: ostype ?? /vztmpl\/([a-z]+)/.exec(template)?.[1] ?? "unmanaged",
    swap: swap ?? 512,
    unprivileged: unprivileged ?? 1,
    ...others,
  };
  return accept(call, plan, "vzcreate");
}

export const createHandlers: Handlers = {
  "POST /nodes/{node}/qemu": createVm,
  "POST /nodes/{node}/lxc": createContainer,
};
