import type { IncomingHttpHeaders } from "node:http";
import { checkPermissions } from "./access.ts";
import { answerComplaint } from "./answers.ts";
import { apidoc } from "./apidoc.ts";
import { decodeBody, decodeForm } from "./body.ts";
import type { Route } from "./contract.ts";
import { BareStatus, PveError, refuse } from "./errors.ts";
import { answerByContract } from "./fallback.ts";
import { type Identity, ownerOf } from "./identity.ts";
import { settle } from "./tasks.ts";
import { resolved } from "./composed.ts";
import { Params, type Raw, validate } from "./validate.ts";
import { type Call, type Handlers, Listed, type World } from "./world.ts";

export interface Incoming {
  method: string;
  /** Path and query as received. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Uint8Array;
}

export interface Answer {
  status: number;
  reason: string;
  type?: string;
  body: string;
  headers?: Record<string, string>;
  /** Whether the body is compressed on the way. */
  deflated?: boolean;
  /** Milliseconds before it is sent; default 0. */
  waitMs?: number;
  /** False when nobody could be made out to have sent the request. */
  authorized: boolean;
}

const json = "application/json;charset=UTF-8";
const verbs = new Set(["GET", "POST", "PUT", "DELETE"]);
const noTokens = /^(?:PUT \/access\/password|(?:POST|PUT|DELETE) \/access\/tfa\/.*)$/;
const sinceVersion9 = /^\/cluster\/ha\/rules|\/oci-registry-pull$|\/query-oci-repo-tags$/;
const rootOnly = ["skiplock", "stateuri", "migratedfrom", "keepActive", "nocheck"];

export interface Served {
  world: World;
  handlers: Handlers;
  apidoc: boolean;
}

/** What a handler has to wait for is answered later. */
export function dispatch(served: Served, request: Incoming): Answer | Promise<Answer> {
  let authorized = false;
  try {
    if (!verbs.has(request.method)) {
      throw new BareStatus(501, `method '${request.method}' not available`);
    }
    const [rawPath = "", query = ""] = request.url.split("?");
    if (request.method === "GET" && rawPath === "/pve-docs/api-viewer/apidoc.js" && served.apidoc) {
      const text = apidoc(served.world.state.composed);
      return { status: 200, reason: "OK", type: "application/javascript", body: text, authorized };
    }
    if (!rawPath.startsWith("/api2/json/")) throw new BareStatus(404, `no such file '${rawPath}'`);
    const path = unescape(rawPath.slice("/api2/json".length));
    const route = served.world.contract.find(request.method, path);
    const open = route?.api.permissions.user === "world";
    const who = authenticate(served.world, request, open);
    authorized = who !== undefined;
    const sent = decodeBody(request.method, request.headers["content-type"], request.body);
    const absent = served.world.version8() && sinceVersion9.test(route?.api.path ?? "");
    if (!route || absent) {
      throw new PveError(501, `Method '${request.method} ${path}' not implemented`);
    }
    settle(served.world);
    const raw = { ...decodeForm(query), ...sent };
    const data = run(served, route, who ?? { user: "", privsep: false }, raw);
    if (!(data instanceof Promise)) return ok(data, authorized);
    return data.then(
      (data) => ok(data, authorized),
      (error) => failure(served.world, error, { request, authorized }),
    );
  } catch (error) {
    return failure(served.world, error, { request, authorized });
  }
}

function unescape(path: string): string {
  return path.replace(/(?:%[0-9a-fA-F]{2})+/g, (code) => {
    try {
      return decodeURIComponent(code);
    } catch {
      return code;
    }
  });
}

function authenticate(world: World, request: Incoming, open: boolean): Identity | undefined {
  const { authorization, cookie, csrfpreventiontoken: csrf } = request.headers;
  const given = /^PVEAPIToken[= ]\s*(.*)$/.exec(authorization ?? "")?.[1];
  if (given === undefined) {
    if (cookie?.includes("PVEAuthCookie=") && request.method !== "GET" && !csrf) {
      throw new BareStatus(401, "Permission denied - invalid csrf token");
    }
    if (open) return undefined;
    throw new BareStatus(401, "No ticket");
  }
  const [, user, name, value] = /^([^!\s]+)!([^=\s]+)=(\S+)$/.exec(unescape(given)) ?? [];
  const token = world.state.tokens.find((one) =>
    one.user === user && one.name === name && one.value === value
  );
  const owner = token && world.state.users.get(token.user);
  const expired = (time: number) => time > 0 && time < world.seconds();
  if (!token || !owner?.enable || expired(token.expire) || expired(owner.expire)) {
    throw new BareStatus(401, "Authentication failed!");
  }
  return { user: token.user, token: token.name, privsep: token.privsep };
}

function run(
  served: Served,
  route: Route,
  who: Identity,
  sent: Raw,
): unknown {
  const { world } = served;
  const { api, uri } = route;
  if (who.token && noTokens.test(`${api.method} ${api.path}`)) {
    throw new PveError(
      403,
      `Permission check failed (URI '${api.path}' not available with API token, need proper ticket.\n)`,
    );
  }
  const raw: Raw = { ...sent };
  for (const [name, value] of Object.entries(uri)) {
    if (sent[name] !== undefined && sent[name] !== null && String(sent[name]) !== value) {
      refuse({ [name]: "duplicate parameter (already defined in URI) with conflicting values!" });
    }
    raw[name] = value;
  }
  if (api.permissions.user !== "world") checkPermissions(world.state, who, api.permissions, raw);
  reachNode(world, api.path, raw);
  const params = new Params(validate(world.state.composed ? resolved(api, raw) : api, raw));
  for (const name of rootOnly) {
    if (params.has(name) && ownerOf(who) !== "root@pam") {
      refuse({ [name]: "Only root may use this option." });
    }
  }
  requireQuorum(world, api.method, api.path);
  const call: Call = { world, state: world.state, who, api, params };
  const handler = served.handlers[`${api.method} ${api.path}`] ?? answerByContract;
  const data = handler(call);
  return data instanceof Promise ? data.then((data) => fitting(api, data)) : fitting(api, data);
}

function fitting(api: Route["api"], data: unknown): unknown {
  const complaint = answerComplaint(api, data instanceof Listed ? data.data : data);
  if (complaint) throw new Error(`the answer does not fit the contract: ${complaint}`);
  return data;
}

/** Requests for a node are passed on to it: unknown names don't resolve, dead nodes don't answer. */
function reachNode(world: World, template: string, raw: Raw): void {
  if (!template.startsWith("/nodes/{node}")) return;
  const name = String(raw.node);
  if (name === "localhost") raw.node = world.local;
  const node = world.state.nodes.get(String(raw.node));
  if (!node) {
    throw new PveError(
      500,
      `hostname lookup '${name}' failed - failed to get address info for: ${name}: Temporary failure in name resolution`,
    );
  }
  if (!node.online) throw new BareStatus(595, node.downReason);
}

/** Refused later, by the configuration file or in the task (outage.txt, outage2.txt). */
const withoutQuorum =
  /\/agent(?:\/|$)|\/tasks\/\{upid\}$|^\/access\/ticket$|\/config$|\/resize$|\/vzdump$|\/snapshot$/;

function requireQuorum(world: World, method: string, template: string): void {
  if (method === "GET" || world.quorate() || withoutQuorum.test(template)) return;
  throw new PveError(500, "cluster not ready - no quorum?");
}

function ok(data: unknown, authorized: boolean): Answer {
  const body = data instanceof Listed ? { ...data } : { data: data ?? null };
  return { status: 200, reason: "OK", type: json, body: JSON.stringify(body), authorized };
}

/** Anything but a refusal is a fault of the simulator, which `close` tells. */
function failure(
  world: World,
  error: unknown,
  { request, authorized }: { request: Incoming; authorized: boolean },
): Answer {
  if (error instanceof BareStatus) {
    return { status: error.status, reason: error.reason, body: error.body, authorized };
  }
  const refusal = error instanceof PveError ? error : faultOf(world, error, request);
  const { status, message, errors } = refusal;
  const body = {
    message: status === 501 ? message : `${message}\n`,
    data: null,
    ...(errors ? { errors } : {}),
  };
  return {
    status,
    reason: message.split("\n")[0] ?? "",
    type: json,
    body: JSON.stringify(body),
    authorized,
  };
}

function faultOf(world: World, error: unknown, { method, url }: Incoming): PveError {
  const fault = `${method} ${url}: ${error instanceof Error ? error.message : error}`;
  world.faults.push(fault);
  return new PveError(500, `simulator fault: ${fault}`);
}
