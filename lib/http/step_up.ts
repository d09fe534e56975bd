import type { MiddlewareHandler } from "hono";
import { idOf, REFUSED, rpcError, toolCallOf } from "../mcp/json_rpc.ts";
import { callerOf, type Env, isSseMessage, transportOf } from "./request.ts";
import type { AppServices } from "./services.ts";

/**
 * Answers a call above the scope of a client's token with the status and the challenge by which an OAuth
 * client asks the person for more (MCP 2026-07-28, authorization). The call is refused, and leaves its row, as
 * any other; one in a batch, and one that the person's role does not allow, is told by its result alone.
 */
export function stepUp({ rest, resource }: AppServices): MiddlewareHandler<Env> {
  return async (c, next) => {
    const body = c.get("body");
    const call = toolCallOf(body);
    if (resource === null || call === undefined) return await next();
    const caller = callerOf(c, isSseMessage(c) ? "sse" : transportOf(body));
    const needed = rest.lacking(body, caller);
    if (needed === undefined) return await next();
    const result = await rest.call({ ...call, caller, signal: c.req.raw.signal });
    if (result.kind !== "failed") throw new Error("A call without its scope was not refused");
    const error = rpcError({ code: REFUSED, message: result.error.message }, idOf({ ...body }));
    return Response.json(error, {
      status: 403,
      headers: { "www-authenticate": resource.insufficientScope(needed) },
    });
  };
}
