import * as z from "zod";
import { changed, taskState, waiting } from "../lib/tool/fields.ts";
import { assertTask } from "../lib/proxmox/cluster/task_reach.ts";
import { OTHERS_TASKS } from "../lib/tool/conditions.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "wait_task",
  title: "Wait for task",
  description: "Waits up to 45 s for a task's end; fails when the task does.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "guest",
  privileges: [],
  conditionalPrivileges: [OTHERS_TASKS],
  input: z.strictObject({
    upid: z.string().max(300),
    timeout_seconds: waiting.timeout_seconds,
  }),
  output: z.object({ ...taskState, notes: changed.notes }),
  action: ({ upid }) => `see task ${upid} succeed`,
  run: async ({ upid, timeout_seconds }, { pve }) => {
    await assertTask(pve, upid);
    return pve.task(upid, { timeout_seconds });
  },
});
