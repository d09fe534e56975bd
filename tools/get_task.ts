import * as z from "zod";
import { assertTask } from "../lib/proxmox/cluster/task_reach.ts";
import { parseUpid, readTask } from "../lib/proxmox/tasks.ts";
import { OTHERS_TASKS } from "../lib/tool/conditions.ts";
import { defineTool, READS } from "../lib/tool/tool.ts";

export default defineTool({
  name: "get_task",
  title: "Get task",
  description: "Tells how one task stands, and the end of its log.",
  scope: "user",
  toolsets: ["cluster"],
  hints: READS,
  subject: "guest",
  privileges: [],
  conditionalPrivileges: [OTHERS_TASKS],
  input: z.strictObject({
    upid: z.string().max(300),
    lines: z.int().min(1).max(500).default(50).describe("Of the log's end"),
  }),
  output: z.object({
    upid: z.string(),
    node: z.string(),
    type: z.string(),
    id: z.string(),
    user: z.string(),
    started: z.string(),
    status: z.string(),
    exit_status: z.string().describe("OK, WARNINGS: n, or the error"),
    warnings: z.number(),
    log_tail: z.array(z.string()),
    notes: z.array(z.string()),
  }).partial(),
  action: ({ upid }) => `read task ${upid}`,
  run: async ({ upid, lines }, { pve }) => {
    await assertTask(pve, upid);
    const { node, type, id, user, startTime } = parseUpid(upid);
    const task = await readTask(pve, upid, lines);
    const about = { node, type, user, started: startTime.toISOString() };
    return { ...task, ...about, ...(id === "" ? {} : { id }) };
  },
});
