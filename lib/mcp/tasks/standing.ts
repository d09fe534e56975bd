import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { AppError } from "../../errors.ts";
import { shownLine } from "../../log/shown.ts";
import { compact } from "../../proxmox/api/values.ts";
import type { Pve } from "../../proxmox/pve.ts";
import type { Subject } from "../../proxmox/sharing.ts";
import { type TaskState, wasInterrupted } from "../../proxmox/tasks.ts";
import { callTool } from "../call.ts";
import type { CallRequest, CallResult, Done } from "../call_request.ts";
import { callerOf } from "../caller.ts";
import { cannot } from "../cannot.ts";
import { toolResult } from "../features/tools.ts";
import { Finished } from "../finished.ts";
import { REFUSED } from "../json_rpc.ts";
import type { McpServices } from "../server.ts";
import { told } from "../told.ts";
import { lastLine, taskFacts, type TaskStanding } from "./task.ts";
import type { BegunTask } from "./task_ids.ts";

/** A request about a task. */
export interface TaskRequest {
  readonly taskId: string;
  readonly context: ServerContext;
}

const LINES = 10;

/**
 * Tells how a task stands, by the tool that reads tasks.
 *
 * @throws ProtocolError, for what is out of reach in the same words as for what there is not
 */
export async function taskStanding(
  services: McpServices,
  { taskId, context }: TaskRequest,
): Promise<TaskStanding> {
  const task = await begunTask(services, { taskId, context });
  let standing: TaskStanding | undefined;
  const result = await run(services, context, {
    tool: "get_task",
    arguments: { upid: task.upid, lines: LINES, ...placeOf(services, task) },
    begunGuests: task.vmids,
    conclude: async (pve, { output, cluster }) => {
      const state = stateIn(output);
      standing = await standingOf(services, { pve, task, taskId, state, cluster });
      return new Finished({ ...standing });
    },
  });
  if (result.kind === "failed" || standing === undefined) throw refused(result);
  return standing;
}

/**
 * Stops a task by the tool that stops tasks; for one that has ended there is nothing to do.
 *
 * @throws ProtocolError as `taskStanding` does, and where the token may not stop it
 */
export async function cancelTask(
  services: McpServices,
  { taskId, context }: TaskRequest,
): Promise<void> {
  const task = await begunTask(services, { taskId, context });
  const result = await run(services, context, {
    tool: "stop_task",
    arguments: { upid: task.upid, ...placeOf(services, task) },
    begunGuests: task.vmids,
  });
  if (result.kind === "held") throw refused(result);
  if (result.kind === "failed" && result.error.code !== "conflict") throw refused(result);
}

/** The argument that names the task's cluster, where there are several. */
function placeOf({ proxmox }: McpServices, { cluster }: BegunTask): { cluster?: string } {
  return proxmox.several && cluster !== undefined ? { cluster } : {};
}

/**
 * The task behind an id.
 *
 * @throws ProtocolError when this token was given no such id
 */
export async function begunTask(
  { taskIds }: McpServices,
  { taskId, context }: TaskRequest,
): Promise<BegunTask> {
  const task = await taskIds.read(taskId, callerOf(context).principal);
  if (!task) throw notFound();
  return task;
}

function run(
  services: McpServices,
  context: ServerContext,
  call: Pick<CallRequest, "arguments" | "conclude" | "begunGuests" | "tool">,
): Promise<CallResult> {
  const caller = callerOf(context);
  caller.began?.(context.mcpReq.id);
  return callTool(services, {
    ...caller,
    ...call,
    signal: context.mcpReq.signal,
    progress: () => {},
    confirmation: "impossible",
  });
}

/** A task as it was seen, and the cluster that its answer says it is of. */
interface Seen extends Pick<Done, "cluster"> {
  readonly pve: Pve;
  readonly task: BegunTask;
  readonly state: TaskState;
}

async function standingOf(
  services: McpServices,
  { taskId, ...seen }: Seen & { taskId: string },
): Promise<TaskStanding> {
  const { task, state } = seen;
  const { status, exit_status: exit = "", log_tail: tail } = state;
  const facts = (message: string) =>
    taskFacts({ taskId, created: task.created, now: services.now().getTime(), message });
  if (status === "running") {
    return { status: "working", ...facts(lastLine(tail) ?? `${task.action}: task runs`) };
  }
  if (wasInterrupted(exit)) return { status: "cancelled", ...facts(exit) };
  const result = await resultOf(services, seen);
  return { status: "completed", ...facts(exit), result };
}

/** What the call would have answered, had it waited. */
async function resultOf(
  { catalog, finish }: McpServices,
  { pve, task, state, cluster }: Seen,
): Promise<CallToolResult> {
  const tool = catalog.get(task.tool);
  if (!tool) throw new AppError("not_found", `there is no tool ${task.tool} any more`);
  let ended: TaskState;
  try {
    ended = await pve.ended(state);
  } catch (cause) {
    const error = cannot(task.action, cause);
    if (!(error instanceof AppError)) throw error;
    return toolResult({ kind: "failed", error: error.cleaned(shownLine) }, "text");
  }
  const { subject } = task;
  const sees = subject !== undefined && await includes(pve, subject);
  if (sees) pve.about(subject);
  const known = sees ? {} : compact({ vmid: subject?.vmid, name: subject?.name });
  const output = await told(pve, { tool, output: { ...known, ...task.output, ...ended } });
  const finished = await finish(tool, output);
  const placed = cluster === undefined ? finished : finished.inCluster(cluster);
  return toolResult({ kind: "done", finished: placed }, "text");
}

/** How a guest stands that the token's limits do not include any more is not asked. */
async function includes(pve: Pve, { vmid, node }: Subject): Promise<boolean> {
  return pve.reach.everything || (await pve.includes())(vmid, node);
}

function stateIn(output: Done["output"]): TaskState {
  const { upid, status, exit_status, warnings, log_tail } = output;
  return { upid, status, exit_status, warnings, log_tail } as TaskState;
}

function refused(result: CallResult): unknown {
  if (result.kind === "held") {
    const { id, next } = result.finished.value.approval as { id: string; next: string };
    return new ProtocolError(REFUSED, next, { code: "forbidden", plan: id });
  }
  if (result.kind !== "failed") return new Error("A tool about tasks asks before it answers");
  const { code, message } = result.error;
  if (code === "not_found") return notFound();
  return new ProtocolError(REFUSED, message, { code });
}

function notFound(): ProtocolError {
  const message = "Task not found: it is none of this token's, or has expired";
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
