import type { ServerCertificate } from "../fake_pve/certificate.ts";
import { digestOf } from "./configs.ts";
import { addGroup, day, filesOf, seedGroups, type Seeding } from "./seed_groups.ts";
import { newStore } from "./new_store.ts";
import { seedJobs } from "./seed_jobs.ts";
import { seedTask, seedTasks, verificationAt } from "./seed_tasks.ts";
import type { FakeDatastore, FakePbsState, FakePbsToken, FakeUser } from "./state.ts";
import { chunkBytes } from "./stores.ts";
import type { PbsWorld } from "./world.ts";

export interface SeedOptions {
  node: string;
  version: string;
  /** Extra groups from `vm/1000` on, of one snapshot each. */
  guests: number;
  taskPolls: number;
  taskMs?: number | undefined;
  /** Milliseconds. */
  now: number;
  certificate: ServerCertificate;
}

const gib = 2 ** 30;

function people(): Pick<FakePbsState, "users" | "tokens" | "acl"> {
  const user = (
    userid: string,
  ): [string, FakeUser] => [userid, { userid, enable: true, expire: 0 }];
  const token = (owner: string, name: string): FakePbsToken => ({
    user: owner,
    name,
    value: crypto.randomUUID(),
    enable: true,
    expire: 0,
  });
  // What a token may is what both it and its user were granted.
  const both = (userid: string, name: string, path: string, role: string) =>
    [userid, `${userid}!${name}`].map((ugid) => ({ path, role, ugid, propagate: true }));
  return {
    users: new Map(
      ["root@pam", "auditor@pbs", "operator@pbs", "pve@pbs", "tenant@pbs", "nobody@pbs"].map(user),
    ),
    tokens: [
      token("root@pam", "mcp"),
      token("auditor@pbs", "ro"),
      token("operator@pbs", "op"),
      token("pve@pbs", "pve"),
      token("tenant@pbs", "t1"),
      token("nobody@pbs", "none"),
    ],
    acl: [
      { path: "/", role: "Admin", ugid: "root@pam!mcp", propagate: true },
      ...both("auditor@pbs", "ro", "/", "Audit"),
      ...both("auditor@pbs", "ro", "/remote", "RemoteAudit"),
      ...both("operator@pbs", "op", "/datastore/store1", "DatastoreAdmin"),
      ...both("pve@pbs", "pve", "/datastore/store1", "DatastoreBackup"),
      ...both("tenant@pbs", "t1", "/datastore/store1/tenant-a", "DatastoreAdmin"),
    ],
  };
}

/** A server without any datastore, job or task. */
export function emptyState(options: SeedOptions): FakePbsState {
  return {
    version: options.version,
    docs: true,
    node: options.node,
    instanceId: digestOf([options.node]).slice(0, 32),
    fingerprint: options.certificate.fingerprint.toLowerCase(),
    certificate: options.certificate.certPem,
    datastores: new Map(),
    leftovers: new Map(),
    jobs: { verify: new Map(), prune: new Map(), sync: new Map() },
    remotes: new Map(),
    tasks: [],
    taskPolls: options.taskPolls,
    ...(options.taskMs === undefined ? {} : { taskMs: options.taskMs }),
    outcomes: [],
    ...people(),
    tickets: new Map(),
    delays: { login: 0, permission: 0, lock: 0 },
    lacks: new Set(),
    cpu: 0.065,
    memory: { total: 16 * gib, used: 3 * gib },
    bootedAt: options.now - 12 * day * 1000,
    updates: [],
    disks: [{
      name: "sda",
      devpath: "/dev/sda",
      "disk-type": "hdd",
      gpt: false,
      model: "ST4000VN006",
      serial: "ZW60ABCD",
      size: 4_000_787_030_016,
      status: "passed",
      used: "zfs",
    }],
    services: [
      ["proxmox-backup", "Proxmox Backup API Server"],
      ["proxmox-backup-proxy", "Proxmox Backup API Proxy Server"],
      ["chrony", "chrony, an NTP client/server"],
    ].map(([service = "", desc = ""]) => ({ service, desc, state: "running" })),
  };
}

/** The server that every test starts from. */
export function seedWorld(world: PbsWorld, options: SeedOptions): void {
  const { state } = world;
  const now = Math.floor(options.now / 1000);
  const store1 = newStore({
    name: "store1",
    path: "/mnt/datastore/store1",
    comment: "main",
    "gc-schedule": "daily",
    "notification-mode": "notification-system",
  }, {
    otherBytes: 400 * gib,
    namespaces: ["tenant-a", "tenant-a/prod"],
    garbage: [{ bytes: 3 * gib, touched: now - 7200 }],
    fullInSeconds: 395 * day,
    history: Array.from({ length: 1440 }, (_, i) => i < 240 ? null : 0.15 + i / 24_000),
  });
  const offsite = newStore({ name: "offsite", path: "/mnt/datastore/offsite" });
  state.datastores.set("store1", store1);
  state.datastores.set("offsite", offsite);
  const seeding: Seeding = { now, verification: (days) => verificationAt(world, now - days * day) };
  for (const group of seedGroups()) addGroup(store1, group, seeding);
  for (let i = 0; i < options.guests; i++) {
    addGroup(store1, { type: "vm", id: String(1000 + i), snapshots: [{ age: 0.3 }] }, seeding);
  }
  // Synced some days ago: what came since is missing there.
  for (const group of store1.groups.filter((one) => one.ns === "" && one.type !== "host")) {
    const there = group.snapshots.filter((one) => one.files.length && one.time < now - 2 * day);
    if (!there.length) continue;
    offsite.groups.push({
      ...group,
      owner: "root@pam!mcp",
      snapshots: there.map((one) => ({ ...one })),
    });
  }
  seedJobs(state);
  seedTasks(world, now);
  seedRunning(world, store1);
  Object.assign(store1.gc, {
    "disk-bytes": chunkBytes(store1).used,
    "disk-chunks": 9000,
    "index-data-bytes": 900 * gib,
    "index-file-count": 30,
    "pending-bytes": 3 * gib,
    "pending-chunks": 800,
    "cache-stats": { hits: 24, misses: 18 },
    upid: state.tasks.findLast((task) => task.type === "garbage_collection")?.upid ?? null,
  });
}

/** The tasks of the backups that run: each is finished, or vanishes when it is broken off. */
function seedRunning(world: PbsWorld, store: FakeDatastore): void {
  for (const group of store.groups) {
    const snapshot = group.snapshots.find((one) => one.running);
    if (!snapshot) continue;
    const task = seedTask(world, {
      type: "backup",
      id: `${store.config.name}:${group.type}/${group.id}`,
      owner: group.owner,
      starttime: snapshot.time,
    });
    task.polls = Infinity;
    task.work = () => {
      delete snapshot.running;
      snapshot.files = filesOf(group.type, { bytes: 8 * gib, encrypted: false });
    };
    task.abandon = () => {
      group.snapshots = group.snapshots.filter((one) => one !== snapshot);
    };
  }
}
