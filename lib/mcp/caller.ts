import type { AuthInfo, ServerContext } from "@modelcontextprotocol/server";
import type { Principal } from "../auth/principal.ts";
import type { ToolsetChoice } from "../tool/toolsets.ts";
import type { TextFormat } from "./finished.ts";
import type { Language } from "./messages.ts";

/** Who makes a request and by which transport it came: what the HTTP side knows and the MCP side needs. */
export interface Caller {
  readonly principal: Principal;
  readonly requestId: string;
  readonly transport: string;
  readonly language: Language;
  /** The caller's span, as Trace Context writes it, where its message tells of one; unchecked. */
  readonly traceparent?: string | undefined;
  /** The toolsets that its connection asks to be shown, which may not exist. */
  readonly toolsets: ToolsetChoice;
  /** How it reads answers; default: as text, which JSON stands beside. */
  readonly format?: TextFormat;
  /** Told the id of the message of each call whose row the pipeline will leave. */
  readonly began?: (id: unknown) => void;
  /** Takes the result as JSON, where that is at hand; what is then answered only stands in for it. */
  readonly write?: (result: string) => void;
  /** True once the token has ended: a person may answer after that. */
  readonly hasEnded?: () => boolean;
}

/** Wraps a caller for its way through the SDK. The raw token is not passed on. */
export function authInfoOf(caller: Caller): AuthInfo {
  const { user, scope } = caller.principal;
  return { token: "", clientId: user, scopes: [scope], extra: { caller } };
}

/** The caller of the request being handled; a request without one was not authenticated. */
export function callerOf(context: ServerContext): Caller {
  const caller = context.http?.authInfo?.extra?.caller;
  if (caller === undefined) throw new Error("A request reached MCP without authentication");
  // A header of this name is for the runtime, which makes a span of the HTTP request.
  const { traceparent } = context.mcpReq._meta ?? {};
  return { ...caller as Caller, ...(typeof traceparent === "string" ? { traceparent } : {}) };
}
