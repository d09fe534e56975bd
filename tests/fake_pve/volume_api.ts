import { asBytes } from "./letters.ts";
import { may, need } from "./access.ts";
import { die, refuse } from "./errors.ts";
import type { FakeStorage, FakeVolume } from "./state.ts";
import { seen } from "./storage.ts";
import { startTask } from "./tasks.ts";
import {
  findVolume,
  freeVolume,
  isBlock,
  pathOf,
  storageNamed,
  usableStorage,
  volumesOn,
} from "./volumes.ts";
import type { Call, Handlers } from "./world.ts";

export function mayRead(call: Call, volume: FakeVolume): boolean {
  const { state, who } = call;
  const path = `/storage/${volume.storage}`;
  if (may(state, who, path, ["Datastore.Allocate"])) return true;
  if (volume.content === "backup") {
    return may(state, who, path, ["Datastore.AllocateSpace"]) &&
      may(state, who, `/vms/${volume.vmid}`, ["VM.Backup"]);
  }
  if (volume.content === "images" || volume.content === "rootdir") {
    return may(state, who, path, ["Datastore.Audit"]) &&
      may(state, who, `/vms/${volume.vmid}`, ["VM.Config.Disk"]);
  }
  return may(state, who, path, seen, true);
}

/** A backup server's lists have the first line of notes only. */
function listed({ format }: FakeVolume, notes: string): string {
  return format.startsWith("pbs-") ? notes.split("\n")[0] ?? "" : notes;
}

function row(volume: FakeVolume): Record<string, unknown> {
  const disk = volume.content === "images" || volume.content === "rootdir";
  return {
    volid: asBytes(volume.volid),
    content: volume.content,
    format: volume.format,
    size: volume.size,
    ctime: volume.ctime,
    ...(volume.vmid === undefined ? {} : { vmid: volume.vmid }),
    ...(disk ? { used: volume.used ?? volume.size, parent: volume.parent ?? null } : {}),
    ...(volume.backup ? { subtype: volume.backup.type } : {}),
    ...(volume.notes === undefined ? {} : { notes: listed(volume, volume.notes) }),
    ...(volume.protected ? { protected: 1 } : {}),
    ...(volume.verification ? { verification: volume.verification } : {}),
    ...(volume.encrypted ? { encrypted: volume.encrypted } : {}),
  };
}

function content(call: Call): unknown {
  const { params, state } = call;
  const node = params.text("node");
  const storage = usableStorage(state, params.text("storage"), node);
  return volumesOn(state, storage.storage, node)
    .filter((one) => !params.has("content") || one.content === params.text("content"))
    .filter((one) => !params.has("vmid") || one.vmid === params.number("vmid"))
    .filter((one) => mayRead(call, one))
    .map(row);
}

/** The full id of the `{volume}` in the path; the storage's name may be left out there. */
function volumeId(call: Call): string {
  const given = call.params.text("volume");
  const storage = call.params.text("storage");
  if (!given.includes(":")) return `${storage}:${given}`;
  if (!given.startsWith(`${storage}:`)) {
    refuse({ storage: "storage name does not match volume storage" });
  }
  return given;
}

const serverVolume = /^backup\/(?:vm|ct)\/\d+\/[\d-]+T[\d:]+Z$/;
const fileVolume = /^(?:iso|vztmpl|backup|snippets|import)\/[^/]+$|^\d+\/[^/]+$/;

function checkName(storage: FakeStorage, volid: string): void {
  const name = volid.slice(storage.storage.length + 1);
  if (storage.type === "pbs") {
    if (!serverVolume.test(name)) die(`unable to parse PBS volume name '${name}'`);
  } else if (isBlock(storage)) {
    if (!/^(?:vm|base)-\d+-\S+$/.test(name)) die(`unable to parse lvm volume name '${name}'`);
  } else if (!fileVolume.test(name)) die(`unable to parse directory volume name '${name}'`);
}

function remove(call: Call): string {
  const { state, who, params } = call;
  const node = params.text("node");
  const volid = volumeId(call);
  const storage = usableStorage(state, params.text("storage"), node);
  checkName(storage, volid);
  const volume = findVolume(state, volid, node);
  if (volume?.content === "backup" && volume.vmid !== undefined) {
    need(state, who, `/storage/${storage.storage}`, ["Datastore.AllocateSpace"]);
    need(state, who, `/vms/${volume.vmid}`, ["VM.Backup"]);
  } else need(state, who, `/storage/${storage.storage}`, ["Datastore.Allocate"]);
  return startTask(call, {
    type: "imgdel",
    id: volume?.vmid === undefined ? storage.storage : `${volume.vmid}@${storage.storage}`,
    node,
    work: (log) => {
      const held = findVolume(state, volid, node);
      if (held?.protected) die(`cannot remove protected volume '${volid}' on '${storage.storage}'`);
      if (state.volumes.some((one) => one.parent === volid)) {
        die(`base volume '${volid}' is still in use by linked clones`);
      }
      if (freeVolume(state, volid, node)) log.line(`Removed volume '${volid}'`);
      else if (isBlock(storage)) {
        die(`lvremove '${pathOf(storage, volid)}' error: Failed to find logical volume`);
      } else log.line(`disk image '${pathOf(storage, volid)}' does not exist`);
    },
  });
}

function attributes(call: Call): FakeVolume {
  const node = call.params.text("node");
  const volid = volumeId(call);
  const storage = usableStorage(call.state, call.params.text("storage"), node);
  checkName(storage, volid);
  const volume = findVolume(call.state, volid, node) ?? die(`volume '${volid}' does not exist`);
  if (!mayRead(call, volume)) {
    need(call.state, call.who, `/storage/${storage.storage}`, ["Datastore.Allocate"]);
  }
  return volume;
}

const extensions: Record<string, RegExp> = {
  iso: /\.(?:iso|img)$/i,
  vztmpl: /\.tar\.(?:gz|xz|zst|bz2)$/,
  import: /\.(?:ova|qcow2|raw|vmdk)$/,
};

function download(call: Call): string {
  const { state, params, world } = call;
  const node = params.text("node");
  const kind = params.text("content");
  const storage = usableStorage(state, params.text("storage"), node);
  if (!storage.content.includes(kind)) {
    die(`storage '${storage.storage}' is not configured for content-type '${kind}'`);
  }
  if (isBlock(storage)) {
    die(`can't upload to storage type '${storage.type}', not a file based storage!`);
  }
  const filename = params.text("filename").replace(/[^-a-zA-Z0-9_.]/g, "_");
  if (!extensions[kind]?.test(filename)) {
    const what = kind === "import" ? "invalid filename or wrong extension" : "wrong file extension";
    refuse({ filename: what });
  }
  const url = params.text("url");
  const volid = `${storage.storage}:${kind}/${filename}`;
  return startTask(call, {
    type: "download",
    id: filename,
    node,
    begin: [
      `downloading ${url} to ${
        storage.type === "nfs" ? `/mnt/pve/${storage.storage}` : "/var/lib/vz"
      }/template/${kind}/${filename}`,
    ],
    work: (log) => {
      const found = state.downloads.get(url);
      const algorithm = params.maybe("checksum-algorithm");
      const actual = algorithm === undefined ? undefined : found?.checksums?.[algorithm] ?? "0";
      const expected = params.maybe("checksum");
      if (findVolume(state, volid, node)) {
        if (expected === undefined || actual !== expected) {
          die(`refusing to override existing file '${filename}'`);
        }
        log.line("OK, got correct file already, no need to download");
        return;
      }
      if (!found) {
        die(
          `download failed: command 'wget --progress=dot:giga -O ${filename} ${url}' failed: exit code 8`,
        );
      }
      if (expected !== undefined && actual !== expected) {
        die(`checksum mismatch: got '${actual}' != expect '${expected}'`);
      }
      const volume: FakeVolume = {
        volid,
        storage: storage.storage,
        content: kind,
        format: kind === "iso" ? "iso" : filename.split(".").slice(-2).join("."),
        size: found.size,
        ctime: world.seconds(),
      };
      if (!storage.shared) volume.node = node;
      state.volumes.push(volume);
      log.line("download of '" + url + "' to '" + filename + "' finished");
    },
  });
}

function pathOfVolume({ state }: Call, { storage, volid }: FakeVolume): string {
  const held = storageNamed(state, storage);
  return held.server ? pathOf(held, volid) : `/var/lib/vz/${volid.split(":")[1]}`;
}

const base = "/nodes/{node}/storage/{storage}";

export const volumeHandlers: Handlers = {
  [`GET ${base}/content`]: content,
  [`GET ${base}/content/{volume}`]: (call) => {
    const volume = attributes(call);
    const { volid: _volid, content: _content, ctime: _ctime, ...rest } = row(volume);
    return {
      ...rest,
      ...(volume.notes === undefined ? {} : { notes: volume.notes }),
      used: volume.used ?? volume.size,
      path: pathOfVolume(call, volume),
    };
  },
  [`DELETE ${base}/content/{volume}`]: remove,
  [`POST ${base}/download-url`]: download,
};
