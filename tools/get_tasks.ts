import * as z from "zod";
import { nodeName, paged, paging, rowsOf } from "../lib/tool/fields.ts";
import { paginate } from "../lib/proxmox/list.ts";
import { eachNode, warned } from "../lib/proxmox/cluster/nodes.ts";
import { describeEntry, taskKey, taskOf, withinReach } from "../lib/proxmox/cluster/task_list.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

const PER_NODE = 500;

export default defineTool({
  name: "get_tasks",
  title: "List tasks",
  description: "Lists tasks, running ones first, then the newest.",
  scope: "user",
  hints: READS,
  subject: "guest",
  privileges: [],
  input: z.strictObject({
    node: nodeName.optional(),
    vmid: z.int().min(100).optional(),
    type: z.string().max(60).optional(),
    user: z.string().max(100).optional(),
    state: z.enum(["running", "ok", "warning", "error"]).optional(),
    hours: z.int().min(1).optional().describe("Started in the last n hours"),
    ...paging,
  }),
  output: z.object({
    tasks: rowsOf(
      "upid, node, type, id, user, status (running, OK, WARNINGS: n, or the error), started, ended",
    ),
    ...paged,
  }),
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
    const tasks = withinReach(
      pve,
      results.flatMap((part) => part.tasks),
      await pve.resources({
        fresh: false,
      }),
    );
    const running = state === "running" ? tasks.filter((task) => !task.endtime) : tasks;
    const { items, ...page } = paginate(running, taskKey, input);
    return { tasks: items.map(describeEntry), ...page, ...warned([...warnings, ...cut]) };
  },
});
