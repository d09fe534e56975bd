import { fail, PbsError } from "./errors.ts";
import { nsText } from "./prune.ts";
import type { FakeDatastore, FakeGroup, FakeSnapshot } from "./state.ts";
import type { TaskLog } from "../fake_pve/task_state.ts";
import { enter, groupOf, groupsIn, namespacesBelow, owns, snapshotName } from "./stores.ts";
import { parseUpid, startTask } from "./tasks.ts";
import type { Call, Handlers, PbsWorld } from "./world.ts";

const day = 86_400;
const failed = "verification failed - please check the log for details";

export interface Verifying {
  store: FakeDatastore;
  /** Leave out what was verified, good or bad. */
  ignoreVerified: boolean;
  /** Days after which it is verified all the same. */
  outdatedAfter?: number | undefined;
  /** Of the task that verifies. */
  upid: string;
}

/** A snapshot that failed before is as "recently verified" as one that was good. */
function skipped({ ignoreVerified, outdatedAfter }: Verifying, now: number, one: FakeSnapshot) {
  if (!ignoreVerified || !one.verification) return false;
  if (outdatedAfter === undefined) return true;
  const at = parseUpid(one.verification.upid)?.starttime ?? 0;
  return now - at <= outdatedAfter * day;
}

/** Verifies one snapshot, and says whether it is good. */
function verifySnapshot(
  log: TaskLog,
  { group, snapshot, verifying }: {
    group: FakeGroup;
    snapshot: FakeSnapshot;
    verifying: Verifying;
  },
): boolean {
  const { store } = verifying;
  const name = `${store.config.name}:${snapshotName(group, snapshot)}`;
  if (snapshot.running) {
    log.line(`SKIPPED: verify ${name} - could not acquire snapshot lock`);
    return true;
  }
  log.line(`verify ${name}`);
  for (const { filename, size } of snapshot.files) {
    if (filename === "index.json.blob") continue;
    log.line(`  check ${filename}`);
    if (filename.endsWith(".blob")) continue;
    const mib = (size / 2 ** 20).toFixed(2);
    const errors = snapshot.damaged ? 1 : 0;
    log.line(
      `  verified ${mib}/${mib} MiB in 0.03 seconds, speed 446.35/446.35 MiB/s (${errors} errors)`,
    );
    if (snapshot.damaged) {
      log.line(`verify ${name}/${filename} failed: chunks could not be verified`);
    }
  }
  const state = snapshot.damaged || !snapshot.files.length ? "failed" : "ok";
  snapshot.verification = { state, upid: verifying.upid };
  return state === "ok";
}

/** Verifies groups one after another; the end is an error when any is bad. */
function verifyGroups(
  world: PbsWorld,
  log: TaskLog,
  { groups, verifying }: { groups: FakeGroup[]; verifying: Verifying },
): void {
  const { store } = verifying;
  const bad: string[] = [];
  for (const group of groups) {
    const { id, snapshots, type } = group;
    log.line(`verify group ${store.config.name}:${type}/${id} (${snapshots.length} snapshots)`);
    for (const snapshot of [...snapshots].reverse()) {
      const name = snapshotName(group, snapshot);
      if (skipped(verifying, world.seconds(), snapshot)) {
        log.line(`SKIPPED: verify ${store.config.name}:${name} (recently verified)`);
      } else if (!verifySnapshot(log, { group, snapshot, verifying })) bad.push(name);
    }
  }
  if (!bad.length) return;
  log.line("Failed to verify the following snapshots/groups:");
  for (const name of bad) log.line(`\t${name}`);
  throw new PbsError(400, failed);
}

/** All of a datastore from a namespace down. */
export function verifyStore(
  world: PbsWorld,
  log: TaskLog,
  { depth, mine = () => true, ns, verifying }: {
    ns: string;
    depth?: number | undefined;
    mine?: (group: FakeGroup) => boolean;
    verifying: Verifying;
  },
): void {
  const { store } = verifying;
  log.line(`verify datastore ${store.config.name}`);
  const groups = namespacesBelow(store, ns, depth).flatMap((one) => groupsIn(store, one))
    .filter(mine);
  log.line(`found ${groups.length} groups`);
  log.line("using 1 read and 4 verify thread(s)");
  verifyGroups(world, log, { groups, verifying });
}

interface Target {
  type: "verify" | "verify_group" | "verify_snapshot";
  id: string;
}

function targetOf({ params }: Call, store: FakeDatastore, ns: string): Target {
  const { name } = store.config;
  const given = ["backup-type", "backup-id"].filter((one) => params.has(one)).length;
  const time = params.number("backup-time");
  if (given === 0 && time === undefined) {
    return { type: "verify", id: ns === "" ? name : `${name}:${ns}` };
  }
  if (given < 2) fail("parameters do not specify a backup group or snapshot");
  const group = `${name}:${ns}/${params.text("backup-type")}/${params.text("backup-id")}`;
  return time === undefined
    ? { type: "verify_group", id: group }
    : { type: "verify_snapshot", id: `${group}/${time.toString(16).toUpperCase()}` };
}

function verify(call: Call): unknown {
  const { params, who, world } = call;
  const wanted = { all: ["Datastore.Verify"], own: ["Datastore.Backup"] };
  const { store, ns, mine } = enter(call, { access: "write", ...wanted });
  const target = targetOf(call, store, ns);
  const group = groupOf(store, call);
  if (target.type !== "verify" && group && mine && !owns(who, group.owner)) {
    fail(`backup owner check failed (${who} != ${group.owner})`);
  }
  return startTask(call, {
    ...target,
    work: (log, upid) => {
      const verifying: Verifying = {
        store,
        ignoreVerified: params.flag("ignore-verified", true),
        outdatedAfter: params.number("outdated-after"),
        upid,
      };
      if (target.type === "verify") {
        const only = (one: FakeGroup) => !mine || owns(who, one.owner);
        const depth = params.number("max-depth");
        return verifyStore(world, log, { ns, depth, mine: only, verifying });
      }
      verifyOne(call, log, { ns, group, verifying });
    },
  });
}

/** What is not there is no error. */
function verifyOne(
  { params, world }: Call,
  log: TaskLog,
  { group, ns, verifying }: { ns: string; group: FakeGroup | undefined; verifying: Verifying },
): void {
  const { name } = verifying.store.config;
  const named = { type: params.text("backup-type"), id: params.text("backup-id") };
  const time = params.number("backup-time");
  if (time === undefined) {
    if (group) return verifyGroups(world, log, { groups: [group], verifying });
    const what = `verify datastore '${name}', ${nsText(ns)}, group ${named.type}/${named.id}`;
    return log.line(`${what} - unable to list backups: ENOENT: No such file or directory`);
  }
  const snapshot = group?.snapshots.find((one) => one.time === time);
  if (!group || !snapshot) {
    const what = `${name}:${snapshotName(named, { time })}`;
    return log.line(`SKIPPED: verify ${what} - snapshot does not exist (anymore).`);
  }
  if (skipped(verifying, world.seconds(), snapshot)) {
    return log.line(`SKIPPED: verify ${name}:${snapshotName(group, snapshot)} (recently verified)`);
  }
  if (!verifySnapshot(log, { group, snapshot, verifying })) {
    log.line("Failed to verify the following snapshots/groups:");
    log.line(`\t${snapshotName(group, snapshot)}`);
    throw new PbsError(400, failed);
  }
}

export const verifyHandlers: Handlers = { "POST /admin/datastore/{store}/verify": verify };
