import {
  ProtocolError,
  ProtocolErrorCode,
  type Result,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import type { McpServices } from "../server.ts";
import { declaresTasks, hasExtension, TASKS, tasksRequired } from "../tasks/extension.ts";
import { begunTask, cancelTask, type TaskRequest, taskStanding } from "../tasks/standing.ts";
import type { Feature } from "./feature.ts";

type Answer = (services: McpServices, request: TaskRequest) => Promise<Result>;

const params = z.looseObject({ taskId: z.string() });

/** The methods of the extension for tasks. */
export const TASK_METHODS: Readonly<Record<string, Answer>> = {
  "tasks/get": async (services, request) => ({ ...await taskStanding(services, request) }),
  // No task ever waits for input: answers to what was not asked are passed over.
  "tasks/update": async (services, request) => {
    await begunTask(services, request);
    return {};
  },
  "tasks/cancel": async (services, request) => {
    await cancelTask(services, request);
    return {};
  },
};

/** Following what a tool has begun, by the tasks that Proxmox keeps. */
export const TASK_FEATURE: Feature = {
  capabilities: { extensions: { [TASKS]: {} } },
  serve: (server, services) => {
    for (const [method, answer] of Object.entries(TASK_METHODS)) {
      server.setRequestHandler(method, { params }, ({ taskId }, context) => {
        requireExtension(server, { method, context });
        return answer(services, { taskId, context });
      });
    }
  },
};

/** @throws ProtocolError where the revision has no such method, or the request does not declare the extension */
export function requireExtension(
  server: Server,
  { method, context }: { method: string; context: ServerContext },
): void {
  if (!hasExtension(server)) {
    throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `Method not found: ${method}`);
  }
  if (!declaresTasks(context)) throw tasksRequired();
}
