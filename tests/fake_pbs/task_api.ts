import { may, needPrivs } from "./access.ts";
import { fail, refuse } from "./errors.ts";
import type { FakePbsTask } from "./state.ts";
import { owns } from "./stores.ts";
import { abortTask, parseUpid, pollTask } from "./tasks.ts";
import { type Call, Download, Enveloped, type Handlers } from "./world.ts";

const base = "/nodes/{node}/tasks";

/** What a right on the datastore shows of others' tasks. */
const byStore: Readonly<Record<string, string>> = {
  verificationjob: "Datastore.Verify",
  prunejob: "Datastore.Modify",
  garbage_collection: "Datastore.Modify",
};

function mayRead({ state, who }: Call, task: { owner: string; type: string; id: string }): boolean {
  if (owns(who, task.owner) || may(state, who, "/system/tasks", ["Sys.Audit"])) return true;
  const wanted = byStore[task.type];
  return wanted !== undefined && may(state, who, `/datastore/${task.id.split(":")[0]}`, [wanted]);
}

function kindOf({ exitstatus }: FakePbsTask): string {
  if (exitstatus === "OK" || exitstatus === "unknown") return exitstatus.toLowerCase();
  return exitstatus?.startsWith("WARNINGS:") ? "warning" : "error";
}

function concerns(task: FakePbsTask, store: string): boolean {
  return task.id.split(":").slice(0, 3).includes(store);
}

/** Running ones are left in by `errors`, and out by `statusfilter`. */
function wanted({ params }: Call, task: FakePbsTask): boolean {
  const running = task.status === "running";
  const filter = params.list("statusfilter");
  if (params.flag("running") && !running) return false;
  if (params.flag("errors") && kindOf(task) === "ok") return false;
  if (filter.length && (running || !filter.includes(kindOf(task)))) return false;
  if (!task.type.includes(params.text("typefilter"))) return false;
  if (!task.owner.includes(params.text("userfilter"))) return false;
  if (params.has("store") && !concerns(task, params.text("store"))) return false;
  const { starttime } = task;
  return starttime >= (params.number("since") ?? 0) &&
    starttime <= (params.number("until") ?? Infinity);
}

function list(call: Call): unknown {
  const { params, state } = call;
  const start = params.number("start") ?? 0;
  const limit = params.number("limit") ?? 50;
  const end = (task: FakePbsTask) => task.endtime ?? Infinity;
  const all = state.tasks.filter((task) => mayRead(call, task) && wanted(call, task))
    .reverse()
    .sort((a, b) => end(a) === end(b) ? b.starttime - a.starttime : end(b) - end(a));
  const rows = all.slice(start, limit === 0 ? undefined : start + limit);
  const more = start + rows.length < all.length ? 1 : 0;
  return new Enveloped(rows.map(row), { total: start + rows.length + more });
}

function row(task: FakePbsTask): Record<string, unknown> {
  const { endtime, exitstatus, id, owner, pid, pstart, starttime, type, upid } = task;
  return {
    upid,
    node: "localhost",
    pid,
    pstart,
    starttime,
    worker_type: type,
    ...(id === "" ? {} : { worker_id: id }),
    user: owner,
    ...(endtime === undefined ? {} : { endtime, status: exitstatus }),
  };
}

/** The task of a call, or what its UPID alone tells of one that is not known. */
function named(call: Call) {
  const upid = call.params.text("upid");
  const parsed = parseUpid(upid) ?? refuse({ upid: "unable to parse UPID" });
  const task = call.state.tasks.find((one) => one.upid === upid);
  return { parsed, task, upid };
}

function readable(call: Call) {
  const found = named(call);
  if (!mayRead(call, found.parsed)) fail("task access not allowed");
  return found;
}

function status(call: Call): unknown {
  const { parsed, task, upid } = readable(call);
  if (task) pollTask(call.world, task);
  const { owner, ...told } = parsed;
  const [user, tokenid] = owner.split("!");
  const running = task?.status === "running";
  return {
    ...told,
    upid,
    user,
    ...(tokenid === undefined ? {} : { tokenid }),
    status: running ? "running" : "stopped",
    ...(running ? {} : { exitstatus: task?.exitstatus ?? "unknown" }),
    ...(task?.endtime === undefined ? {} : { endtime: task.endtime }),
  };
}

function log(call: Call): unknown {
  const { params } = call;
  const { parsed, task } = readable(call);
  if (!task) fail("No such file or directory (os error 2)");
  if (params.flag("download")) {
    const time = new Date(parsed.starttime * 1000).toISOString().slice(0, 19);
    const name = `task-${parsed.node}-${parsed.type}-${time}Z.log`;
    return new Download(task.log.map((line) => `${line}\n`).join(""), "text/plain", name);
  }
  const limit = params.number("limit") ?? 50;
  const first = Math.max(0, (params.number("start") ?? 0) - 1);
  const lines = task.log.map((t, i) => ({ n: i + 1, t }))
    .slice(first, limit === 0 ? undefined : first + limit);
  return new Enveloped(lines, {
    success: 1,
    total: task.log.length,
    ...(params.flag("test-status") ? { active: task.status === "running" } : {}),
  });
}

function stop(call: Call): unknown {
  const { state, who, world } = call;
  const { parsed, task } = named(call);
  if (!owns(who, parsed.owner)) needPrivs(state, who, "/system/tasks", ["Sys.Modify"]);
  if (task) abortTask(world, task);
  return null;
}

export const taskHandlers: Handlers = {
  [`GET ${base}`]: list,
  [`GET ${base}/{upid}/status`]: status,
  [`GET ${base}/{upid}/log`]: log,
  [`DELETE ${base}/{upid}`]: stop,
};
