import { INVALID_PARAMS, INVALID_REQUEST } from "@modelcontextprotocol/server";
import { isRecord } from "../record.ts";

import { type Language, messagesIn } from "./messages.ts";

export { INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR } from "@modelcontextprotocol/server";

/** Codes of our own: no good token, no such session; and whatever else is refused. */
export const UNAUTHORIZED = -32001;
const SESSION_NOT_FOUND = -32001;
export const REFUSED = -32000;

/** A JSON-RPC error, ready to be sent. */
export interface RpcError {
  readonly jsonrpc: "2.0";
  readonly id: string | number | null;
  readonly error: { readonly code: number; readonly message: string };
}

/** An error in the form that MCP clients and curl users both can read. */
export function rpcError(
  error: { code: number; message: string },
  id: string | number | null = null,
): RpcError {
  return { jsonrpc: "2.0", id, error };
}

/** The HTTP answer that refuses a whole request. */
export function refusal(
  status: number,
  error: { code: number; message: string },
  headers: Record<string, string> = {},
): Response {
  return Response.json(rpcError(error), { status, headers });
}

/** The answer to who must come back later. */
export function tooMany(language: Language): Response {
  const message = messagesIn(language).rateExceeded;
  return refusal(429, { code: REFUSED, message }, { "retry-after": "1" });
}

/** The answer to an HTTP method that is none here. */
export function notAllowed(allow: string): Response {
  return refusal(405, { code: REFUSED, message: `Method not allowed: ${allow} here` }, { allow });
}

export function sessionNotFound(): Response {
  return refusal(404, { code: SESSION_NOT_FOUND, message: "Session not found: open a new one" });
}

/** The answer to an answer for which no call of this session waits on this instance. */
export const NOT_ASKED: RpcError = rpcError({
  code: INVALID_REQUEST,
  message: "Invalid request: no call of this session waits for that answer here",
});

/** The answer to a body that is no JSON-RPC request. */
export const NO_REQUEST: RpcError = rpcError({
  code: INVALID_REQUEST,
  message: "Invalid request: a JSON-RPC request has a method, and its params are an object",
});

/**
 * The answer to a `tools/call` that names no tool or whose arguments are no object; undefined for
 * every other body. The SDK would answer with many lines about its own schema.
 */
export function malformedCall(body: unknown): RpcError | undefined {
  if (!isRecord(body) || body.method !== "tools/call") return undefined;
  const { name, arguments: given } = isRecord(body.params) ? body.params : {};
  if (typeof name === "string" && (given === undefined || isRecord(given))) return undefined;
  const message =
    "Invalid params: tools/call takes params.name, a tool's name, and params.arguments, an object";
  return rpcError({ code: INVALID_PARAMS, message }, idOf(body));
}

/** The call that a message makes; undefined for every other message, and for a batch. */
export function toolCallOf(body: unknown): { tool: string; arguments: unknown } | undefined {
  if (!isRecord(body) || body.method !== "tools/call" || !isRecord(body.params)) return undefined;
  const { name, arguments: given } = body.params;
  return typeof name === "string" ? { tool: name, arguments: given } : undefined;
}

const RUNNING = new Set<unknown>(["tools/call", "resources/read", "tasks/get", "tasks/cancel"]);

/** True for a message that runs a tool: one that calls it, reads what it answers, or stops what it began. */
export function runsTool(message: unknown): message is Readonly<Record<string, unknown>> {
  return isRecord(message) && RUNNING.has(message.method);
}

/** The id that an answer to this message bears; null when it has none. */
export function idOf({ id }: Readonly<Record<string, unknown>>): string | number | null {
  return typeof id === "string" || typeof id === "number" ? id : null;
}
