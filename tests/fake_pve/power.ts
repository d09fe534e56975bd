import { applyPending } from "./config.ts";
import { actByHa, afterwards } from "./later.ts";
import { missingBridge, netKeys } from "./nets.ts";
import { die, refuse } from "./errors.ts";
import {
  drivesOf,
  guestOf,
  type GuestType,
  haManaged,
  isRunning,
  isTemplate,
  kindOf,
  unlocked,
} from "./guests.ts";
import type { FakeAgent, FakeGuest, TaskLog } from "./state.ts";
import { abortTask, startTask } from "./tasks.ts";
import { findVolume } from "./volumes.ts";
import type { Call, Handlers, World } from "./world.ts";

const timeout = "VM quit/powerdown failed - got timeout";

export function powerOn(world: World, guest: FakeGuest): void {
  applyPending(world, guest);
  guest.listed = { status: guest.status, since: world.now() };
  guest.status = "running";
  guest.paused = false;
  delete guest.qmpstatus;
  guest.startedAt = world.now();
}

export function powerOff(world: World, guest: FakeGuest): void {
  guest.listed = { status: guest.status, since: world.now() };
  guest.status = "stopped";
  guest.paused = false;
  delete guest.qmpstatus;
  forgetful(guest.agent);
  applyPending(world, guest);
}

/** An agent that is started anew. */
function forgetful(agent: FakeAgent): void {
  agent.processes.clear();
  delete agent.deaf;
  delete agent.frozen;
}

/** What keeps a guest from starting on its node. */
function startChecks(world: World, guest: FakeGuest): void {
  for (const drive of drivesOf(guest)) {
    if (drive.volid === "none" || drive.volid === "cdrom" || drive.volid.startsWith("/")) continue;
    if (!findVolume(world.state, drive.volid, guest.node)) {
      die(`volume '${drive.volid}' does not exist`);
    }
  }
  for (const key of netKeys(guest)) {
    const bridge = missingBridge(world, guest, key);
    if (bridge) die(`bridge '${bridge}' does not exist`);
  }
}

interface Action {
  /** Task type without `qm` or `vz`, in the HA manager's words too. */
  name: string;
  ha?: { task: string; state: string };
  before?: (call: Call, guest: FakeGuest) => void;
  work: (call: Call, guest: FakeGuest, log: TaskLog) => void;
}

function notRunning(_call: Call, guest: FakeGuest): void {
  if (!isRunning(guest)) die(`${kindOf(guest)} ${guest.vmid} not running`);
}

function shutDown(call: Call, guest: FakeGuest, forced = call.params.flag("forceStop")): void {
  if (!isRunning(guest)) return;
  if (guest.answersShutdown || forced) return powerOff(call.world, guest);
  if (guest.type === "qemu") throw new Error(timeout);
  const seconds = call.params.number("timeout") ?? 60;
  throw new Error(`command 'lxc-stop -n ${guest.vmid} --timeout ${seconds}' failed: got timeout`);
}

const start: Action = {
  name: "start",
  ha: { task: "hastart", state: "started" },
  before: (_call, guest) => {
    if (guest.type === "qemu") return;
    if (isRunning(guest)) die(`CT ${guest.vmid} already running`);
  },
  work: ({ world, params }, guest) => {
    if (isTemplate(guest)) {
      die(`you can't start a ${guest.type === "qemu" ? "vm" : "CT"} if it's a template`);
    }
    if (guest.config.lock === "suspended") delete guest.config.lock;
    unlocked(guest, params.flag("skiplock"));
    if (isRunning(guest)) die(`${kindOf(guest)} ${guest.vmid} already running`);
    startChecks(world, guest);
    powerOn(world, guest);
  },
};

const stop: Action = {
  name: "stop",
  ha: { task: "hastop", state: "stopped" },
  before: (call, guest) => {
    if (guest.type === "lxc") notRunning(call, guest);
    if (!call.params.flag("overrule-shutdown")) return;
    if (haManaged(call.state, guest)) {
      refuse({ "overrule-shutdown": "Not applicable for HA resources." });
    }
    for (const task of call.state.tasks) {
      if (task.vmid === guest.vmid && /^(?:qm|vz)shutdown$/.test(task.type)) {
        abortTask(call.world, task);
      }
    }
  },
  work: ({ world, params }, guest) => {
    if (guest.config.lock !== "suspended") unlocked(guest, params.flag("skiplock"));
    if (isRunning(guest)) powerOff(world, guest);
  },
};

const shutdown: Action = {
  name: "shutdown",
  ha: { task: "hastop", state: "stopped" },
  before: (call, guest) => {
    if (guest.type === "lxc") notRunning(call, guest);
    if (guest.paused && !call.params.flag("forceStop")) die("VM is paused - cannot shutdown");
  },
  work: (call, guest) => {
    unlocked(guest, call.params.flag("skiplock"));
    const byHa = guest.type === "qemu" && haManaged(call.state, guest);
    shutDown(call, guest, byHa || undefined);
  },
};

const reboot: Action = {
  name: "reboot",
  before: (call, guest) => {
    if (guest.paused) die("VM is paused - cannot shutdown");
    notRunning(call, guest);
  },
  work: (call, guest) => {
    unlocked(guest);
    shutDown(call, guest);
    afterwards(call, guest, {
      name: "start",
      ms: call.state.restartMs,
      work: () => powerOn(call.world, guest),
    });
  },
};

const reset: Action = {
  name: "reset",
  before: notRunning,
  work: ({ world, params }, guest) => {
    unlocked(guest, params.flag("skiplock"));
    guest.startedAt = world.now();
    forgetful(guest.agent);
  },
};

const suspend: Action = {
  name: "suspend",
  before: (call, guest) => {
    notRunning(call, guest);
    if (call.params.flag("todisk") && haManaged(call.state, guest)) {
      die("Cannot suspend HA managed VM to disk");
    }
  },
  work: ({ world, params }, guest) => {
    unlocked(guest, params.flag("skiplock"));
    if (!params.flag("todisk")) {
      guest.paused = true;
      return;
    }
    powerOff(world, guest);
    guest.config.lock = "suspended";
  },
};

const resume: Action = {
  name: "resume",
  before: (call, guest) => {
    if (guest.config.lock !== "suspended") notRunning(call, guest);
  },
  work: ({ world }, guest) => {
    if (guest.config.lock === "suspended") {
      delete guest.config.lock;
      powerOn(world, guest);
    }
    guest.paused = false;
    delete guest.qmpstatus;
  },
};

/** Starts a guest that was made or rolled back, in a task of its own, whose failure is none of the first. */
export function startAfter(call: Call, guest: FakeGuest): void {
  if (!isRunning(guest)) act(guest, start, call);
}

function act(guest: FakeGuest, action: Action, call: Call): string {
  const { type } = guest;
  action.before?.(call, guest);
  if (action.ha && haManaged(call.state, guest)) {
    return actByHa(call, guest, {
      ...action.ha,
      name: action.name,
      work: (log) => action.work(call, guest, log),
    });
  }
  const name = action.name === "suspend" && !call.params.flag("todisk") ? "pause" : action.name;
  return startTask(call, {
    type: `${type === "qemu" ? "qm" : "vz"}${name}`,
    id: guest.vmid,
    node: guest.node,
    guest,
    fileLock: true,
    work: (log) => action.work(call, guest, log),
  });
}

function handlersFor(type: GuestType, actions: Action[]): Handlers {
  return Object.fromEntries(actions.map((action) => [
    `POST /nodes/{node}/${type}/{vmid}/status/${action.name}`,
    (call: Call) => act(guestOf(call, type), action, call),
  ]));
}

export const powerHandlers: Handlers = {
  ...handlersFor("qemu", [start, stop, shutdown, reboot, reset, suspend, resume]),
  ...handlersFor("lxc", [start, stop, shutdown, reboot]),
};
