import * as z from "zod";
import { compact, text, time } from "../lib/proxmox/api/values.ts";
import { clip, newestFirst } from "../lib/proxmox/clip.ts";
import { warned } from "../lib/proxmox/cluster/nodes.ts";
import { isRunning, type TaskEntry } from "../lib/proxmox/cluster/task_list.ts";
import { tasksWithin } from "../lib/proxmox/cluster/task_reach.ts";
import { readTasks } from "../lib/proxmox/cluster/tasks_read.ts";
import { instead, whyEmpty } from "../lib/proxmox/known.ts";
import { describePage } from "../lib/proxmox/list.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { guestReference, listing, nodeName, paged } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const taskRow = z.object({
  upid: z.string(),
  node: z.string(),
  type: z.string(),
  id: z.string(),
  user: z.string(),
  status: z.string().describe("running, OK, WARNINGS: n, or the error"),
  started: z.string(),
  ended: z.string(),
}).partial();

export default defineTool({
  name: "get_tasks",
  title: "List tasks",
  description: "Lists tasks, running ones first, then the newest.",
  scope: "user",
  toolsets: ["cluster", "core"],
  hints: READS,
  subject: "guest",
  privileges: [],
  conditionalPrivileges: [{
    privilege: ["/nodes/{node}", "Sys.Audit"],
    when: "without node, or to see others' tasks",
    if: () => true,
  }],
  input: z.strictObject({
    node: nodeName.optional(),
    vmid: guestReference.optional(),
    type: z.string().max(60).optional(),
    user: z.string().max(100).optional(),
    state: z.enum(["running", "ok", "warning", "error"]).optional(),
    hours: z.int().min(1).optional().describe("Started in the last n hours"),
    ...listing(taskRow),
  }),
  output: z.object({ tasks: z.array(taskRow), ...paged }),
  action: () => "list tasks",
  run: async (input, { pve }) => {
    const { hours, state } = input;
    const since = hours && Math.floor(pve.now().getTime() / 1000) - hours * 3600;
    const { type, user, node } = input;
    const vmid = await pve.vmidOf(input.vmid);
    const { tasks: all, warnings } = await readTasks(pve, node, {
      source: state === undefined ? "all" : state === "running" ? "active" : "archive",
      statusfilter: state === "running" ? undefined : state,
      typefilter: type,
      userfilter: user,
      vmid,
      since,
    });
    const tasks = all.filter(await tasksWithin(pve));
    const wanted = state === "running" ? tasks.filter((task) => !task.ended) : tasks;
    const empty = wanted.length > 0
      ? []
      : await whyNone(pve, { type, user, vmid, node, state, hours });
    const by = { key: taskKey, describe: describeTask };
    const { items, ...page } = describePage(wanted, by, input);
    return { tasks: items, ...page, ...warned([...warnings, ...empty]) };
  },
});

/** Why no task fits, with the types and users that there are. */
async function whyNone(
  pve: Pve,
  filters: Readonly<Record<string, unknown>> & { type?: unknown; user?: unknown; node?: unknown },
): Promise<string[]> {
  const { node, type, user } = filters;
  if (Object.values(filters).every((value) => value === undefined)) return [];
  const read = await readTasks(pve, text(node), { source: "all" });
  const tasks = read.tasks.filter(await tasksWithin(pve));
  const unknown = ([["type", type], ["user", user]] as const).flatMap(([what, value]) => {
    const known = [...new Set(tasks.flatMap((task) => task[what] ?? []))].sort();
    const given = text(value);
    if (given === undefined || known.some((name) => name.includes(given))) return [];
    return [`there is no task of ${what} ${given}${instead(given, known)}`];
  });
  return unknown.length > 0 ? unknown : whyEmpty([], { filters, among: `${tasks.length} tasks` });
}

/** Sorts running tasks first, then the newest first. */
function taskKey(task: TaskEntry): string {
  const [, node, pid, start] = task.upid.split(":");
  return `${isRunning(task) ? 0 : 1}${newestFirst(task.started)}${node}${pid}${start}`;
}

function describeTask(task: TaskEntry) {
  const { ended, started, status = "unknown", ...named } = task;
  return compact({
    ...named,
    status: isRunning(task) ? "running" : clip(status),
    started: time(started),
    ended: time(ended),
  });
}
