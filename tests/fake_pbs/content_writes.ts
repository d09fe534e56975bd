import { findSnapshot, noManifest } from "./content_api.ts";
import { fail, PbsError } from "./errors.ts";
import { escapeId } from "./tasks.ts";
import type { BackupType, FakeDatastore, FakeGroup, FakeSnapshot } from "./state.ts";
import {
  checkOwner,
  enter,
  findGroup,
  folderOf,
  groupOf,
  owns,
  removeSnapshot,
  snapshotName,
  timeText,
} from "./stores.ts";
import type { Call, Handlers } from "./world.ts";

type Entering = Parameters<typeof enter>[1];

const base = "/admin/datastore/{store}";
const removing: Entering = {
  access: "write",
  all: ["Datastore.Modify"],
  own: ["Datastore.Prune"],
};
const reading: Entering = { access: "read", all: ["Datastore.Audit"], own: ["Datastore.Backup"] };
const writing: Entering = { access: "write", all: ["Datastore.Modify"], own: ["Datastore.Backup"] };

const typeNames: Record<BackupType, string> = { vm: "Vm", ct: "Ct", host: "Host" };

/** As the server writes what it has in its own language. */
function debugGroup(store: FakeDatastore, { id, ns, type }: FakeGroup): string {
  const parts = ns === "" ? [] : ns.split("/");
  const namespace = `BackupNamespace { inner: ${JSON.stringify(parts)}, len: ${
    parts.reduce((sum, part) => sum + part.length, 0)
  } }`;
  const group = `BackupGroup { ty: ${typeNames[type]}, id: "${id}" }`;
  return `store: "${store.config.name}", ns: ${namespace}, ~: ${group}`;
}

function lockOf(store: FakeDatastore, group: FakeGroup, { time }: FakeSnapshot): string {
  const name = escapeId(timeText(time));
  return `/run/proxmox-backup/locks/${store.config.name}/${group.type}-${group.id}-${name}`;
}

function removeOne(call: Call): unknown {
  const { store, group, snapshot } = findSnapshot(
    call,
    removing,
    (folder) =>
      `failed to delete snapshot - removing backup snapshot "${folder}" failed - No such file or directory (os error 2)`,
  );
  if (snapshot.running) {
    const folder = folderOf(store, group.ns, snapshotName(group, snapshot));
    fail(
      `failed to delete snapshot - while destroying snapshot "${folder}": unable to acquire snapshot lock ${
        JSON.stringify(lockOf(store, group, snapshot))
      }`,
    );
  }
  if (snapshot.protected) fail("failed to delete snapshot - cannot remove protected snapshot");
  removeSnapshot(store, group, snapshot);
  return null;
}

interface Removed {
  "protected-snapshots": number;
  "removed-groups": number;
  "removed-snapshots": number;
}

/** Takes what can be taken of a group; a running backup in it stops all. */
export function removeGroup(store: FakeDatastore, group: FakeGroup): Removed {
  if (group.snapshots.some((one) => one.running)) {
    fail(
      `while destroying group 'BackupGroup { ${debugGroup(store, group).replace("~", "group")} }'`,
    );
  }
  const kept = group.snapshots.filter((one) => one.protected);
  const taken = group.snapshots.filter((one) => !one.protected);
  for (const snapshot of taken) removeSnapshot(store, group, snapshot);
  return {
    "protected-snapshots": kept.length,
    "removed-groups": kept.length ? 0 : 1,
    "removed-snapshots": taken.length,
  };
}

function removeAll(call: Call): unknown {
  const { params, who } = call;
  const { store, ns, mine } = enter(call, removing);
  const name = `${params.text("backup-type")}/${params.text("backup-id")}`;
  const group = groupOf(store, call);
  if (!group) fail(`read dir "${folderOf(store, ns, name)}" - ENOENT: No such file or directory`);
  if (mine) checkOwner(who, group.owner);
  const removed = removeGroup(store, group);
  if (removed["protected-snapshots"] && params.flag("error-on-protected", true)) {
    fail("group only partially deleted due to protected snapshots");
  }
  return removed;
}

function setNotes(call: Call): unknown {
  const { store, group, snapshot } = findSnapshot(
    call,
    writing,
    (folder) => `unable to update manifest blob - ${noManifest(folder)}`,
  );
  if (!snapshot.files.length) {
    const folder = folderOf(store, group.ns, snapshotName(group, snapshot));
    fail(`unable to update manifest blob - ${noManifest(folder)}`);
  }
  snapshot.notes = call.params.text("notes");
  return null;
}

function setProtected(call: Call): unknown {
  const { store, group, snapshot } = findSnapshot(call, writing, noManifest);
  if (snapshot.running) {
    const debug = debugGroup(store, group).replace("~: ", "dir: BackupDir { group: ");
    fail(
      `while updating the protection status of snapshot 'BackupDir { ${debug}, time: ${snapshot.time} }, backup_time_string: "${
        timeText(snapshot.time)
      }" }'`,
    );
  }
  snapshot.protected = call.params.flag("protected");
  return null;
}

/** The group of a call; missing ones fail in the words of a file that is not there. */
function namedGroup(call: Call, entering: Entering): FakeGroup {
  const { mine, store } = enter(call, entering);
  const group = groupOf(store, call) ?? fail("ENOENT: No such file or directory");
  if (mine) checkOwner(call.who, group.owner);
  return group;
}

/** Not every 401 is a bad token. */
function changeOwner(call: Call): unknown {
  const { params, who } = call;
  const { mine, store } = enter(call, writing);
  const owner = params.text("new-owner");
  const type = params.text("backup-type");
  const group = findGroup(store, { ns: params.text("ns"), type, id: params.text("backup-id") }) ??
    fail("ENOENT: No such file or directory");
  if (mine && !(owns(who, group.owner) && owns(who, owner))) {
    const what = `backup group '${type}/${group.id}' to ${owner}`;
    throw new PbsError(401, `${who} does not have permission to change owner of ${what}`, {
      wait: "login",
    });
  }
  group.owner = owner;
  return null;
}

export const contentWriteHandlers: Handlers = {
  [`DELETE ${base}/snapshots`]: removeOne,
  [`DELETE ${base}/groups`]: removeAll,
  [`GET ${base}/notes`]: (call) => {
    const { group, snapshot, store } = findSnapshot(call, reading, noManifest);
    if (snapshot.files.length) return snapshot.notes ?? "";
    fail(noManifest(folderOf(store, group.ns, snapshotName(group, snapshot))));
  },
  [`PUT ${base}/notes`]: setNotes,
  [`GET ${base}/protected`]: (call) =>
    findSnapshot(call, reading, noManifest).snapshot.protected === true,
  [`PUT ${base}/protected`]: setProtected,
  [`GET ${base}/group-notes`]: (call) => namedGroup(call, reading).notes ?? "",
  [`PUT ${base}/group-notes`]: (call) => {
    namedGroup(call, writing).notes = call.params.text("notes");
    return null;
  },
  [`POST ${base}/change-owner`]: changeOwner,
};
