import * as z from "zod";
import { dryRun, taskResult } from "../lib/tool/fields.ts";
import { assertTask, stopTask } from "../lib/proxmox/cluster/task_list.ts";
import { readTask } from "../lib/proxmox/tasks.ts";
import { defineTool, DESTROYS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "stop_task",
  title: "Stop task",
  description: "Interrupts a running task; what it did so far may be left behind.",
  scope: "write",
  hints: DESTROYS,
  subject: "guest",
  privileges: [],
  input: z.strictObject({ upid: z.string().max(300), ...dryRun }),
  output: z.object(taskResult),
  action: ({ upid }) => `stop task ${upid}`,
  run: async ({ upid }, { pve }) => {
    await assertTask(pve, upid);
    const { status, exit_status } = await readTask(pve, upid);
    pve.check("is running", status === "running", `the task has ended (${exit_status})`);
    const task = await stopTask(pve, upid, () => readTask(pve, upid));
    return task.status === "running"
      ? { ...task, notes: ["the task was interrupted but still runs: see get_task"] }
      : task;
  },
});
