import { PbsError } from "./errors.ts";
import { configText, filesOf } from "./seed_groups.ts";
import { seedTask } from "./seed_tasks.ts";
import type { BackupType, FakeGroup, FakeSnapshot } from "./state.ts";
import { findGroup, hasNamespace, hindrance, noFile, storeNamed } from "./stores.ts";
import type { PbsWorld } from "./world.ts";

/** A backup as a client makes it. */
export interface BackupPlan {
  store: string;
  type: BackupType;
  id: string;
  /** Who makes it, `user@realm!token`; a group takes no backup of another than its owner. */
  owner: string;
  /** Namespace, default the root. */
  ns?: string;
  /** Unix seconds, default now. */
  time?: number;
  /** Of its disks, default 32 GiB. */
  bytes?: number;
  /** The guest's configuration file, default a plain one. */
  config?: string;
  notes?: string;
  protected?: boolean;
  encrypted?: boolean;
}

/** Adds a snapshot and its task; throws what the client would be told, which the task ends with. */
export function takeBackup(world: PbsWorld, plan: BackupPlan): FakeSnapshot {
  const { bytes = 32 * 2 ** 30, encrypted = false, id, ns = "", owner, type } = plan;
  const time = plan.time ?? world.seconds();
  const task = { type: "backup", id: `${plan.store}:${type}/${id}`, owner, starttime: time };
  const refuse = (message: string): never => {
    seedTask(world, { ...task, exit: message });
    throw new PbsError(400, message);
  };
  const store = storeNamed(world.state, plan.store);
  const why = hindrance(store, "write") ?? (hasNamespace(store, ns) ? undefined : noFile);
  if (why !== undefined) refuse(why);
  const found = findGroup(store, { ns, type, id });
  if (found && found.owner !== owner) {
    refuse(`backup owner check failed (${owner} != ${found.owner})`);
  }
  const group: FakeGroup = found ?? { ns, type, id, owner, snapshots: [] };
  if (!found) store.groups.push(group);
  const snapshot: FakeSnapshot = {
    time,
    files: filesOf(type, { bytes, encrypted }),
    ownBytes: Math.round(bytes / 40),
    ...(type === "host" ? {} : { config: plan.config ?? configText({ type, id, snapshots: [] }) }),
    ...(plan.notes === undefined ? {} : { notes: plan.notes }),
    ...(plan.protected ? { protected: true } : {}),
  };
  group.snapshots.push(snapshot);
  seedTask(world, { ...task, exit: "OK" });
  return snapshot;
}
