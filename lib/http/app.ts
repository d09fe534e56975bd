import { type Context, Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { holderOf } from "../auth/principal.ts";
import { AppError, messageOf } from "../errors.ts";
import { callsOf } from "../mcp/call_ledger.ts";
import { INTERNAL_ERROR, refusal, REFUSED } from "../mcp/json_rpc.ts";
import { authentication } from "./authentication.ts";
import { readJsonBody } from "./body.ts";
import { BodyBudget } from "./body_budget.ts";
import { languageOf } from "./language.ts";
import { refusedHeader } from "./origin.ts";
import { isBrowsing, refusalPage } from "./page.ts";
import { servePages } from "./pages/mod.ts";
import { callerOf, type Env, isSseMessage, messagesOf, tooMany, transportOf } from "./request.ts";
import { serveMetadata } from "./resource_metadata.ts";
import { addRestRoutes, asProblems, restMessage } from "./rest.ts";
import type { AppServices } from "./services.ts";
import { stepUp } from "./step_up.ts";

/** All routes. Every one but the health routes asks for a bearer token; what is no route is nobody's secret. */
export function createApp(services: AppServices): Hono<Env> {
  const { transports, path } = services;
  const app = new Hono<Env>();
  const gate = authentication(services);
  const bodies = new BodyBudget(services.maxBodyBytes, services.workers);
  const readBody = withBody(services, {
    bodies,
    doorOf: (c, body) => isSseMessage(c) ? "sse" : transportOf(body),
  });
  const readCall = withBody(services, {
    bodies,
    doorOf: () => "rest",
    messageOf: restMessage,
    bodyless: {},
  });
  const step = stepUp(services);
  app.use(beginRequest(services), asProblems);
  if (services.resource) serveMetadata(app, services.resource);
  services.signIn?.serveClients(app, services);
  app.use(checkOrigin(services));
  if (services.pages) {
    servePages(app, { ...services, pages: services.pages });
    services.signIn?.servePeople(app, { ...services, pages: services.pages });
  }
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    const { ready, clusters, ...parts } = await services.readiness();
    const status = ready ? "ok" : "unavailable";
    return c.json({ status, ...parts, ...eachOf(clusters) }, ready ? 200 : 503);
  });
  app.get("/metrics", gate, async (c) =>
    c.text(await services.metrics.text(), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    }));
  app.get(`${path}/sse`, gate, (c) =>
    // Hono answers HEAD by the routes of GET; a stream that nobody reads must not be opened.
    c.req.method === "HEAD"
      ? c.body(null, 200, { "content-type": "text/event-stream" })
      : transports.openSse(`${path}/sse/messages`, callerOf(c, "sse")));
  app.post(
    `${path}/sse/messages`,
    gate,
    readBody,
    step,
    (c) => transports.postSse(c.req.query("session_id") ?? "", c.get("body"), callerOf(c, "sse")),
  );
  for (const at of [path, `${path}/`]) {
    app.post(at, gate, readBody, step, (c) => {
      const body = c.get("body");
      return transports.post(c.req.raw, body, callerOf(c, transportOf(body)));
    });
    app.all(at, gate, (c) => transports.other(c.req.raw, callerOf(c, "mcp")));
  }
  addRestRoutes(app, services, { gate, readCall });
  app.notFound((c) =>
    c.req.path === "/" && isBrowsing(c)
      ? refusalPage(404, c.get("language"))
      : refusal(404, { code: REFUSED, message: `Nothing is served at ${c.req.path}: use ${path}` })
  );
  app.onError((error, c) => {
    const message = `Request failed: ${messageOf(error)}`;
    const away = error instanceof AppError && error.code === "unavailable";
    const fields = { request_id: c.get("requestId"), ...(away ? {} : { stack: error.stack }) };
    if (c.get("principal")) services.log.error(message, fields);
    else services.strangers.write("error", { message, path: c.req.path, fields });
    if (away) {
      const told = messagesOf(c).unavailable;
      return refusal(503, { code: REFUSED, message: told }, { "retry-after": "5" });
    }
    return refusal(500, { code: INTERNAL_ERROR, message: "Internal error: see the server's log" });
  });
  return app;
}

function beginRequest({ language, metrics, newId }: AppServices): MiddlewareHandler<Env> {
  return async (c, next) => {
    const requestId = newId();
    c.set("requestId", requestId);
    c.set("language", languageOf(c, language));
    await next();
    metrics.answered(c.res.status);
    // Hono's own way would make another answer of it, and a stream of its body.
    const { headers } = c.res;
    headers.set("x-request-id", requestId);
    headers.set("x-content-type-options", "nosniff");
    const events = headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    // nginx would keep events until its buffer is full or the stream ends.
    if (events) headers.set("x-accel-buffering", "no");
    else headers.set("cache-control", "no-store");
  };
}

function checkOrigin({ origin, scheme, resource }: AppServices): MiddlewareHandler<Env> {
  const allowed = cors({
    origin: [...origin.origins],
    exposeHeaders: ["Mcp-Session-Id", "X-Request-Id", ...(resource ? ["WWW-Authenticate"] : [])],
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

interface Reading {
  readonly bodies: BodyBudget;
  /** By which way a body came, for its rows. */
  readonly doorOf: (c: Context<Env>, body: object) => string;
  /** The JSON-RPC message, or the batch, that a body stands for; itself when not given. */
  readonly messageOf?: (c: Context<Env>, body: object) => object;
  /** What a request without a body brings; it is refused when not given. */
  readonly bodyless?: object;
}

/** Reads the body. Only calls are held back for calls under way: cancelling one must stay possible. */
function withBody(
  { limits, refused, maxBodyBytes }: AppServices,
  { bodies, doorOf, messageOf = (_, body) => body, bodyless }: Reading,
): MiddlewareHandler<Env> {
  return async (c, next) => {
    const principal = c.get("principal");
    const holder = holderOf(principal);
    using held = bodies.open(holder);
    const read = bodyless && hasNoBody(c.req.raw)
      ? { body: bodyless }
      : await readJsonBody(c.req.raw, {
        maxBytes: maxBodyBytes,
        keep: (bytes) => held.take(bytes) ? undefined : tooMany(c, 1),
      });
    if ("refused" in read) {
      const { batch, reason } = read;
      const caller = callerOf(c, doorOf(c, batch ?? []));
      if (batch) await refused.note(caller, { body: batch, reason });
      else if (read.refused.status === 429) await refused.note(caller);
      return read.refused;
    }
    const body = messageOf(c, read.body);
    c.set("body", body);
    const calls = callsOf(body).length;
    const wait = (calls > 1 ? await limits.request(principal.tokenId, calls - 1) : undefined) ??
      (calls > 0 ? limits.callAllowed(holder, calls) : undefined);
    if (wait === undefined) return await next();
    await refused.note(callerOf(c, doorOf(c, body)), { body });
    return tooMany(c, wait);
  };
}

function hasNoBody({ headers }: Request): boolean {
  return (headers.get("content-length") ?? "0") === "0" && !headers.has("transfer-encoding");
}

/** How each of several clusters stands; of one alone `proxmox` tells it. */
function eachOf(clusters: ReadonlyMap<string, boolean>) {
  if (clusters.size === 1) return {};
  const states = [...clusters].map(([name, answers]) => [name, answers ? "ok" : "unavailable"]);
  return { clusters: Object.fromEntries(states) };
}
