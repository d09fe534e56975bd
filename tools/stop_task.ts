import * as z from "zod";
import { changed, dryRun, taskState } from "../lib/tool/fields.ts";
import { assertTask } from "../lib/proxmox/cluster/task_reach.ts";
import type { Pve } from "../lib/proxmox/pve.ts";
import { parseUpid, readTask, type TaskState } from "../lib/proxmox/tasks.ts";
import { OTHERS_TASKS } from "../lib/tool/conditions.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

const POLLS = 20;
const POLL_MS = 500;

export default defineTool({
  name: "stop_task",
  title: "Stop task",
  description: "Interrupts a running task; what it did so far may be left behind.",
  scope: "write",
  toolsets: ["cluster"],
  hints: DESTROYS,
  subject: "guest",
  privileges: [],
  conditionalPrivileges: [
    OTHERS_TASKS,
    { ...OTHERS_TASKS, privilege: ["/nodes/{node}", "Sys.Modify"] },
  ],
  input: z.strictObject({ upid: z.string().max(300), ...dryRun }),
  output: z.object({ ...changed, ...taskState }),
  action: ({ upid }) => `stop task ${upid}`,
  run: async ({ upid }, { pve }) => {
    await assertTask(pve, upid);
    const { status, exit_status } = await readTask(pve, upid);
    pve.check("is running", status === "running", `the task has ended (${exit_status})`);
    const task = await stopTask(pve, upid);
    return task.status === "running"
      ? { ...task, notes: ["the task was interrupted but still runs: see get_task"] }
      : task;
  },
});

/**
 * Stops a task and waits some seconds for its end.
 *
 * @returns its state, which is still `running` when it does not heed the interrupt at once
 */
async function stopTask(pve: Pve, upid: string): Promise<TaskState> {
  await pve.delete("/nodes/{node}/tasks/{upid}", { node: parseUpid(upid).node, upid });
  let state = await readTask(pve, upid);
  for (let poll = 0; state.status === "running" && poll < POLLS && !pve.dryRun; poll++) {
    await pve.sleep(POLL_MS);
    state = await readTask(pve, upid);
  }
  return state;
}
