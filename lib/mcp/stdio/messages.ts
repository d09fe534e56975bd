import { type JSONRPCMessage, parseJSONRPCMessage } from "@modelcontextprotocol/server";
import type { AppError } from "../../errors.ts";
import { isRecord } from "../../record.ts";
import { idOf, REFUSED, type RpcError, rpcError, UNAUTHORIZED } from "../json_rpc.ts";

export type Message = Readonly<Record<string, unknown>>;

/** The answer to a message whose sender may not ask for it; undefined where none is wanted. */
export function refusedBy(error: AppError, message: Message): RpcError | undefined {
  if (!("id" in message)) return undefined;
  const code = error.code === "unauthorized" ? UNAUTHORIZED : REFUSED;
  return rpcError({ code, message: error.message }, idOf(message));
}

/** The message that it is; undefined when it is none. */
export function parsed(body: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(body);
  } catch {
    return undefined;
  }
}

/** True for a request, and for a call that is none for want of an id. */
export function wantsSomething(message: unknown): message is Message {
  if (!isRecord(message) || !("method" in message)) return false;
  const { method } = message;
  return typeof method !== "string" || !method.startsWith("notifications/");
}
