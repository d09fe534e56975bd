import * as z from "zod";
import { compact, time } from "../lib/proxmox/api/values.ts";
import { clip, newestFirst } from "../lib/proxmox/clip.ts";
import { eachNode, warned } from "../lib/proxmox/cluster/nodes.ts";
import { isRunning, type TaskEntry, taskOf } from "../lib/proxmox/cluster/task_list.ts";
import { tasksWithin } from "../lib/proxmox/cluster/task_reach.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { nodeName, paged, paging } from "../lib/tool/fields.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const PER_NODE = 500;

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
    vmid: z.int().min(100).optional(),
    type: z.string().max(60).optional(),
    user: z.string().max(100).optional(),
    state: z.enum(["running", "ok", "warning", "error"]).optional(),
    hours: z.int().min(1).optional().describe("Started in the last n hours"),
    ...paging,
  }),
  output: z.object({ tasks: z.array(taskRow), ...paged }),
  action: () => "list tasks",
  run: async (input, { pve }) => {
    const { hours, state } = input;
    const since = hours && Math.floor(pve.now().getTime() / 1000) - hours * 3600;
    const { results, warnings } = await eachNode(pve, input.node, async (node) => {
      const { rows, total = 0 } = await pve.page("/nodes/{node}/tasks", { node }, {
        source: state === undefined ? "all" : state === "running" ? "active" : "archive",
        statusfilter: state === "running" ? undefined : state,
        typefilter: input.type,
        userfilter: input.user,
        vmid: input.vmid,
        since,
        limit: PER_NODE,
      });
      return { node, tasks: rows.map((row) => taskOf(row, node)), total };
    });
    const cut = results.filter(({ tasks, total }) => total > tasks.length)
      .map(({ node, total }) => `only the newest ${PER_NODE} of ${total} tasks of ${node} count`);
    const tasks = results.flatMap((part) => part.tasks).filter(await tasksWithin(pve));
    const wanted = state === "running" ? tasks.filter((task) => !task.ended) : tasks;
    const { items, ...page } = paginate(wanted, taskKey, input);
    return { tasks: items.map(describeTask), ...page, ...warned([...warnings, ...cut]) };
  },
});

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
