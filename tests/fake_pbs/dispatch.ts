import { apidoc } from "./apidoc.ts";
import { complaintOf } from "../fake_pve/answers.ts";
import type { Answer, Incoming } from "../fake_pve/dispatch.ts";
import { type AuthId, checkPermissions } from "./access.ts";
import { authenticate } from "./authenticate.ts";
import { decoded, parametersOf } from "./body.ts";
import type { PbsMethod, Route } from "./contract.ts";
import { PbsError } from "./errors.ts";
import { validate } from "./params.ts";
import { exceptions } from "./recorded.ts";
import { settle } from "./tasks.ts";
import { type Call, Download, Enveloped, type Handlers, type PbsWorld } from "./world.ts";

const json = "application/json;charset=UTF-8";
/** Every failed login takes the browser's cookie away. */
const noCookie =
  "__Host-PBSAuthCookie=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Lax; HttpOnly; Path=/;";

export interface Served {
  world: PbsWorld;
  handlers: Handlers;
}

export function dispatch(served: Served, request: Incoming): Answer {
  const { world } = served;
  const [rawPath = "", query = ""] = request.url.split("?");
  const [api, format = "", ...rest] = rawPath.split("/").slice(1);
  const who: { id: AuthId } = { id: "" };
  try {
    if (rawPath === "/docs/api-viewer/apidoc.js" && world.state.docs) {
      return {
        status: 200,
        reason: "OK",
        type: "text/javascript",
        body: apidoc(),
        authorized: true,
      };
    }
    if (api !== "api2") {
      throw new PbsError(404, `no such file: '${rawPath.slice(1)}'`, { bare: true });
    }
    if (format !== "json" && format !== "extjs") {
      throw new PbsError(400, `Unsupported output format '${format}'.`, { bare: true });
    }
    const segments = rest.filter((part) => part !== "").map(decoded);
    const route = world.contract.find(request.method, segments);
    const open = route?.api.permissions.user === "world";
    who.id = authenticate(world, request, open);
    if (!route || world.state.lacks.has(route.api.path)) {
      throw new PbsError(404, `Path '${decoded(rawPath)}' not found.`);
    }
    settle(world);
    const data = run(served, { route, who: who.id, request, query });
    return ok(data, format, who.id);
  } catch (error) {
    return failure(world, error, { request, format, who: who.id });
  }
}

interface Running {
  route: Route;
  who: AuthId;
  request: Incoming;
  query: string;
}

/** A method as an older server has it. */
function without(api: PbsMethod, lacks: ReadonlySet<string>): PbsMethod {
  const known = Object.entries(api.parameters).filter(([name]) => !lacks.has(name));
  return { ...api, parameters: Object.fromEntries(known) };
}

function run({ handlers, world }: Served, { route, who, request, query }: Running): unknown {
  const { api, uri } = route;
  const { state } = world;
  checkPermissions(state, who, { permissions: api.permissions, uri });
  if (api.protected && api.method !== "GET" && state.apiDown) {
    throw new PbsError(400, "client error (Connect)");
  }
  const contentType = request.headers["content-type"];
  const sent = parametersOf({ contentType, query, body: request.body });
  const params = validate(without(api, state.lacks), sent, uri);
  const call: Call = { world, state, who, api, params };
  const name = `${api.method} ${api.path}`;
  const handler = handlers[name] ?? indexOf(call);
  if (!handler) throw new PbsError(501, `not simulated: ${name}`);
  const data = handler(call);
  checkAnswer(call, data);
  return data;
}

/** Most folders list what is in them. */
function indexOf({ api, world }: Call): (() => unknown) | undefined {
  const keys = Object.keys(api.returns.items?.properties ?? {});
  const names = world.contract.below(api.path).filter((name) => !name.startsWith("_"));
  if (api.method !== "GET" || keys.join() !== "subdir" || !names.length) return undefined;
  return () => names.sort().map((subdir) => ({ subdir }));
}

function checkAnswer({ api }: Call, answer: unknown): void {
  if (answer instanceof Download) return;
  const enveloped = answer instanceof Enveloped;
  const data = enveloped ? answer.data : answer;
  const name = `${api.method} ${api.path}`;
  const rules = { exceptions: exceptions[name] ?? {}, open: false };
  const complaint = complaintOf(api.returns, data, rules) ??
    Object.keys(enveloped ? answer.beside : {}).find((beside) => !api.envelope?.includes(beside));
  if (complaint) throw new Error(`the answer does not fit the contract: ${complaint}`);
}

function ok(answer: unknown, format: string, who: AuthId): Answer {
  const authorized = who !== "";
  if (answer instanceof Download) {
    const { text, type, name } = answer;
    const headers: Record<string, string> = name === undefined
      ? {}
      : { "Content-Disposition": `attachment; filename=${name}` };
    return { status: 200, reason: "OK", type, headers, body: text, authorized };
  }
  const { data, beside } = answer instanceof Enveloped ? answer : new Enveloped(answer, {});
  const body = {
    data: data ?? null,
    ...beside,
    ...(format === "extjs" ? { success: true, status: 200 } : {}),
  };
  return { status: 200, reason: "OK", type: json, body: JSON.stringify(body), authorized };
}

/** Anything but a refusal is a fault of the simulator, which `close` tells. */
function failure(
  world: PbsWorld,
  error: unknown,
  { request, format, who }: { request: Incoming; format: string; who: AuthId },
): Answer {
  const refusal = error instanceof PbsError ? error : faultOf(world, error, request);
  const { message, more, status } = refusal;
  const waitMs = more.wait ? world.state.delays[more.wait] : 0;
  const common = { waitMs, authorized: who !== "" };
  if (format === "extjs" && status !== 401 && !more.bare) {
    const told = more.errors
      ? { message: "parameter verification errors", errors: more.errors }
      : { message, errors: {} };
    const body = JSON.stringify({ ...told, status, success: false });
    return { ...common, status: 200, reason: "OK", type: json, body };
  }
  return {
    ...common,
    status,
    reason: reasons[status] ?? "Internal Server Error",
    ...(more.bare ? {} : { type: json }),
    ...(status === 401 ? { headers: { "Set-Cookie": noCookie } } : {}),
    body: message,
  };
}

const reasons: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  501: "Not Implemented",
};

function faultOf(world: PbsWorld, error: unknown, { method, url }: Incoming): PbsError {
  const fault = `${method} ${url}: ${error instanceof Error ? error.message : error}`;
  world.faults.push(fault);
  return new PbsError(500, `simulator fault: ${fault}`);
}
