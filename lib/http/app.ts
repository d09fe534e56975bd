import { type Context, Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Principal } from "../auth/principal.ts";
import { AppError, messageOf } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { chooseLanguage, type Language, type Messages, messagesIn } from "../mcp/messages.ts";
import type { Caller } from "../mcp/caller.ts";
import { refusal, REFUSED, UNAUTHORIZED } from "./answers.ts";
import { readJsonBody } from "./body.ts";
import type { UseLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import { type OriginRules, refusedHeader } from "./origin.ts";
import type { Readiness } from "./readiness.ts";

/** The MCP side, as HTTP sees it. */
export interface McpDoors {
  post(request: Request, body: object, caller: Caller): Promise<Response>;
  other(request: Request, caller: Caller): Promise<Response>;
  openSse(endpoint: string, caller: Caller): Promise<Response>;
  postSse(id: string, body: object, caller: Caller): Response | Promise<Response>;
}

export interface AppServices {
  readonly path: string;
  readonly scheme: "http" | "https";
  readonly maxBodyBytes: number;
  readonly language: Language;
  readonly origin: OriginRules;
  readonly doors: McpDoors;
  readonly limits: UseLimits;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly readiness: () => Promise<Readiness>;
  /** The caller's address, from the peer and trusted proxies' headers. */
  readonly address: (peer: string, headers: Headers) => string;
  /** @throws AppError `unauthorized`, or `unavailable` when nobody can tell */
  readonly authenticate: (token: string | null, address: string) => Promise<Principal>;
  readonly newId: () => string;
}

type Env = {
  Bindings: { peer: string };
  Variables: { requestId: string; language: Language; principal: Principal; body: object };
};

/** All routes. Everything but the health routes is behind the bearer gate. */
export function createApp(services: AppServices): Hono<Env> {
  const { doors, path } = services;
  const app = new Hono<Env>();
  app.use(beginRequest(services), checkOrigin(services));
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    const { ready, ...parts } = await services.readiness();
    return c.json({ status: ready ? "ok" : "unavailable", ...parts }, ready ? 200 : 503);
  });
  app.use(gate(services));
  app.get("/metrics", async (c) =>
    c.text(await services.metrics.text(), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    }));
  app.get(`${path}/sse`, (c) =>
    // Hono answers HEAD by the routes of GET; a stream that nobody reads must not be opened.
    c.req.method === "HEAD"
      ? c.body(null, 200, { "content-type": "text/event-stream" })
      : doors.openSse(`${path}/sse/messages`, callerOf(c, "sse")));
  app.post(
    `${path}/sse/messages`,
    withBody(services),
    (c) => doors.postSse(c.req.query("session_id") ?? "", c.get("body"), callerOf(c, "sse")),
  );
  for (const at of [path, `${path}/`]) {
    app.post(at, withBody(services), (c) => {
      const body = c.get("body");
      const door = "jsonrpc" in body || Array.isArray(body) ? "mcp" : "curl";
      return doors.post(c.req.raw, body, callerOf(c, door));
    });
    app.all(at, (c) => doors.other(c.req.raw, callerOf(c, "mcp")));
  }
  app.notFound((c) =>
    refusal(404, { code: REFUSED, message: `Nothing is served at ${c.req.path}: use ${path}` })
  );
  app.onError((error, c) => {
    services.log.error(`Request failed: ${messageOf(error)}`, {
      request_id: c.get("requestId"),
      stack: error.stack,
    });
    return refusal(500, { code: -32603, message: "Internal error: see the server's log" });
  });
  return app;
}

function callerOf(c: Context<Env>, door: string): Caller {
  return {
    principal: c.get("principal"),
    requestId: c.get("requestId"),
    language: c.get("language"),
    door,
  };
}

function beginRequest({ language, metrics, newId }: AppServices): MiddlewareHandler<Env> {
  return async (c, next) => {
    const requestId = newId();
    c.set("requestId", requestId);
    c.set("language", chooseLanguage(c.req.header("accept-language") ?? null, language));
    await next();
    metrics.answered(c.res.status);
    c.header("x-request-id", requestId);
  };
}

function checkOrigin({ origin, scheme }: AppServices): MiddlewareHandler<Env> {
  const allowed = cors({
    origin: [...origin.origins],
    exposeHeaders: ["Mcp-Session-Id", "X-Request-Id"],
  });
  return async (c, next) => {
    const refused = refusedHeader(origin, c.req.raw, scheme);
    const messages = messagesOf(c);
    if (refused === "host") return refusal(403, { code: REFUSED, message: messages.hostRefused });
    if (refused) return refusal(403, { code: REFUSED, message: messages.originRefused });
    if (origin.origins.length === 0) return await next();
    return await allowed(c, next);
  };
}

function gate(services: AppServices): MiddlewareHandler<Env> {
  const { limits, log, metrics } = services;
  return async (c, next) => {
    const messages = messagesOf(c);
    const address = services.address(c.env.peer, c.req.raw.headers);
    const lockedOut = await limits.loginAllowed(address);
    if (lockedOut !== undefined) return tooMany(messages, lockedOut);
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
    if (wait !== undefined) return tooMany(messages, wait);
    c.set("principal", principal);
    return await next();
  };
}

/** Reads the body. Only calls are held back for calls under way: cancelling one must stay possible. */
function withBody({ limits, maxBodyBytes }: AppServices): MiddlewareHandler<Env> {
  return async (c, next) => {
    const read = await readJsonBody(c.req.raw, maxBodyBytes);
    if ("refused" in read) return read.refused;
    c.set("body", read.body);
    const calls = countCalls(read.body);
    const { tokenId } = c.get("principal");
    const wait = (calls > 1 ? await limits.request(tokenId, calls - 1) : undefined) ??
      (calls > 0 ? limits.callAllowed(tokenId, calls) : undefined);
    return wait === undefined ? await next() : tooMany(messagesOf(c), wait);
  };
}

function countCalls(body: object): number {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  return messages.filter((message) =>
    typeof message === "object" && message !== null && "method" in message &&
    message.method === "tools/call"
  ).length;
}

function messagesOf(c: Context<Env>): Messages {
  return messagesIn(c.get("language"));
}

function tooMany(messages: Messages, seconds: number): Response {
  return refusal(
    429,
    { code: REFUSED, message: messages.rateExceeded },
    { "retry-after": String(seconds) },
  );
}

function bearerOf(header: string | undefined): string | null {
  return header?.match(/^Bearer +([^\s]+) *$/i)?.[1] ?? null;
}
