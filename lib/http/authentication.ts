import type { MiddlewareHandler } from "hono";
import type { Principal } from "../auth/principal.ts";
import { AppError, messageOf } from "../errors.ts";
import { refusal, REFUSED, UNAUTHORIZED } from "../mcp/json_rpc.ts";
import { type Env, messagesOf, tooMany } from "./request.ts";
import type { AppServices } from "./services.ts";

/** Lets requests with a good token pass, as many as their rate allows; addresses that guess must wait. */
export function authentication(services: AppServices): MiddlewareHandler<Env> {
  const { limits, log, metrics } = services;
  return async (c, next) => {
    const messages = messagesOf(c);
    const address = services.address(c.env.peer, c.req.raw.headers);
    const lockedOut = await limits.loginAllowed(address);
    if (lockedOut !== undefined) return tooMany(c, lockedOut);
    const token = bearerOf(c.req.header("authorization"));
    let principal: Principal;
    try {
      principal = await services.authenticate(token, address);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code !== "unauthorized") {
        log.error(`Login could not be decided: ${error.message}`, { address });
        return refusal(503, { code: REFUSED, message: messages.unavailable }, {
          "retry-after": "5",
        });
      }
      metrics.loginFailed();
      log.warning(`Login failed: ${error.cause ? messageOf(error.cause) : "no token"}`, {
        address,
        path: c.req.path,
        request_id: c.get("requestId"),
      });
      if (token !== null) await limits.loginFailed(address);
      return refusal(
        401,
        { code: UNAUTHORIZED, message: messages.authenticationRequired },
        { "www-authenticate": 'Bearer realm="proxmox-mcp"' },
      );
    }
    const wait = await limits.request(principal.tokenId);
    if (wait !== undefined) return tooMany(c, wait);
    c.set("principal", principal);
    return await next();
  };
}

function bearerOf(header: string | undefined): string | null {
  return header?.match(/^Bearer +([^\s]+) *$/i)?.[1] ?? null;
}
