import { fail } from "./errors.ts";
import type { FakeFile, FakeGroup, FakeSnapshot } from "./state.ts";
import {
  checkOwner,
  enter,
  folderOf,
  groupOf,
  groupsIn,
  owns,
  sizeOf,
  snapshotName,
} from "./stores.ts";
import type { FakeDatastore } from "./state.ts";
import { type Call, Download, type Handlers, unordered } from "./world.ts";

const base = "/admin/datastore/{store}";
type Entering = Parameters<typeof enter>[1];

const listing: Entering = { access: "read", all: ["Datastore.Audit"], own: ["Datastore.Backup"] };

function snapshots(call: Call): unknown {
  const { params, who } = call;
  const { store, ns, mine } = enter(call, listing);
  const rows = groupsIn(store, ns)
    .filter((group) => !params.has("backup-type") || group.type === params.text("backup-type"))
    .filter((group) => !params.has("backup-id") || group.id === params.text("backup-id"))
    .filter((group) => !mine || owns(who, group.owner))
    .flatMap((group) => group.snapshots.map((one) => snapshotRow(group, one)));
  return unordered(rows);
}

function firstLine(notes: string): string {
  return notes.split("\n")[0] ?? "";
}

function snapshotRow(group: FakeGroup, snapshot: FakeSnapshot): Record<string, unknown> {
  const size = sizeOf(snapshot);
  return {
    "backup-type": group.type,
    "backup-id": group.id,
    "backup-time": snapshot.time,
    ...(snapshot.notes ? { comment: firstLine(snapshot.notes) } : {}),
    ...(snapshot.verification ? { verification: { ...snapshot.verification } } : {}),
    ...(snapshot.fingerprint === undefined ? {} : { fingerprint: snapshot.fingerprint }),
    files: snapshot.files.map(fileRow),
    ...(size === undefined ? {} : { size }),
    owner: group.owner,
    protected: snapshot.protected === true,
  };
}

function fileRow({ filename, size, "crypt-mode": mode }: FakeFile) {
  return { filename, "crypt-mode": mode, size };
}

function groups(call: Call): unknown {
  const { store, ns, mine } = enter(call, listing);
  const here = groupsIn(store, ns).filter((group) => !mine || owns(call.who, group.owner));
  return unordered(here.map(groupRow));
}

export function groupRow(group: FakeGroup): Record<string, unknown> {
  const newest = group.snapshots.reduce((a, b) => b.time > a.time ? b : a);
  return {
    "backup-count": group.snapshots.length,
    "backup-id": group.id,
    "backup-type": group.type,
    ...(group.notes ? { comment: firstLine(group.notes) } : {}),
    files: newest.files.map((file) => file.filename).reverse(),
    "last-backup": newest.time,
    owner: group.owner,
  };
}

interface Found {
  store: FakeDatastore;
  group: FakeGroup;
  snapshot: FakeSnapshot;
}

/** The snapshot of a call; what fails without it fails in the words of `gone`. */
export function findSnapshot(
  call: Call,
  entering: Entering,
  gone: (folder: string) => string,
): Found {
  const { store, ns, mine } = enter(call, entering);
  const { params, who } = call;
  const group = groupOf(store, call);
  const time = params.number("backup-time") ?? 0;
  const name = snapshotName({ type: params.text("backup-type"), id: params.text("backup-id") }, {
    time,
  });
  if (group && mine) checkOwner(who, group.owner);
  const snapshot = group?.snapshots.find((one) => one.time === time);
  if (!group || !snapshot) fail(gone(folderOf(store, ns, name)));
  return { store, group, snapshot };
}

export function noManifest(folder: string): string {
  return `unable to load blob '"${folder}/index.json.blob"' - No such file or directory (os error 2)`;
}

const noEntry = () => "ENOENT: No such file or directory";

function files(call: Call): unknown {
  const entering = { ...listing, all: ["Datastore.Audit", "Datastore.Read"] };
  const { store, group, snapshot } = findSnapshot(call, entering, noEntry);
  if (!snapshot.files.length) {
    fail(noManifest(folderOf(store, group.ns, snapshotName(group, snapshot))));
  }
  return snapshot.files.map(fileRow);
}

function decoded(call: Call): unknown {
  const entering: Entering = {
    access: "read",
    all: ["Datastore.Read"],
    own: ["Datastore.Backup"],
  };
  const { snapshot } = findSnapshot(call, entering, noManifest);
  const name = call.params.text("file-name");
  const file = snapshot.files.find((one) => one.filename === name);
  if (!file) fail(`manifest does not contain file '${name}'`);
  if (file["crypt-mode"] === "encrypt") fail(`cannot decode '${name}' - is encrypted`);
  if (!/^(?:qemu-server|pct)\.conf\.blob$/.test(name) || snapshot.config === undefined) {
    throw new Error(`not simulated: the contents of ${name}`);
  }
  return new Download(snapshot.config, "application/octet-stream");
}

export const contentHandlers: Handlers = {
  [`GET ${base}/snapshots`]: snapshots,
  [`GET ${base}/groups`]: groups,
  [`GET ${base}/files`]: files,
  [`GET ${base}/download-decoded`]: decoded,
};
