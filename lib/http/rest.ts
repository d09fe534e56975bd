import type { Context, Hono, MiddlewareHandler } from "hono";
import type { ErrorCode } from "../errors.ts";
import { PICTURE_TYPE } from "../mcp/finished.ts";
import { PROBLEMS, REST_PATH } from "../mcp/openapi.ts";
import { notAllowed } from "../mcp/json_rpc.ts";
import { callerOf, type Env } from "./request.ts";
import type { AppServices } from "./services.ts";

/** Where the description of the tools is served. */
const OPENAPI_PATH = "/openapi.json";

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unavailable: 503,
  timeout: 504,
  internal: 500,
};

interface RestRoutes {
  readonly gate: MiddlewareHandler<Env>;
  /** Reads the body of a call of the tool that the path names. */
  readonly readCall: MiddlewareHandler<Env>;
}

/** The tools as plain HTTP: arguments in, value out, failures as problems (RFC 9457). */
export function addRestRoutes(
  app: Hono<Env>,
  { rest, resource }: Pick<AppServices, "rest" | "resource">,
  { gate, readCall }: RestRoutes,
): void {
  app.get(OPENAPI_PATH, gate, async (c) => c.json(await rest.describe(c.get("principal"))));
  app.post(`${REST_PATH}/:tool`, gate, readCall, async (c) => {
    const tool = c.req.param("tool");
    const body = c.get("body") as RestMessage;
    const caller = callerOf(c, "rest");
    const needed = rest.lacking(body, caller);
    const result = await rest.call({
      tool,
      arguments: body.params.arguments,
      caller,
      signal: c.req.raw.signal,
    });
    if (result.kind === "done" || result.kind === "held") {
      const { json, picture } = result.finished;
      if (picture) return c.body(picture, 200, { "content-type": PICTURE_TYPE });
      const status = result.kind === "done" ? 200 : 202;
      return c.body(json, status, { "content-type": "application/json" });
    }
    if (result.kind === "ask") throw new Error(`${tool} asks who cannot be asked`);
    const { code, message } = result.error;
    const kind = rest.has(tool) ? code : "not_found";
    const told = problem(c, { status: STATUS[kind], detail: message, code: kind });
    if (needed && resource) {
      told.headers.set("www-authenticate", resource.insufficientScope(needed));
    }
    return told;
  });
  for (const path of [`${REST_PATH}/:tool`, OPENAPI_PATH]) {
    app.all(path, gate, () => notAllowed(path === OPENAPI_PATH ? "GET" : "POST"));
  }
}

/** A call of the REST interface as the rest of the house knows calls. */
export interface RestMessage {
  readonly method: "tools/call";
  readonly params: { readonly name: string; readonly arguments: object };
}

/** The call that a path and a body make. */
export function restMessage(c: Context<Env>, body: object): RestMessage {
  return { method: "tools/call", params: { name: c.req.param("tool") ?? "", arguments: body } };
}

/** Tells refusals of the whole request, which are JSON-RPC errors elsewhere, as problems. */
export const asProblems: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  if (c.req.path !== OPENAPI_PATH && !c.req.path.startsWith(`${REST_PATH}/`)) return;
  const { res } = c;
  if (res.ok || !res.headers.get("content-type")?.startsWith("application/json")) return;
  const { error } = await res.json();
  const told = problem(c, { status: res.status, detail: error.message });
  for (const [name, value] of res.headers) {
    if (!/^content-/.test(name)) told.headers.set(name, value);
  }
  c.res = undefined;
  c.res = told;
};

function problem(
  c: Context<Env>,
  { status, ...told }: { status: number; detail: string; code?: ErrorCode },
): Response {
  const title = PROBLEMS[status] ?? "Failed";
  const body = { type: "about:blank", title, status, ...told, request_id: c.get("requestId") };
  const headers = { "content-type": "application/problem+json" };
  return new Response(JSON.stringify(body), { status, headers });
}
