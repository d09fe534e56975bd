import { type FakePbs, startFakePbs } from "../fake_pbs.ts";
import { newStore } from "./new_store.ts";
import { filesOf } from "./seed_groups.ts";
import { seedTask } from "./seed_tasks.ts";
import type { BackupType, FakeSnapshot } from "./state.ts";
import { PbsWorld } from "./world.ts";

/** When the server of the recordings was asked, in Unix seconds. */
const recordedAt = 1_795_702_160;
const bytes = 12_582_912;
const secret = "the-secret";

const slowJob = "UPID:vm:000066B6:000AC821:0000004A:6B083D98:" +
  "syncjob:offsite\\x3astore1\\x3astore2\\x3aslow\\x3as\\x2dslow:root@pam!full:";

/** Groups by owner, type and id, with the times of their snapshots. */
const groups: [string, BackupType, string, number[]][] = [
  ["root@pam!full", "vm", "101", [
    ...[1_794_924_558, 1_795_010_958, 1_795_442_958, 1_795_529_358],
    ...[1_795_615_758, 1_795_702_158],
  ]],
  ["root@pam!full", "vm", "102", [1_795_270_158]],
  ["root@pam!full", "vm", "103", [1_795_702_139]],
  ["backupper@pbs!bk", "vm", "110", [1_795_701_942, 1_795_702_160]],
  ["root@pam!full", "vm", "900", [1_795_443_047, 1_795_529_447, 1_795_615_847]],
  ["root@pam!full", "vm", "901", [1_795_702_248]],
  ["root@pam!full", "ct", "200", [1_795_701_941, 1_795_702_139, 1_795_702_159]],
  ["root@pam!full", "host", "mailserver", [1_795_702_139]],
];

function snapshot(type: BackupType, id: string, time: number): FakeSnapshot {
  const encrypted = id === "103";
  if (id === "901") return { time, files: [], running: true, ownBytes: 0 };
  return {
    time,
    files: filesOf(type, { bytes, encrypted }),
    ownBytes: bytes,
    config: "cores: 2\n",
    ...(encrypted ? { fingerprint: "d1:e3" } : {}),
  };
}

/** A simulated server in the state of the real one that was recorded. */
export async function startRecorded(): Promise<FakePbs> {
  const pbs = await startFakePbs({ empty: true, now: () => recordedAt * 1000, taskPolls: 0 });
  const { state } = pbs;
  state.node = "vm";
  const store = newStore(
    {
      name: "store1",
      path: "/mnt/ds1",
      comment: "main",
      "gc-schedule": "daily",
      "notification-mode": "notification-system",
    },
    { namespaces: ["tenant-a", "tenant-a/prod"] },
  );
  for (const [owner, type, id, times] of groups) {
    const snapshots = times.map((time) => snapshot(type, id, time));
    store.groups.push({ ns: "", type, id, owner, snapshots });
  }
  const tenant = { ns: "tenant-a/prod", type: "vm" as const, id: "301", owner: "tenant@pbs!t1" };
  store.groups.push({ ...tenant, snapshots: [snapshot("vm", "301", 1_795_702_284)] });
  state.datastores.set("store1", store);
  state.datastores.set("store2", newStore({ name: "store2", path: "/mnt/ds2" }));
  seedPeople(pbs);
  seedConfigs(pbs);
  return pbs;
}

function seedPeople({ state }: FakePbs): void {
  state.users.clear();
  state.tokens = [];
  const people = ["root@pam!full", "auditor@pbs!ro", "auditor@pbs!noacl", "tenant@pbs!t1"];
  for (const token of [...people, "backupper@pbs!bk", "nobody@pbs!none"]) {
    const [userid = "", name = ""] = token.split("!");
    state.users.set(userid, { userid, enable: true, expire: 0, password: "pw-for-tests-1" });
    // The recorded requests of this one came with a secret that was none.
    const value = name === "noacl" ? "another" : secret;
    state.tokens.push({ user: userid, name, value, enable: true, expire: 0 });
  }
  const both = (userid: string, name: string, path: string, role: string) =>
    [userid, `${userid}!${name}`].map((ugid) => ({ path, role, ugid, propagate: true }));
  state.acl = [
    { path: "/", role: "Admin", ugid: "root@pam!full", propagate: true },
    ...both("auditor@pbs", "ro", "/", "Audit"),
    ...both("backupper@pbs", "bk", "/datastore/store1", "DatastorePowerUser"),
    ...both("tenant@pbs", "t1", "/datastore/store1/tenant-a", "DatastoreAdmin"),
  ];
}

function seedConfigs({ state }: FakePbs): void {
  state.jobs.verify.set("v-daily", { id: "v-daily", store: "store1", schedule: "daily" });
  const syncs: [string, string, string][] = [
    ["s-pull", "offsite", "hourly"],
    ["s-down", "down", "daily"],
  ];
  for (const [id, remote, schedule] of syncs) {
    state.jobs.sync.set(id, { id, store: "store2", remote, "remote-store": "store1", schedule });
  }
  const slow = { id: "s-slow", store: "store2", remote: "offsite", "remote-store": "store1" };
  state.jobs.sync.set("s-slow", { ...slow, ns: "slow" });
  const remotes: [string, string | undefined][] = [
    ["offsite", undefined],
    ["badfp", "client error (Connect)"],
    ["down", "client error (Connect)"],
    ["badpw", "authentication failed"],
  ];
  for (const [name, error] of remotes) {
    const config = { name, host: "127.0.0.1", "auth-id": "root@pam!full" };
    state.remotes.set(name, { config, ...(error === undefined ? {} : { error }) });
  }
  const world = new PbsWorld(state, () => recordedAt * 1000);
  const task = seedTask(world, {
    type: "syncjob",
    id: "offsite:store1:store2:slow:s-slow",
    owner: "root@pam!full",
    starttime: 0x6b083d98,
    job: "sync s-slow",
  });
  Object.assign(task, { upid: slowJob, polls: Infinity });
}

/** What the real server had been told before some of the recorded requests, by file and name. */
export const before: Readonly<Record<string, (pbs: FakePbs) => void>> = {
  "requests: delete a protected snapshot": ({ state }) => {
    const group = state.datastores.get("store1")?.groups[0];
    group?.snapshots.push({ ...snapshot("vm", "101", 1_794_924_681), protected: true });
  },
  "jobs: delete a group that has a protected snapshot": (pbs) => protect(pbs, "101"),
  "late3: delete the group": (pbs) => protect(pbs, "900"),
  "traps: its folder is gone": (pbs) => gone(pbs),
  "traps: GC then": (pbs) => gone(pbs),
  "jobs: write in read-only": (pbs) => maintain(pbs, "read-only"),
  "jobs: read in offline": (pbs) => maintain(pbs, 'offline,message="disk swap"'),
  "jobs: snapshots in offline": (pbs) => maintain(pbs, 'offline,message="disk swap"'),
  "traps: again": ({ state }) => {
    const store = state.datastores.get("store1");
    if (store) store.namespaces = [];
  },
  "traps: use it": ({ state }) => {
    const token = state.tokens.find((one) => one.user === "nobody@pbs");
    if (token) token.expire = 1_700_000_000;
  },
  "more: protected": ({ state }) => {
    state.apiDown = true;
  },
  "late: permissions": ({ state }) => {
    for (const ugid of ["auditor@pbs", "auditor@pbs!ro"]) {
      state.acl.push({ path: "/remote", role: "RemoteAudit", ugid, propagate: true });
    }
  },
  "traps: the same with a form body": (pbs) => pruned(pbs),
  "traps: all in the query, no body": (pbs) => pruned(pbs),
  "traps: an unknown parameter in the query of a JSON request passes": (pbs) => pruned(pbs),
};

function protect({ state }: FakePbs, id: string): void {
  const group = state.datastores.get("store1")?.groups.find((one) => one.id === id);
  if (group?.snapshots[0]) group.snapshots[0].protected = true;
}

/** The oldest of three is gone. */
function pruned({ state }: FakePbs): void {
  state.datastores.get("store1")?.groups.find((one) => one.id === "900")?.snapshots.shift();
}

function gone({ state }: FakePbs): void {
  const store = state.datastores.get("store2");
  if (store) store.missing = true;
}

function maintain({ state }: FakePbs, mode: string): void {
  const store = state.datastores.get("store2");
  if (store) store.config["maintenance-mode"] = mode;
}

/** A recorded request and its answer; what came beside differs from server to server and is left out. */
export interface Recorded {
  name: string;
  /** The file it stands in. */
  file: string;
  /** A token, `no token`, or a whole header. */
  as: string;
  request: string;
  body?: string;
  type?: string;
  status: number;
  contentType?: string;
  answer: string;
  /** Seconds that it took, where the server waited on purpose. */
  waits?: number;
}

/** The header of a recorded request, with the secret that the simulated server knows. */
export function headersOf({ as, type }: Recorded): Headers {
  const headers = new Headers();
  if (type !== undefined) headers.set("content-type", type);
  if (as.startsWith("Authorization: ")) {
    headers.set("authorization", as.slice("Authorization: ".length).replace("<secret>", secret));
  } else if (as !== "no token") headers.set("authorization", `PBSAPIToken=${as}:${secret}`);
  return headers;
}
