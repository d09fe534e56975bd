import type { ParamsOf } from "../api/types.ts";
import type { Pve } from "../pve.ts";
import { eachNode } from "./nodes.ts";
import { type TaskEntry, taskOf } from "./task_list.ts";

const PER_NODE = 500;

/** Reads the newest tasks of one node, or of all; warns of what is not among them. */
export async function readTasks(
  pve: Pve,
  node: string | undefined,
  filters: ParamsOf<"/nodes/{node}/tasks", "GET">,
): Promise<{ tasks: TaskEntry[]; warnings: string[] }> {
  const { results, warnings } = await eachNode(pve, node, async (node) => {
    const params = { ...filters, limit: PER_NODE };
    const { rows, total = 0 } = await pve.page("/nodes/{node}/tasks", { node }, params);
    return { node, tasks: rows.map((row) => taskOf(row, node)), total };
  });
  const cut = results.filter(({ tasks, total }) => total > tasks.length)
    .map(({ node, total }) => `only the newest ${PER_NODE} of ${total} tasks of ${node} count`);
  return { tasks: results.flatMap((part) => part.tasks), warnings: [...warnings, ...cut] };
}
