import {
  acceptedContent,
  type CallToolResult,
  type InputRequests,
  inputRequired,
  type Result,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import type { Feature } from "../../lib/mcp/features/feature.ts";
import { requireExtension, TASK_FEATURE, TASK_METHODS } from "../../lib/mcp/features/tasks.ts";
import { elicit, type Run } from "./asking.ts";
import { text } from "./samples.ts";

/** The tool of the suite that only clients may call who can follow its task. */
export const REQUIRED_TASK = "failing_job";

interface FixtureTask {
  readonly asked: InputRequests;
  readonly answered: Set<string>;
  readonly end: Result;
  isCancelled: boolean;
}

const FACTS = { createdAt: "2026-07-28T00:00:00Z", lastUpdatedAt: "2026-07-28T00:00:00Z" };
const TTL_MS = 60_000;
const PROTOCOL_ERROR = { code: -32603, message: "It always does" };

/** Tasks of the suite that do what no task of Proxmox does: they ask, and they break. */
export class FixtureTasks {
  readonly #tasks = new Map<string, FixtureTask>();

  readonly tools: Readonly<Record<string, Run>> = {
    greet: (_context, { args }) => Promise.resolve(told(`Hello, ${args.name}!`)),
    protocol_error_job: () => this.#begin({}, { status: "failed", error: PROTOCOL_ERROR }),
    confirm_delete: () => this.#begin({ confirm: elicit("yes") }, completed("Deleted")),
    multi_input: () => this.#begin({ one: elicit("one"), two: elicit("two") }, completed("Both")),
    test_tool_with_task: (context) => {
      const { name } = acceptedContent<{ name?: unknown }>(
        context.mcpReq.inputResponses,
        "user_name",
      ) ?? {};
      return name === undefined
        ? Promise.resolve(inputRequired({ inputRequests: { user_name: elicit("name") } }))
        : this.#begin({}, completed(`Hello, ${name}`));
    },
  };

  /** The product's methods, and for these tasks their own answers. */
  get feature(): Feature {
    const params = z.looseObject({ taskId: z.string() });
    const own: Record<string, (task: FixtureTask, taskId: string, answers: object) => Result> = {
      "tasks/get": (task, taskId) => ({ ...standingOf(task), ...FACTS, taskId, ttlMs: TTL_MS }),
      "tasks/update": (task, _taskId, answers) => {
        for (const key of Object.keys(answers)) task.answered.add(key);
        return {};
      },
      "tasks/cancel": (task) => {
        task.isCancelled = true;
        return {};
      },
    };
    return {
      ...TASK_FEATURE,
      serve: (server, services) => {
        for (const [method, answer] of Object.entries(TASK_METHODS)) {
          server.setRequestHandler(method, { params }, ({ taskId }, context) => {
            requireExtension(server, { method, context });
            const task = this.#tasks.get(taskId);
            if (!task) return answer(services, { taskId, context });
            return own[method]?.(task, taskId, context.mcpReq.inputResponses ?? {}) ?? {};
          });
        }
      },
    };
  }

  #begin(asked: InputRequests, end: Result): Promise<CallToolResult> {
    const taskId = crypto.randomUUID();
    this.#tasks.set(taskId, { asked, answered: new Set(), end, isCancelled: false });
    const task = { ...FACTS, taskId, status: "working", ttlMs: TTL_MS };
    return Promise.resolve({ resultType: "task", ...task, content: [] });
  }
}

function standingOf({ asked, answered, end, isCancelled }: FixtureTask): Result {
  if (isCancelled) return { status: "cancelled" };
  const open = Object.entries(asked).filter(([key]) => !answered.has(key));
  if (open.length === 0) return end;
  return { status: "input_required", inputRequests: Object.fromEntries(open) };
}

function completed(message: string): Result {
  return { status: "completed", result: told(message) };
}

function told(message: string): CallToolResult {
  return { content: [text(message)] };
}
