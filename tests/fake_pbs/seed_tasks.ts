import { day, pveToken } from "./seed_groups.ts";
import type { FakePbsTask } from "./state.ts";
import { newTask } from "./tasks.ts";
import type { PbsWorld } from "./world.ts";

interface TaskSketch {
  type: string;
  id: string;
  owner?: string;
  /** Unix seconds. */
  starttime: number;
  /** How it ended; running when absent. */
  exit?: string;
  job?: string;
  log?: string[];
}

const failedVerification = "verification failed - please check the log for details";

/** A task of the past, or one that runs until it is ended. */
export function seedTask(world: PbsWorld, sketch: TaskSketch): FakePbsTask {
  const { exit, job, log = [], owner = "root@pam", starttime } = sketch;
  const task = newTask(world, { ...sketch, owner });
  const line = (text: string) => {
    const time = new Date(starttime * 1000).toISOString().slice(0, 19);
    task.log.push(`${time}+00:00: ${text}`);
  };
  for (const text of log) line(text);
  if (job !== undefined) task.job = job;
  if (exit !== undefined) {
    task.status = "stopped";
    task.exitstatus = exit;
    task.endtime = Math.max(starttime, Math.min(starttime + 60, world.seconds()));
    line(/^(?:OK$|WARNINGS)/.test(exit) ? `TASK ${exit}` : `TASK ERROR: ${exit}`);
  }
  world.state.tasks.push(task);
  return task;
}

/** The verification of some time, which is made when it is first asked for. */
export function verificationAt(world: PbsWorld, starttime: number): string {
  const known = world.state.tasks.find((task) =>
    task.type === "verificationjob" && task.starttime === starttime
  );
  const recent = starttime > Math.floor(world.now() / 1000) - 2 * day;
  return (known ?? seedTask(world, {
    type: "verificationjob",
    id: "store1:v-daily",
    starttime,
    exit: recent ? failedVerification : "OK",
    job: "verify v-daily",
    log: [
      "Starting datastore verify job 'store1:v-daily'",
      "verify datastore store1",
      ...(recent ? ["Failed to verify the following snapshots/groups:"] : []),
    ],
  })).upid;
}

/** What ran before now: most of it went well. */
export function seedTasks(world: PbsWorld, now: number): void {
  const hour = 3600;
  for (const days of [2, 1, 0]) {
    const at = now - days * day - 8 * hour;
    for (const id of ["vm/100", "vm/101", "vm/110", "ct/200"]) {
      if (id === "vm/101" && days === 0) continue;
      const plan = { type: "backup", id: `store1:${id}`, owner: pveToken, starttime: at };
      seedTask(world, { ...plan, exit: "OK", log: [`starting new backup on datastore 'store1'`] });
    }
    seedTask(world, {
      type: "prunejob",
      id: "store1",
      starttime: at + hour,
      exit: "OK",
      job: "prune p-daily",
      log: ["prune job 'p-daily'", "retention options: --keep-last 3 --keep-daily 7"],
    });
    seedTask(world, {
      type: "garbage_collection",
      id: "store1",
      starttime: at + 2 * hour,
      exit: days === 1 ? "WARNINGS: 1" : "OK",
      log: ["starting garbage collection on store store1"],
    });
  }
  seedTask(world, {
    type: "backup",
    id: "store1:vm/101",
    owner: pveToken,
    starttime: now - 8 * hour,
    exit: "connection error: bytes remaining on stream",
  });
  seedTask(world, {
    type: "syncjob",
    id: "main:store1:offsite::s-offsite",
    starttime: now - 2 * day,
    exit: "OK",
    job: "sync s-offsite",
    log: [
      "Starting datastore sync job 'main:store1:offsite::s-offsite'",
      "sync datastore 'offsite' from 'main/store1'",
    ],
  });
  seedTask(world, {
    type: "syncjob",
    id: "dr-site:copies:store1::s-push",
    starttime: now - hour,
    exit: "Querying namespaces failed - client error (Connect)",
    job: "sync s-push",
    log: [
      "Starting datastore sync job 'dr-site:copies:store1::s-push'",
      "sync datastore 'store1' to 'dr-site/copies'",
    ],
  });
}
