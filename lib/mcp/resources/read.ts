import {
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { AppError } from "../../errors.ts";
import { readPage } from "../apps/pages.ts";
import { callTool } from "../call.ts";
import { callerOf } from "../caller.ts";
import { REFUSED } from "../json_rpc.ts";
import type { McpServices } from "../server.ts";
import { resourceFor } from "./placed.ts";

/**
 * Reads a resource by calling its tool. A page tells nothing of the cluster: reading it is no call, and leaves no
 * row.
 *
 * @throws ResourceNotFoundError for what there is not, and in the same words for what a limited token
 * does not reach; ProtocolError when it cannot be read
 */
export async function readResource(
  services: McpServices,
  { uri, context }: { uri: string; context: ServerContext },
): Promise<ReadResourceResult> {
  const caller = callerOf(context);
  const page = readPage(uri);
  if (page !== undefined) {
    caller.began?.(context.mcpReq.id);
    return page;
  }
  const found = resourceFor(services, caller.principal, uri);
  if (!found) throw new ResourceNotFoundError(uri);
  const { cluster, kind, values } = found;
  caller.began?.(context.mcpReq.id);
  const result = await callTool(services, {
    ...caller,
    tool: kind.tool,
    arguments: { ...kind.input(values), ...(cluster === undefined ? {} : { cluster }) },
    resource: uri,
    signal: context.mcpReq.signal,
    progress: () => {},
    confirmation: "impossible",
  });
  if (result.kind === "ask" || result.kind === "held") {
    throw new Error(`${kind.tool} asks before it reads`);
  }
  if (result.kind === "failed") {
    throw refusedBy(result.error, { uri, limited: caller.principal.limits !== null });
  }
  const { value } = result.finished;
  const held = kind.part ? kind.part(value, values) : value;
  if (held === undefined) throw new ResourceNotFoundError(uri);
  return { contents: [{ uri, mimeType: "application/json", text: JSON.stringify(held) }] };
}

function refusedBy(
  { code, message }: AppError,
  { uri, limited }: { uri: string; limited: boolean },
): ProtocolError {
  if (code === "not_found" || limited && code === "forbidden") {
    return new ResourceNotFoundError(uri);
  }
  if (code === "invalid") return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  return new ProtocolError(REFUSED, message, { code });
}
