import { INVALID_PARAMS } from "@modelcontextprotocol/server";
import { isRecord } from "../record.ts";
import type { TextFormat } from "./finished.ts";
import { idOf, type RpcError, rpcError } from "./json_rpc.ts";

/** How a caller without a handshake wants its texts: as `params.format` says, else as JSON. */
export function formatOf(message: Readonly<Record<string, unknown>>): TextFormat | RpcError {
  const { format = "json" } = isRecord(message.params) ? message.params : {};
  if (format === "json" || format === "text") return format;
  const text = "Invalid params: params.format is json or text";
  return rpcError({ code: INVALID_PARAMS, message: text }, idOf(message));
}
