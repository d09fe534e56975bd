import { may } from "./access.ts";
import {
  agentEnabled,
  cpuCount,
  diskSize,
  guestOf,
  type GuestType,
  haManaged,
  haSid,
  isRunning,
  isTemplate,
  memorySize,
  nameOf,
} from "./guests.ts";
import type { FakeGuest } from "./state.ts";
import { type Call, type Handlers, type World } from "./world.ts";

function nodeCpus(world: World, guest: FakeGuest): number {
  return world.state.nodes.get(guest.node)?.cpus ?? 8;
}

/** The numbers that lists, `status/current` and `/cluster/resources` share. */
export function usageOfGuest(world: World, guest: FakeGuest) {
  const on = isRunning(guest);
  const maxmem = memorySize(guest);
  const maxdisk = diskSize(guest);
  return {
    cpu: on ? guest.load.cpu : 0,
    cpus: cpuCount(guest, nodeCpus(world, guest)),
    mem: on ? Math.round(maxmem * guest.load.mem) : 0,
    maxmem,
    disk: guest.type === "lxc" && on ? Math.round(maxdisk * guest.load.disk) : 0,
    maxdisk,
    uptime: on ? Math.max(0, Math.floor((world.now() - guest.startedAt) / 1000)) : 0,
    netin: on ? guest.counters.netin : 0,
    netout: on ? guest.counters.netout : 0,
    diskread: on ? guest.counters.diskread : 0,
    diskwrite: on ? guest.counters.diskwrite : 0,
  };
}

function optional(guest: FakeGuest) {
  return {
    ...(guest.config.tags ? { tags: guest.config.tags } : {}),
    ...(guest.config.lock !== undefined ? { lock: guest.config.lock } : {}),
    ...(isTemplate(guest) ? { template: 1 } : {}),
    ...(isRunning(guest) ? { pid: 20000 + guest.vmid } : {}),
  };
}

function qmpStatus({ paused, qmpstatus }: FakeGuest): string {
  return qmpstatus ?? (paused ? "paused" : "running");
}

function rowOf(world: World, guest: FakeGuest, full: boolean): Record<string, unknown> {
  const usage = usageOfGuest(world, guest);
  const row = {
    vmid: guest.vmid,
    name: nameOf(guest),
    status: guest.status,
    ...usage,
    ...optional(guest),
  };
  if (guest.type === "lxc") {
    return { ...row, type: "lxc", swap: 0, maxswap: Number(guest.config.swap ?? 512) * 2 ** 20 };
  }
  const memhost = isRunning(guest) ? usage.mem + 100 * 2 ** 20 : 0;
  const detailed = full && isRunning(guest) ? { qmpstatus: qmpStatus(guest) } : {};
  return { ...row, memhost, ...detailed };
}

function currentStatus(world: World, guest: FakeGuest): Record<string, unknown> {
  const managed = haManaged(world.state, guest);
  const { reported, state } = world.state.ha.resources.get(haSid(guest)) ?? {};
  const ha = managed ? { managed: 1, state: reported ?? state ?? "started" } : { managed: 0 };
  const row = { ...rowOf(world, guest, true), ha };
  if (guest.type === "lxc") {
    const pressure = ["cpu", "io", "memory"].flatMap((
      what,
    ) => [`pressure${what}some`, `pressure${what}full`]);
    return isRunning(guest)
      ? { ...row, ...Object.fromEntries(pressure.map((key) => [key, "0.00"])) }
      : row;
  }
  const qmpstatus = isRunning(guest) ? qmpStatus(guest) : "stopped";
  const running = isRunning(guest)
    ? {
      "running-machine": "pc-i440fx-10.0+pve0",
      "running-qemu": "10.0.13",
      nics: {},
      blockstat: {},
    }
    : {};
  return {
    ...row,
    qmpstatus,
    ...running,
    ...(agentEnabled(guest) ? { agent: 1 } : {}),
    ...(guest.config.serial0 !== undefined ? { serial: 1 } : {}),
  };
}

function list(type: GuestType, call: Call): unknown {
  return [...call.state.guests.values()]
    .filter((guest) => guest.type === type && guest.node === call.params.text("node"))
    .filter((guest) => may(call.state, call.who, `/vms/${guest.vmid}`, ["VM.Audit"]))
    .map((guest) => rowOf(call.world, guest, call.params.flag("full")));
}

function handlersFor(type: GuestType): Handlers {
  const base = `/nodes/{node}/${type}`;
  return {
    [`GET ${base}`]: (call) => list(type, call),
    [`GET ${base}/{vmid}/status/current`]: (call) => currentStatus(call.world, guestOf(call, type)),
  };
}

export const statusHandlers: Handlers = {
  ...handlersFor("qemu"),
  ...handlersFor("lxc"),
  "GET /nodes/{node}/lxc/{vmid}/interfaces": (call) => {
    const guest = guestOf(call, "lxc");
    return isRunning(guest) ? guest.agent.interfaces : null;
  },
};
