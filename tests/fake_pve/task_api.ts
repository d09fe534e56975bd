import { deny, refuse } from "./errors.ts";
import { may } from "./access.ts";
import { ownerOf } from "./identity.ts";
import type { FakeTask } from "./state.ts";
import { abortTask, pollTask } from "./tasks.ts";
import { splitList } from "./validate.ts";
import { type Call, type Handlers, Listed } from "./world.ts";

const upidForm = /^UPID:([^:\s]+):[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/;

function isOwn(call: Call, task: FakeTask): boolean {
  return task.owner === ownerOf(call.who) ||
    (!call.who.token && task.owner.split("!")[0] === call.who.user);
}

function taskOf(call: Call): FakeTask {
  const upid = call.params.text("upid");
  if (!upidForm.test(upid)) refuse({ upid: "unable to parse worker upid" });
  const task = call.state.tasks.find((one) =>
    one.upid === upid && one.node === call.params.text("node")
  );
  return task ?? refuse({ upid: "no such task" });
}

function readable(call: Call): FakeTask {
  const task = taskOf(call);
  const path = `/nodes/${task.node}`;
  if (!isOwn(call, task) && !may(call.state, call.who, path, ["Sys.Audit"])) {
    deny(`${path}, Sys.Audit`);
  }
  return task;
}

function identity(task: FakeTask): Record<string, unknown> {
  const [user, tokenid] = task.owner.split("!");
  return {
    upid: task.upid,
    node: task.node,
    type: task.type,
    id: task.id,
    user,
    ...(tokenid ? { tokenid } : {}),
    starttime: task.starttime,
  };
}

function status(call: Call): unknown {
  const task = readable(call);
  pollTask(call.world, task);
  return {
    ...identity(task),
    pid: task.pid,
    pstart: task.pstart,
    status: task.status,
    ...(task.exitstatus === undefined ? {} : { exitstatus: task.exitstatus }),
  };
}

function log(call: Call): unknown {
  const task = readable(call);
  const start = call.params.number("start") ?? 0;
  const limit = call.params.number("limit") ?? 50;
  const lines = task.log.map((text, i) => ({ n: i + 1, t: text }));
  if (!lines.length) return new Listed([{ n: 1, t: "no content" }], 1);
  return new Listed(lines.slice(start, limit ? start + limit : undefined), lines.length);
}

function kindOfEnd(task: FakeTask): string {
  const exit = task.exitstatus;
  if (exit === undefined) return "unknown";
  return exit === "OK" ? "ok" : exit.startsWith("WARNINGS") ? "warning" : "error";
}

function list(call: Call): unknown {
  const { params, state, who } = call;
  const node = params.text("node");
  const source = params.maybe("source") ?? "archive";
  const auditor = may(state, who, `/nodes/${node}`, ["Sys.Audit"]);
  const wantedEnds = splitList(params.text("statusfilter")).map((one) => one.toLowerCase());
  const found = state.tasks.filter((task) => {
    if (task.node !== node || !(auditor || isOwn(call, task))) return false;
    if (source === "archive" && task.status === "running") return false;
    if (source === "active" && task.status !== "running") return false;
    if (params.has("userfilter") && !task.owner.includes(params.text("userfilter"))) return false;
    if (params.has("typefilter") && task.type !== params.text("typefilter")) return false;
    if (params.has("vmid") && task.id !== params.text("vmid")) return false;
    if (params.has("since") && task.starttime < (params.number("since") ?? 0)) return false;
    if (params.has("until") && task.starttime > (params.number("until") ?? 0)) return false;
    if (params.flag("errors") && kindOfEnd(task) !== "error") return false;
    return !wantedEnds.length || wantedEnds.includes(kindOfEnd(task));
  });
  const order = (task: FakeTask) => (task.status === "running" ? 1 : 0);
  const sorted = found.reverse().sort((a, b) => order(b) - order(a));
  const start = params.number("start") ?? 0;
  const limit = params.number("limit") ?? 50;
  const rows = sorted.slice(start, limit ? start + limit : undefined).map((task) => ({
    ...identity(task),
    pid: task.pid,
    pstart: task.pstart,
    ...(task.endtime === undefined ? {} : { endtime: task.endtime }),
    status: task.exitstatus ?? "RUNNING",
  }));
  return sorted.length ? new Listed(rows, sorted.length) : [];
}

export const taskHandlers: Handlers = {
  "GET /nodes/{node}/tasks": list,
  "GET /nodes/{node}/tasks/{upid}/status": status,
  "GET /nodes/{node}/tasks/{upid}/log": log,
  "DELETE /nodes/{node}/tasks/{upid}": (call) => {
    const task = taskOf(call);
    const path = `/nodes/${task.node}`;
    if (!isOwn(call, task) && !may(call.state, call.who, path, ["Sys.Modify"])) {
      deny(`${path}, Sys.Modify`);
    }
    abortTask(call.world, task);
    return null;
  },
  "GET /cluster/tasks": (call) =>
    [...call.state.tasks].reverse()
      .filter((task) =>
        // No token is told of its own tasks: Proxmox compares their user with it.
        may(call.state, call.who, "/", ["Sys.Audit"]) ||
        (call.who.token === undefined && isOwn(call, task))
      )
      .slice(0, 100)
      .map((task) => ({
        ...identity(task),
        ...(task.endtime === undefined
          ? {}
          : { endtime: task.endtime, status: task.exitstatus, saved: "1" }),
      })),
  "GET /cluster/log": (call) => {
    const all = may(call.state, call.who, "/", ["Sys.Syslog"]);
    const rows = call.state.log.filter((entry) => all || entry.user === ownerOf(call.who))
      .reverse();
    const max = call.params.number("max") ?? 50;
    return rows.slice(0, max).map((entry) => ({
      ...entry,
      uid: String(entry.uid),
      id: `${entry.uid}:${entry.node}`,
    }));
  },
};
