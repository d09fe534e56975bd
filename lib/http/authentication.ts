import type { Context, MiddlewareHandler } from "hono";
import type { Principal } from "../auth/principal.ts";
import { BearerEnded } from "../auth/bearer.ts";
import { AppError, messageOf } from "../errors.ts";
import { refusal, REFUSED, UNAUTHORIZED } from "../mcp/json_rpc.ts";
import type { Wait } from "./counters.ts";
import { isBrowsing, refusalPage } from "./page.ts";
import { callerOf, type Env, messagesOf, tooMany } from "./request.ts";
import type { AppServices } from "./services.ts";

/**
 * Lets requests with a good token pass, as many as their rate allows, wherever they come from; addresses
 * that guess must wait.
 */
export function authentication(services: AppServices): MiddlewareHandler<Env> {
  const { limits, strangers } = services;
  return async (c, next) => {
    const address = services.address(c.env.peer, c.req.raw.headers);
    const token = bearerOf(c.req.header("authorization"));
    const likely = limits.areShared ? services.likelyToken(token, address) : undefined;
    let principal: Principal;
    let wait: Wait;
    try {
      // Where both ask the database, one round trip is enough.
      [principal, wait] = await Promise.all([
        services.authenticate(token, address),
        likely === undefined ? undefined : limits.request(likely),
      ]);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "unauthorized") {
        return await refused(c, { services, token, address, error });
      }
      const { message: reason } = error.cause instanceof AppError ? error.cause : error;
      const message = `Login could not be decided: ${reason}`;
      strangers.write("error", { message, path: c.req.path, fields: { address } });
      return refusal(503, { code: REFUSED, message: messagesOf(c).unavailable }, {
        "retry-after": "5",
      });
    }
    if (principal.tokenId !== likely) wait = await limits.request(principal.tokenId);
    c.set("principal", principal);
    if (wait !== undefined) {
      if (c.req.method === "POST") await services.refused.note(callerOf(c, "mcp"));
      return tooMany(c, wait);
    }
    return await next();
  };
}

async function refused(
  c: Context<Env>,
  { services, token, address, error }: {
    services: AppServices;
    token: string | null;
    address: string;
    error: AppError;
  },
): Promise<Response> {
  const guess = error instanceof BearerEnded ? null : token;
  const lockedOut = await failedLogin(c, { services, token: guess, address, error });
  if (lockedOut !== undefined) return tooMany(c, lockedOut);
  const challenge = {
    "www-authenticate": services.resource?.unauthorized({ tokenGiven: token !== null }) ??
      'Bearer realm="proxmox-mcp"',
  };
  const visited = c.req.path.replace(/\/$/, "") === services.path.replace(/\/$/, "");
  if (token === null && visited && isBrowsing(c)) {
    return refusalPage(401, c.get("language"), challenge);
  }
  const message = messagesOf(c).authenticationRequired;
  return refusal(401, { code: UNAUTHORIZED, message }, challenge);
}

/** Notes a login that failed; resolves with the seconds that the address must wait, where it must. */
export async function failedLogin(
  c: Context<Env>,
  { services, token, address, error }: {
    services: Pick<AppServices, "limits" | "log" | "metrics" | "strangers">;
    token: string | null;
    address: string;
    error: AppError;
  },
): Promise<number | undefined> {
  const { limits, log, metrics, strangers } = services;
  metrics.loginFailed();
  strangers.write("warning", {
    message: `Login failed: ${error.cause ? messageOf(error.cause) : "no token"}`,
    path: c.req.path,
    fields: { address, request_id: c.get("requestId") },
  });
  if (token === null) return undefined;
  const lockedOut = await limits.addresses.allowed(address);
  if (lockedOut !== undefined) return lockedOut;
  const seconds = await limits.addresses.failed(address, token);
  if (seconds !== undefined) {
    log.warning(
      `Locked out for ${seconds} seconds after too many wrong tokens; good ones still pass. If the ` +
        "address is a proxy's, name it in server.trusted_proxies",
      { address },
    );
  }
  return undefined;
}

function bearerOf(header: string | undefined): string | null {
  return header?.match(/^Bearer +([^\s]+) *$/i)?.[1] ?? null;
}
