import { may } from "./access.ts";
import { nextEvents } from "../fake_pve/calendar.ts";
import type { FakeDatastore } from "./state.ts";
import type { TaskLog } from "../fake_pve/task_state.ts";
import {
  aclPath,
  chunkBytes,
  hindrance,
  stillUsable,
  storeNamed,
  timeText,
  usableStore,
} from "./stores.ts";
import { startTask } from "./tasks.ts";
import { type Call, type Handlers, type PbsWorld, unordered } from "./world.ts";

/** Chunks that nothing uses are left for a day and five minutes, as a backup may just be about to use them. */
const graceSeconds = 86_400 + 300;
const chunk = 4 * 2 ** 20;

function collect(
  world: PbsWorld,
  log: TaskLog,
  { store, upid }: { store: FakeDatastore; upid: string },
): void {
  stillUsable(store);
  const now = world.seconds();
  log.line(`starting garbage collection on store ${store.config.name}`);
  log.line(
    `Using access time cutoff 1d 5m, minimum access time is ${timeText(now - graceSeconds)}`,
  );
  log.line("Start GC phase1 (mark used chunks)");
  const snapshots = store.groups.flatMap((group) => group.snapshots);
  const indexes = snapshots.flatMap((one) => one.files)
    .filter((file) => /\.[fd]idx$/.test(file.filename));
  const gone = store.garbage.filter((one) => one.touched < now - graceSeconds);
  store.garbage = store.garbage.filter((one) => !gone.includes(one));
  const sum = (all: { bytes: number }[]) => all.reduce((total, one) => total + one.bytes, 0);
  const { used } = chunkBytes(store);
  store.gc = {
    "cache-stats": { hits: 24, misses: 18 },
    "disk-bytes": used,
    "disk-chunks": Math.ceil(used / chunk),
    "index-data-bytes": indexes.reduce((total, file) => total + file.size, 0),
    "index-file-count": indexes.length,
    "pending-bytes": sum(store.garbage),
    "pending-chunks": Math.ceil(sum(store.garbage) / chunk),
    "removed-bad": 0,
    "removed-bytes": sum(gone),
    "removed-chunks": Math.ceil(sum(gone) / chunk),
    "still-bad": 0,
    upid,
  };
  log.line(`Removed garbage: ${store.gc["removed-bytes"]} B`);
  log.line(`Pending removals: ${store.gc["pending-bytes"]} B`);
  log.line(`On-Disk chunks: ${store.gc["disk-chunks"]}`);
  const factor = used === 0 ? 1 : store.gc["index-data-bytes"] / used;
  log.line(`Deduplication factor: ${factor.toFixed(2)}`);
  // A chunk that a verification found broken has been put aside.
  if (snapshots.some((one) => one.damaged && one.verification?.state === "failed")) {
    log.warn("unable to access non-existent chunk");
  }
}

function row({ state, world }: Call, store: FakeDatastore): Record<string, unknown> {
  const { name } = store.config;
  const schedule = store.config["gc-schedule"];
  const task = state.tasks.find((one) => one.upid === store.gc.upid);
  return {
    ...store.gc,
    store: name,
    ...(schedule === undefined ? {} : {
      schedule,
      "next-run": nextEvents(String(schedule), { after: world.seconds(), count: 1 })[0],
    }),
    ...(task?.endtime === undefined ? {} : {
      duration: task.endtime - task.starttime,
      "last-run-endtime": task.endtime,
      "last-run-state": task.exitstatus,
    }),
  };
}

function start(call: Call): unknown {
  const store = usableStore(call.state, call.params.text("store"), "write");
  return startTask(call, {
    type: "garbage_collection",
    id: store.config.name,
    work: (log, upid) => collect(call.world, log, { store, upid }),
  });
}

function list(call: Call): unknown {
  const { params, state, who } = call;
  const any = ["Datastore.Audit", "Datastore.Modify"];
  if (params.has("store")) storeNamed(state, params.text("store"));
  return unordered(
    [...state.datastores.values()].filter(({ config: { name } }) =>
      (!params.has("store") || name === params.text("store")) &&
      may(state, who, aclPath(name), any)
      // Of those that cannot be read not a word is said.
    ).filter((store) => hindrance(store, "read") === undefined).map((store) => row(call, store)),
  );
}

export const gcHandlers: Handlers = {
  "GET /admin/gc": list,
  "GET /admin/gc/{store}": list,
  "GET /admin/datastore/{store}/gc": (call) =>
    row(call, storeNamed(call.state, call.params.text("store"))),
  "POST /admin/datastore/{store}/gc": start,
};
