import { may, need } from "./access.ts";
import { assertSettable } from "./backup_jobs.ts";
import { die, reasonOf, refuse } from "./errors.ts";
import { drivesOf, kindOf, nameOf } from "./guests.ts";
import type { FakeGuest, FakeStorage, FakeVolume, TaskLog } from "./state.ts";
import { notesOf, verifyNotesTemplate } from "./notes_template.ts";
import { startTask } from "./tasks.ts";
import { mayRead } from "./volume_api.ts";
import { findVolume, storageNamed, usableStorage } from "./volumes.ts";
import { type Call, type Handlers, needs } from "./world.ts";

const compressions: Record<string, string> = {
  zstd: ".zst",
  "1": ".lzo",
  lzo: ".lzo",
  gzip: ".gz",
  "0": "",
};

function stamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19)
    .replaceAll("-", "_").replace("T", "-").replaceAll(":", "_");
}

interface Selection {
  here: FakeGuest[];
  /** On other nodes, which is no error. */
  elsewhere: number[];
  missing: number[];
}

function selected({ params, state }: Call): Selection {
  const node = params.text("node");
  const local = [...state.guests.values()].filter((guest) => guest.node === node);
  const pool = params.maybe("pool");
  if (params.flag("all") || pool !== undefined) {
    if (pool !== undefined && !state.pools.has(pool)) die(`pool '${pool}' does not exist`);
    const excluded = new Set(params.list("exclude").map(Number));
    const here = local.filter((guest) =>
      !excluded.has(guest.vmid) && (pool === undefined || guest.pool === pool)
    );
    return { here, elsewhere: [], missing: [] };
  }
  const vmids = params.list("vmid").map(Number);
  if (!vmids.length) {
    refuse({ vmid: "no backup target specified: either 'vmid', 'pool' or 'all' is required" });
  }
  return {
    here: local.filter((guest) => vmids.includes(guest.vmid)),
    elsewhere: vmids.filter((vmid) => (state.guests.get(vmid)?.node ?? node) !== node),
    missing: vmids.filter((vmid) => !state.guests.has(vmid)),
  };
}

function target(call: Call, id: string): FakeStorage {
  const storage = storageNamed(call.state, id);
  if (!storage.content.includes("backup")) {
    throw new Error(
      `could not get storage information for '${id}': can't use storage '${id}' for backups - wrong content type`,
    );
  }
  return usableStorage(call.state, id, call.params.text("node"));
}

function backUp(call: Call, guest: FakeGuest, storage: FakeStorage, log: TaskLog): void {
  const { world, params, state } = call;
  const compress = compressions[params.maybe("compress") ?? "0"] ?? "";
  const format = (guest.type === "qemu" ? "vma" : "tar") + compress;
  const seconds = world.seconds();
  const kind = guest.type === "qemu" ? "VM" : "CT";
  log.line(`INFO: Starting Backup of ${kind} ${guest.vmid} (${guest.type})`);
  if (guest.config.lock !== undefined) throw new Error(`${kind} is locked (${guest.config.lock})`);
  const size = drivesOf(guest).reduce(
    (sum, drive) => sum + (findVolume(state, drive.volid, guest.node)?.used ?? 0),
    0,
  );
  const { lock: _lock, ...config } = guest.config;
  const volume: FakeVolume = {
    volid: `${storage.storage}:backup/vzdump-${guest.type}-${guest.vmid}-${
      stamp(seconds)
    }.${format}`,
    storage: storage.storage,
    content: "backup",
    format,
    size: Math.max(1, Math.round(size / 2)),
    ctime: seconds,
    vmid: guest.vmid,
    backup: {
      type: guest.type,
      config: { ...config },
      answersShutdown: guest.answersShutdown,
      os: { ...guest.agent.osinfo },
    },
  };
  const notes = params.maybe("notes-template");
  if (notes !== undefined) {
    const { node, vmid } = guest;
    const info = { guestname: nameOf(guest), vmid: String(vmid), node, cluster: state.clusterName };
    volume.notes = notesOf(notes, info);
  }
  if (params.flag("protected")) volume.protected = true;
  if (!storage.shared) volume.node = guest.node;
  if (storage.server && volume.backup) {
    volume.volid = storage.server.add({ ...volume, vmid: guest.vmid, backup: volume.backup });
  } else state.volumes.push(volume);
  log.line(`INFO: creating vzdump archive '${volume.volid}'`);
  log.line(`INFO: Finished Backup of ${kind} ${guest.vmid} (00:00:02)`);
}

/** As the log's first line has it: the guests themselves, or how they are chosen. */
function chosen({ params }: Call, vmids: readonly number[]): string {
  if (params.flag("all")) return "--all 1";
  return params.has("pool") ? `--pool ${params.text("pool")}` : vmids.join(" ");
}

function vzdump(call: Call): string {
  const { params, state, who, world } = call;
  const { here, elsewhere, missing } = selected(call);
  assertSettable(call, params.values);
  verifyNotesTemplate(params.maybe("notes-template"));
  const storageId = params.maybe("storage") ?? "local";
  needs(call, `/storage/${storageId}`, ["Datastore.AllocateSpace"]);
  if (params.has("prune-backups")) needs(call, `/storage/${storageId}`, ["Datastore.Allocate"]);
  storageNamed(state, storageId);
  const vmids = [...here.map((guest) => guest.vmid), ...missing];
  if (!vmids.length && !params.flag("all")) return "OK";
  const mine = (guest: FakeGuest) => may(state, who, `/vms/${guest.vmid}`, ["VM.Backup"]);
  const only = vmids.length === 1 ? here[0] : undefined;
  return startTask(call, {
    type: "vzdump",
    id: vmids.length === 1 ? vmids[0] ?? "" : "",
    node: params.text("node"),
    ...(only && world.quorate() ? { guest: only, configLock: "backup" } : {}),
    begin: [
      `INFO: starting new backup job: vzdump ${chosen(call, vmids)} --storage ${storageId}`,
      ...(elsewhere.length ? [`INFO: skip external VMs: ${elsewhere.join(", ")}`] : []),
    ],
    work: (log) => {
      const storage = target(call, storageId);
      const failed = missing.map((vmid) => `VM ${vmid} failed - unable to find VM '${vmid}'`);
      // Of all guests those are left out that the caller may not back up (`exec_backup`).
      const backed = params.flag("all") ? here.filter(mine) : here;
      for (const guest of backed) need(state, who, `/vms/${guest.vmid}`, ["VM.Backup"]);
      for (const guest of backed) {
        try {
          if (!world.quorate()) die("cluster not ready - no quorum?");
          backUp(call, guest, storage, log);
        } catch (error) {
          failed.push(`${kindOf(guest)} ${guest.vmid} failed - ${reasonOf(error)}`);
        }
      }
      for (const text of failed) log.line(`ERROR: Backup of ${text}`);
      log.line(`INFO: Backup job finished ${failed.length ? "with errors" : "successfully"}`);
      if (failed.length) throw new Error("job errors");
    },
  });
}

/** The configuration file within an archive: its notes are comments. */
function extractConfig(call: Call): string {
  const { params, state, who } = call;
  const node = params.text("node");
  const volid = params.text("volume");
  const storage = usableStorage(state, volid.split(":")[0] ?? "", node);
  const volume = findVolume(state, volid, node);
  if (volume && !mayRead(call, volume)) {
    need(state, who, `/storage/${storage.storage}`, ["Datastore.AllocateSpace"]);
    need(state, who, `/vms/${volume.vmid}`, ["VM.Backup"]);
  }
  if (volume?.vmid !== undefined) need(state, who, `/vms/${volume.vmid}`, ["VM.Backup"]);
  if (!volume?.backup) die(`unable to find configuration of backup '${volid}'`);
  const flaw = storage.server?.flaw(volid);
  if (flaw !== undefined) die(flaw);
  const { description, ...config } = volume.backup.config;
  const notes = description === undefined ? [] : String(description).split("\n");
  return [
    ...notes.map((line) => `#${encodeURIComponent(line)}`),
    ...Object.keys(config).sort().map((key) => `${key}: ${config[key]}`),
    "",
  ].join("\n");
}

export const backupHandlers: Handlers = {
  "POST /nodes/{node}/vzdump": vzdump,
  "GET /nodes/{node}/vzdump/extractconfig": extractConfig,
};
