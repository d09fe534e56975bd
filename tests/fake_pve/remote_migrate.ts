import { bridgePath } from "./sdn.ts";
import { need } from "./access.ts";
import { ensureQuorum } from "./create.ts";
import { die, reasonOf, refuse } from "./errors.ts";
import {
  drivesOf,
  guestOf,
  type GuestType,
  haManaged,
  isRunning,
  kindOf,
  newGuest,
  unlocked,
} from "./guests.ts";
import { netKeys } from "./nets.ts";
import { powerOff } from "./power.ts";
import { localResources } from "./preconditions.ts";
import { readProperties } from "./property_strings.ts";
import { Remote } from "./remote.ts";
import type { FakeGuest, FakeTask, TaskLog } from "./state.ts";
import { finishTask, startTask } from "./tasks.ts";
import { allocate, freeVolume, storageOfVolume, supports, usableStorage } from "./volumes.ts";
import { type Call, type Handlers, needs } from "./world.ts";

const CONFIG = ["Disk", "CDROM", "CPU", "Memory", "Network", "HWType", "Options"]
  .map((what) => `VM.Config.${what}`);

/** By pairs `from:to`, and one name for all others. */
function mapped(pairs: string, from: string): string {
  const parts = pairs.split(",").map((pair) => pair.split(":"));
  const [, to] = parts.find(([each, to]) => each === from && to !== undefined) ?? [];
  const [all] = parts.find((pair) => pair.length === 1) ?? [];
  return to ?? (all === "1" ? from : all) ?? die(`no mapping for '${from}'`);
}

function bridgesOf(guest: FakeGuest): string[] {
  return netKeys(guest).flatMap((key) =>
    readProperties(String(guest.config[key]), "model").bridge ?? []
  );
}

function volumesOf(guest: FakeGuest) {
  return drivesOf(guest, true).filter(({ volid }) => volid.includes(":"));
}

/** As `remote_migrate_vm` has it: the other cluster is asked at once, what is moved is moved in the task. */
async function remoteMigrate(type: GuestType, call: Call): Promise<string> {
  const { state, params } = call;
  const guest = guestOf(call, type);
  const kind = kindOf(guest);
  ensureQuorum(call);
  unlocked(guest);
  if (haManaged(state, guest)) {
    refuse({ vmid: `cannot remote-migrate ${kind} that is configured for HA` });
  }
  if ([...state.replication.values()].some((job) => job.guest === guest.vmid)) {
    die(`cannot remote-migrate replicated ${kind}`);
  }
  if (isRunning(guest) && !params.flag("online") && !params.flag("restart")) {
    const without = type === "qemu"
      ? "VM without --online"
      : "container without --online or --restart";
    die(`can't migrate running ${without}`);
  }
  if (params.text("target-storage") === "1") {
    die("remote migration requires explicit storage mapping!");
  }
  const remote = new Remote(call.world, params.text("target-endpoint"));
  const node = await remote.node();
  const upid = startTask(call, {
    type: type === "qemu" ? "qmigrate" : "vzmigrate",
    id: guest.vmid,
    node: guest.node,
    guest,
    configLock: "migrate",
    polls: Infinity,
    begin: [`remote: started migration of ${kind} ${guest.vmid} to node '${node}'`],
    work: () => die("the tunnel is not open yet"),
  });
  const task = state.tasks.find((each) => each.upid === upid);
  if (task !== undefined) void openTunnel(call, { guest, node, remote, task });
  return upid;
}

interface Move {
  guest: FakeGuest;
  node: string;
  remote: Remote;
  task: FakeTask;
}

async function openTunnel(call: Call, { guest, node, remote, task }: Move): Promise<void> {
  const { state, params, world } = call;
  try {
    const storages = volumesOf(guest).map(({ volid }) =>
      mapped(params.text("target-storage"), storageOfVolume(volid))
    );
    const bridges = bridgesOf(guest).map((bridge) => mapped(params.text("target-bridge"), bridge));
    const vmid = params.number("target-vmid") ?? guest.vmid;
    const { upid } = await remote.request("POST", `/nodes/${node}/${guest.type}/${vmid}/mtunnel`, {
      storages: [...new Set(storages)].join(","),
      bridges: [...new Set(bridges)].join(","),
    }) as { upid: string };
    const there = remote.world.tunnels.get(upid) ?? die("no tunnel");
    const leave = () => {
      there.state.guests.delete(vmid);
      const tunnel = there.state.tasks.find((each) => each.upid === upid);
      if (tunnel !== undefined) finishTask(remote.world, tunnel);
    };
    task.abandon = leave;
    task.work = (log) => {
      try {
        arrive(call, { guest, vmid, node, there });
      } catch (error) {
        leave();
        throw aborted(log, error);
      }
      const tunnel = there.state.tasks.find((each) => each.upid === upid);
      if (tunnel !== undefined) finishTask(remote.world, tunnel);
      log.line("migration finished successfully (duration 00:00:02)");
    };
  } catch (error) {
    task.work = (log) => {
      throw aborted(log, error);
    };
  }
  task.polls = state.taskPolls;
  task.lastRead = world.now();
  if (state.taskMs !== undefined) task.finishAt = world.now() + state.taskMs;
}

function aborted(log: TaskLog, error: unknown): Error {
  log.line(`ERROR: migration aborted (duration 00:00:00): ${reasonOf(error)}`);
  return new Error("migration aborted");
}

/** The guest as it goes on in the other cluster; the one that was left stays, stopped and locked, or goes. */
function arrive(
  { params, state, world }: Call,
  { guest, vmid, node, there }: { guest: FakeGuest; vmid: number; node: string; there: Call },
): void {
  const { who } = there;
  const token = there.state.tokens.find((one) => one.user === who.user && one.name === who.token);
  const isGood = token && (token.expire === 0 || token.expire > there.world.seconds());
  if (!isGood) throw new Error("tunnel command failed - 401 authentication failure");
  if (guest.snapshots.length) throw new Error("remote migration with snapshots not supported yet");
  const devices = localResources(guest);
  if (devices.length) {
    throw new Error(`can't migrate VM which uses local devices: ${devices.join(", ")}`);
  }
  need(there.state, who, `/vms/${vmid}`, CONFIG);
  const isPrivileged = guest.type === "lxc" && !Number(guest.config.unprivileged ?? 0);
  const isOrdered = guest.type === "qemu" && guest.config.startup !== undefined;
  if (isPrivileged || isOrdered) need(there.state, who, "/", ["Sys.Modify"]);
  const { lock: _lock, ...config } = guest.config;
  for (const drive of volumesOf(guest)) {
    const isCloudInit = drive.volid.includes("-cloudinit");
    if (drive.cdrom && !isCloudInit) throw new Error(`can't migrate local cdrom '${drive.volid}'`);
    const storage = mapped(params.text("target-storage"), storageOfVolume(drive.volid));
    const { volid } = allocate(there.world, {
      storage,
      node,
      vmid,
      size: drive.size,
      content: guest.type === "qemu" ? "images" : "rootdir",
      ...(isCloudInit ? { name: "cloudinit" } : {}),
    });
    config[drive.key] = String(config[drive.key]).replace(drive.volid, volid);
  }
  for (const key of netKeys(guest)) {
    const { bridge, tag } = readProperties(String(config[key]), "model");
    if (bridge === undefined) continue;
    const to = mapped(params.text("target-bridge"), bridge);
    const vlan = tag === undefined ? "" : `/${tag}`;
    need(there.state, who, `${bridgePath(there.state, to)}${vlan}`, ["SDN.Use"]);
    config[key] = String(config[key]).replace(`bridge=${bridge}`, `bridge=${to}`);
  }
  const { agent, answersShutdown, status } = guest;
  const moved = { config, status, agent, answersShutdown, startedAt: there.world.now() };
  Object.assign(there.state.guests.get(vmid) ?? {}, moved);
  if (isRunning(guest)) powerOff(world, guest);
  guest.config.lock = "migrate";
  if (!params.flag("delete")) return;
  for (const { volid } of volumesOf(guest)) freeVolume(state, volid, guest.node);
  state.guests.delete(guest.vmid);
}

/** As `mtunnel` has it: checks what is to be used, and keeps the vmid by an empty locked guest. */
function tunnel(type: GuestType, call: Call): unknown {
  const { params, state, world } = call;
  const [node, vmid] = [params.text("node"), params.number("vmid") ?? 0];
  const listed = (name: string) =>
    (params.maybe(name) ?? "").split(",").filter((one) => one !== "");
  for (const id of listed("storages")) {
    const storage = usableStorage(state, id, node);
    needs(call, `/storage/${id}`, ["Datastore.AllocateSpace"]);
    supports(storage, type === "qemu" ? "images" : "rootdir");
  }
  const network = state.nodes.get(node)?.network ?? [];
  for (const bridge of listed("bridges")) {
    const isThere = network.some(({ iface }) => iface === bridge) || state.sdn.vnets.has(bridge);
    if (!isThere) die(`bridge '${bridge}' does not exist`);
  }
  if (state.guests.has(vmid)) {
    refuse({
      vmid: `unable to create empty VM config - VM ${vmid} already exists on node '${node}'`,
    });
  }
  const config = { lock: "create" };
  state.guests.set(vmid, newGuest({ vmid, type, node, config, createdAt: world.now() }));
  const upid = startTask(call, {
    type: type === "qemu" ? "qmtunnel" : "vzmtunnel",
    id: vmid,
    node,
    polls: Infinity,
    work: () => {},
  });
  world.tunnels.set(upid, call);
  return { upid, ticket: "PVETUNNEL:0", socket: `/run/pve/mtunnel-${vmid}.sock` };
}

export const remoteMigrateHandlers: Handlers = {
  "POST /nodes/{node}/qemu/{vmid}/remote_migrate": (call) => remoteMigrate("qemu", call),
  "POST /nodes/{node}/lxc/{vmid}/remote_migrate": (call) => remoteMigrate("lxc", call),
  "POST /nodes/{node}/qemu/{vmid}/mtunnel": (call) => tunnel("qemu", call),
  "POST /nodes/{node}/lxc/{vmid}/mtunnel": (call) => tunnel("lxc", call),
};
