import assert from "node:assert/strict";
import type { ToolName } from "../../../lib/mcp/tools.ts";
import type { Site } from "../../site.ts";
import { calling, isRunning } from "../guests.ts";
import type { ToolCase } from "../tool_case.ts";

/** The arguments that name the task which was started last. */
function newest(site: Site): { upid: string } {
  const task = site.fake.state.tasks.at(-1);
  assert.ok(task, "no task was started");
  return { upid: task.upid };
}

/** Starts a task that goes on until it is told to end. */
async function startLong(site: Site): Promise<void> {
  site.fake.state.taskPolls = Infinity;
  await calling("start_vm", { vmid: 101, wait: false })(site);
}

const unknownTasks = [
  {
    args: { upid: "UPID:pve1:00000001:00000002:6B036168:qmstart:100:root@pam:" },
    code: "not_found",
    text: /no such task/,
  },
  { args: { upid: "UPID:pve1" }, code: "invalid", text: /upid/i },
];

export const TASKS = {
  get_task: {
    args: newest,
    prepare: calling("start_vm", { vmid: 101 }),
    request: ["GET", /tasks\/[^/]+\/status$/],
    works: (value, site) => {
      assert.equal(value.upid, newest(site).upid);
      assert.deepEqual(
        [value.node, value.type, value.id, value.user, value.status, value.exit_status],
        ["pve1", "qmstart", "101", "mcp@pve!probe", "stopped", "OK"],
      );
      assert.deepEqual(value.log_tail, ["TASK OK"]);
    },
    refuses: unknownTasks,
  },

  get_tasks: {
    args: { node: "pve2" },
    goneGuests: "tasks outlive their guest",
    prepare: async (site) => {
      await calling("start_vm", { vmid: 101 })(site);
      await calling("start_vm", { vmid: 103 })(site);
    },
    request: ["GET", /^\/nodes\/pve2\/tasks$/],
    works: ({ tasks, total }) => {
      assert.equal(total, 1);
      const [task] = tasks;
      assert.deepEqual(
        [task.type, task.id, task.node, task.user, task.status],
        ["qmstart", "103", "pve2", "mcp@pve!probe", "OK"],
      );
    },
    refuses: [{ args: { state: "odd" }, code: "invalid", text: /state/ }],
  },

  stop_task: {
    args: newest,
    prepare: startLong,
    request: ["DELETE", /^\/nodes\/pve1\/tasks\/UPID%3Apve1%3A/],
    works: (value, site) => {
      assert.equal(value.status, "stopped");
      assert.match(value.exit_status, /interrupt/);
      assert.equal(isRunning(site, 101), false);
    },
    refuses: unknownTasks,
  },

  wait_task: {
    args: newest,
    prepare: calling("start_vm", { vmid: 101, wait: false }),
    request: ["GET", /tasks\/[^/]+\/status$/],
    works: (value, site) => {
      assert.deepEqual([value.status, value.exit_status], ["stopped", "OK"]);
      assert.ok(isRunning(site, 101));
    },
    refuses: unknownTasks,
  },
} satisfies Partial<Record<ToolName, ToolCase>>;
