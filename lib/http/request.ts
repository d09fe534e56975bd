import type { Context } from "hono";
import type { Principal } from "../auth/principal.ts";
import type { Caller } from "../mcp/caller.ts";
import { refusal, REFUSED } from "../mcp/json_rpc.ts";
import { type Language, type Messages, messagesIn } from "../mcp/messages.ts";

/** What a request brings and what is found out about it on its way. */
export type Env = {
  Bindings: { peer: string };
  Variables: { requestId: string; language: Language; principal: Principal; body: object };
};

/** Who makes an authenticated request, for the MCP side. */
export function callerOf(c: Context<Env>, transport: string): Caller {
  return {
    principal: c.get("principal"),
    requestId: c.get("requestId"),
    language: c.get("language"),
    toolsets: toolsetsOf(c),
    transport,
  };
}

/** By which way a body on the path of MCP came, for its rows. */
export function transportOf(body: object): string {
  return "jsonrpc" in body || Array.isArray(body) ? "mcp" : "curl";
}

/** True for what is sent to the endpoint of an SSE stream. */
export function isSseMessage({ req }: Context<Env>): boolean {
  return req.path.endsWith("/sse/messages");
}

/** What `?toolsets=core,backups` asks to be shown, or else the header. */
function toolsetsOf({ req }: Context<Env>): Caller["toolsets"] {
  const asked = req.queries("toolsets")?.join() ?? req.header("x-mcp-toolsets") ?? "";
  const names = asked.split(",").map((name) => name.trim()).filter((name) => name !== "");
  return names.length === 0 ? null : [...new Set(names)];
}

export function messagesOf(c: Context<Env>): Messages {
  return messagesIn(c.get("language"));
}

/** The answer to who must wait so many seconds. */
export function tooMany(c: Context<Env>, seconds: number): Response {
  return refusal(
    429,
    { code: REFUSED, message: messagesOf(c).rateExceeded },
    { "retry-after": String(seconds) },
  );
}
