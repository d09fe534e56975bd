import {
  type CallToolRequestParams,
  type CallToolResult,
  type InputRequiredResult,
  type ListToolsResult,
  type Progress,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { shownLine } from "../../log/shown.ts";
import { callTool } from "../call.ts";
import type { CallResult } from "../call_request.ts";
import { pageQuestion } from "../approval/page_question.ts";
import { showsPages } from "../apps/extension.ts";
import { pageMetaOf } from "../apps/pages.ts";
import { callerOf } from "../caller.ts";
import type { TextFormat } from "../finished.ts";
import type { ListedTool } from "../catalog.ts";
import type { McpServices } from "../server.ts";
import { Handover } from "../tasks/handover.ts";
import type { CreatedTask } from "../tasks/task.ts";
import type { Feature } from "./feature.ts";

/** The tools: what a caller may call, and calling it. */
export const TOOL_FEATURE: Feature = {
  capabilities: { tools: {} },
  serve: (server, services) => {
    server.setRequestHandler(
      "tools/list",
      (_request, context) => listTools(services, { server, context }),
    );
    server.setRequestHandler(
      "tools/call",
      ({ params }, context) => answerCall(services, { server, params, context }),
    );
  },
};

/** The tools that this caller may call. */
export async function listTools(
  services: McpServices,
  { server, context }: { server: Server; context: ServerContext },
): Promise<ListToolsResult> {
  const { principal, toolsets, write } = callerOf(context);
  const viewer = { ...principal, toolsets };
  const able = await services.able(principal);
  const { tools, result } = services.catalog.visibleTo(viewer, able);
  if (showsPages(server, context)) return { tools: tools.map(withPage) };
  if (write !== undefined) {
    write(result);
    return { tools: [] };
  }
  return { tools: tools.map((tool) => ({ ...tool })) };
}

/** The tool with the page that shows its answers, where it has one. */
function withPage(tool: ListedTool): ListedTool {
  const page = pageMetaOf(tool.name);
  return page === undefined ? { ...tool } : { ...tool, _meta: { ...tool._meta, ...page } };
}

/** Calls a tool, or asks for what a person must say before that. */
export async function answerCall(
  services: McpServices,
  { server, params, context }: {
    server: Server;
    params: CallToolRequestParams;
    context: ServerContext;
  },
): Promise<CallToolResult | CreatedTask | InputRequiredResult> {
  const call = { name: params.name, arguments: params.arguments };
  const caller = callerOf(context);
  const consent = services.confirmation.stateOf(server, context, call);
  const handover = Handover.for(services, { server, context });
  caller.began?.(context.mcpReq.id);
  const result = await callTool(services, {
    ...caller,
    tool: params.name,
    arguments: params.arguments,
    signal: context.mcpReq.signal,
    progress: progressTo(context),
    ...consent,
    ...handover?.request,
  });
  if (result.kind === "ask") {
    return await services.confirmation.ask(context, { ...result, call });
  }
  if (result.kind === "held") {
    const question = pageQuestion(server, context, result);
    if (question) return question;
  }
  if (result.kind === "failed" && !services.catalog.get(params.name)) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, result.error.message);
  }
  if (result.kind === "done" && handover?.task) return handover.task;
  const { format = "text" } = caller;
  if (result.kind !== "failed" && caller.write !== undefined) {
    caller.write(result.finished.result(format));
    return { content: [] };
  }
  return toolResult(result, format);
}

/** A call's result as MCP has it. */
export function toolResult(
  result: Exclude<CallResult, { kind: "ask" }>,
  format: TextFormat,
): CallToolResult {
  if (result.kind !== "failed") {
    const { finished } = result;
    return { content: finished.content(format), structuredContent: finished.value };
  }
  const { code, message } = result.error;
  return { content: [{ type: "text", text: message }], isError: true, _meta: { code } };
}

/** Progress goes to clients that asked for it; the numbers only ever rise, as the protocol wants. */
function progressTo(
  context: ServerContext,
): (message: string, done?: { progress: number; total?: number }) => void {
  const progressToken = context.mcpReq._meta?.progressToken;
  let last = -1;
  return (message, done) => {
    if (progressToken === undefined) return;
    const progress = Math.max(done?.progress ?? 0, last + 0.001);
    last = progress;
    const params: Progress & { progressToken: string | number } = {
      progressToken,
      progress,
      message: shownLine(message),
      ...(done?.total === undefined ? {} : { total: Math.max(done.total, progress) }),
    };
    // A client that is gone cannot be told; the call itself notices by its signal.
    context.mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
  };
}
