import { plugNets } from "./nets.ts";
import { applyOptions, checkOptions, optionsIn, removeOptions, revertOptions } from "./config.ts";
import { checkDrivePrivileges, checkRemovals } from "./config_access.ts";
import { die, refuse } from "./errors.ts";
import { checkDigest, digestOf, guestOf, type GuestType, writable } from "./guests.ts";
import { configAsBytes } from "./letters.ts";
import type { FakeGuest, GuestConfig } from "./state.ts";
import { startTask } from "./tasks.ts";
import { splitList } from "./validate.ts";
import type { Call, Handlers } from "./world.ts";

function shown(guest: FakeGuest, current: boolean): GuestConfig {
  const config = { ...guest.config };
  if (!current) {
    Object.assign(config, guest.pending);
    for (const key of guest.pendingDelete) delete config[key];
  }
  return { ...configAsBytes(config), digest: digestOf(guest) };
}

function readConfig(type: GuestType, call: Call): unknown {
  const guest = guestOf(call, type);
  const name = call.params.maybe("snapshot");
  if (name === undefined) return shown(guest, call.params.flag("current"));
  const snap = guest.snapshots.find((one) => one.name === name);
  if (!snap) die(`snapshot '${name}' does not exist`);
  return { ...configAsBytes(snap.config), snaptime: snap.snaptime, digest: digestOf(guest) };
}

function readPending(type: GuestType, call: Call): unknown {
  const guest = guestOf(call, type);
  const keys = new Set([...Object.keys(guest.config), ...Object.keys(guest.pending)]);
  const rows: Record<string, unknown>[] = [...keys].map((key) => ({
    key,
    ...(guest.config[key] !== undefined ? { value: guest.config[key] } : {}),
    ...(guest.pending[key] !== undefined ? { pending: guest.pending[key] } : {}),
    ...(guest.pendingDelete.includes(key) ? { delete: 1 } : {}),
  }));
  return [...rows, { key: "digest", value: digestOf(guest) }];
}

/** Checks what is checked at once; gives what is left to be done, in a task or not. */
function update(call: Call, guest: FakeGuest): () => void {
  writable(call, guest);
  const options = optionsIn(call);
  const removals = splitList(call.params.text("delete"));
  const reverts = splitList(call.params.text("revert"));
  if (
    !Object.keys(options).length && !removals.length && !reverts.length &&
    !call.params.has("digest")
  ) {
    if (guest.type === "lxc") refuse({ "": "no options specified" });
    return () => {};
  }
  checkDigest(call, guest);
  checkOptions(call, guest, options);
  checkRemovals(call, guest, removals);
  if (guest.type === "qemu") checkBalloon(guest, options);
  return () => {
    checkDrivePrivileges(call, guest, { options, removals });
    revertOptions(guest, reverts);
    removeOptions(call, guest, removals, options);
    applyOptions(call.world, guest, options);
    plugNets(call.world, guest);
  };
}

/** As `update_vm_api` looks at it; what waits for the next start counts. */
function checkBalloon({ config, pending }: FakeGuest, options: GuestConfig): void {
  if (options.memory === undefined && options.balloon === undefined) return;
  const { balloon = 0, memory = 512 } = { ...config, ...pending, ...options };
  const [, most] = /^(?:current=)?(\d+)/.exec(String(memory)) ?? [];
  if (Number(balloon) <= Number(most)) return;
  die("balloon value too large (must be smaller than assigned memory)");
}

function write(type: GuestType, call: Call): null {
  update(call, guestOf(call, type))();
  return null;
}

/** The same as PUT in a task: what it does to drives is only checked there. */
function writeLater(call: Call): string {
  const guest = guestOf(call, "qemu");
  const apply = update(call, guest);
  return startTask(call, {
    type: "qmconfig",
    id: guest.vmid,
    node: guest.node,
    guest,
    fileLock: true,
    work: (log) => {
      log.line(`update VM ${guest.vmid}: -${Object.keys(optionsIn(call)).join(" -")}`);
      apply();
    },
  });
}

export const configHandlers: Handlers = {
  "GET /nodes/{node}/qemu/{vmid}/config": (call) => readConfig("qemu", call),
  "PUT /nodes/{node}/qemu/{vmid}/config": (call) => write("qemu", call),
  "POST /nodes/{node}/qemu/{vmid}/config": writeLater,
  "GET /nodes/{node}/qemu/{vmid}/pending": (call) => readPending("qemu", call),
  "PUT /nodes/{node}/qemu/{vmid}/cloudinit": (call) => {
    writable(call, guestOf(call, "qemu"));
    return null;
  },
  "GET /nodes/{node}/lxc/{vmid}/config": (call) => readConfig("lxc", call),
  "PUT /nodes/{node}/lxc/{vmid}/config": (call) => write("lxc", call),
  "GET /nodes/{node}/lxc/{vmid}/pending": (call) => readPending("lxc", call),
};
