import {
  createMcpHandler,
  isInitializeRequest,
  isJSONRPCRequest,
  isLegacyRequest,
  type JSONRPCMessage,
  type McpHttpHandler,
  parseJSONRPCMessage,
} from "@modelcontextprotocol/server";
import { CallLedger } from "./call_ledger.ts";
import { authInfoOf, type Caller } from "./caller.ts";
import { Heartbeat } from "./heartbeat.ts";
import { HttpSessions } from "./http_sessions.ts";
import {
  INVALID_REQUEST,
  malformedCall,
  NO_REQUEST,
  notAllowed,
  refusal,
  sessionNotFound,
  tooMany,
} from "./json_rpc.ts";
import { Listens } from "./listens.ts";
import { LISTEN } from "./resources/listening.ts";
import { createMcpServer, type McpServices, within } from "./server.ts";
import { Places } from "./places.ts";
import { ReadyResult } from "./ready_result.ts";
import { type Posted, Sessionless } from "./sessionless.ts";
import { Sessions } from "./sessions.ts";
import { SseSession } from "./sse.ts";
import type { Ask } from "../siblings/messages.ts";
import { missingToolset } from "../tool/toolsets.ts";

const SSE_IDLE_MS = 10 * 60_000;
/** More than clients let pass between what belongs together. */
const SSE_REST_MS = 20_000;

/**
 * The transports into MCP: Streamable HTTP of today (stateless) and of the older revisions (sessions),
 * plain JSON without any handshake, and HTTP+SSE. Every request has been authenticated before.
 */
export class Transports {
  readonly #services: McpServices;
  readonly #modern: McpHttpHandler;
  readonly #heartbeat = new Heartbeat();
  readonly #listens: Listens;
  readonly #http: HttpSessions;
  readonly #sse: Sessions<SseSession>;
  readonly #sessionless: Sessionless;

  constructor(services: McpServices) {
    const { siblings } = services;
    this.#services = services;
    this.#modern = createMcpHandler(() => createMcpServer(services), {
      legacy: "reject",
      onerror: (error) => services.log.debug(`MCP request refused: ${error.message}`),
    });
    this.#listens = new Listens(services, this.#heartbeat);
    this.#http = new HttpSessions(services);
    this.#sse = new Sessions({
      places: new Places({ kind: "sse", most: services.maxStreamsPerToken, siblings }),
      idleMs: SSE_IDLE_MS,
      restMs: SSE_REST_MS,
      monotonic: services.monotonic,
    });
    this.#sessionless = new Sessionless(services);
  }

  /** Sessions that are live on this instance, for metrics. */
  get openSessions(): { http: number; sse: number } {
    return { http: this.#http.size, sse: this.#sse.size };
  }

  /** Answers `POST` on the MCP path. `body` is the parsed JSON; it is at least an object or an array. */
  async post(request: Request, body: object, caller: Caller): Promise<Response> {
    const ready = new ReadyResult(body);
    const ledger = new CallLedger(this.#services, { caller: { ...caller, ...ready.writer }, body });
    return await ledger.settle(await this.#post(request, { body, ledger, ready }));
  }

  async #post(request: Request, { body, ledger, ready }: Posted): Promise<Response> {
    const unknown = unknownToolset(ledger.caller);
    if (unknown) return unknown;
    const malformed = malformedCall(body);
    if (malformed) return Response.json(malformed);
    if (!Array.isArray(body) && !("jsonrpc" in body)) {
      return await this.#sessionless.answer({ body, ledger, ready });
    }
    const { caller } = ledger;
    const authInfo = authInfoOf(caller);
    if (!(isPlainlyLegacy(request, body) || await isLegacyRequest(request, body))) {
      if ("id" in body && "method" in body && body.method === LISTEN) {
        return await this.#listens.open(request, body, caller);
      }
      return await ready.into(await this.#modern.fetch(request, { authInfo, parsedBody: body }));
    }
    const sessionId = request.headers.get("mcp-session-id");
    if (sessionId !== null) {
      return await ready.into(await this.#http.answer(request, { sessionId, caller, body }));
    }
    const streams = request.headers.get("accept")?.includes("text/event-stream") ?? false;
    if (streams && isInitializeRequest(body)) return await this.#http.open(request, body, caller);
    if (Array.isArray(body)) return await this.#sessionless.answerAll(body, ledger);
    return await this.#sessionless.answer({ body, ledger, ready });
  }

  /** Answers what is no `POST` on the MCP path: only sessions of older revisions use `GET` and `DELETE`. */
  async other(request: Request, caller: Caller): Promise<Response> {
    const sessionId = request.headers.get("mcp-session-id");
    if (sessionId === null) return notAllowed("POST");
    return await this.#http.answer(request, { sessionId, caller });
  }

  /** Answers `GET` on the SSE path: opens the event stream. */
  async openSse(endpoint: string, caller: Caller): Promise<Response> {
    const unknown = unknownToolset(caller);
    if (unknown) return unknown;
    const id = await this.#services.ownId(() => Promise.resolve(crypto.randomUUID()));
    const { toolsets, principal: { tokenId } } = caller;
    const leave = await this.#sse.take(tokenId);
    if (leave === undefined) return tooMany(caller.language);
    const hold = () => this.#sse.hold(id);
    const session = new SseSession({
      id,
      tokenId,
      toolsets,
      endpoint: `${endpoint}?session_id=${id}`,
      heartbeat: this.#heartbeat,
      createServer: () => createMcpServer(within(this.#services, hold)),
      hold,
      onEnd: () => this.#sse.remove(id),
    });
    this.#sse.add(session, leave);
    return new Response(session.body, {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    });
  }

  /** Answers `POST` on the endpoint that the SSE stream announced. */
  async postSse(id: string, body: object, caller: Caller): Promise<Response> {
    const ledger = new CallLedger(this.#services, { caller, body });
    const session = this.#sse.use(id, caller.principal.tokenId);
    if (!session) return await ledger.settle(sessionNotFound());
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(body);
    } catch {
      return await ledger.settle(Response.json(NO_REQUEST, { status: 400 }));
    }
    const accepted = new Response("Accepted", { status: 202 });
    const { toolsets } = session;
    const authInfo = authInfoOf({ ...ledger.caller, toolsets });
    await session.receive(message, { authInfo, beforeAnswer: () => ledger.close() });
    // Without an id it is no request, and nobody answers it.
    return isJSONRPCRequest(message) ? accepted : await ledger.settle(accepted);
  }

  /** What another worker asks of those that a token keeps here: see Sessions. */
  idlest({ open, tokenId, end }: Extract<Ask, { kind: "idlest" }>): number | null {
    if (open === "http") return this.#http.idlest(tokenId, { end });
    return open === "sse" ? this.#sse.idlest(tokenId, { end }) : null;
  }

  /** Lets go of what has been idle for ten minutes. */
  sweep(): void {
    this.#http.sweep();
    this.#sse.sweep();
  }

  /** Closes what a token has open. */
  closeToken(tokenId: number): void {
    this.#http.closeAll(tokenId);
    this.#sse.closeAll(tokenId);
    this.#listens.close(tokenId);
  }

  async close(): Promise<void> {
    this.#http.closeAll();
    this.#sse.closeAll();
    this.#listens.close();
    await this.#modern.close();
    await this.#sessionless.close();
  }
}

/**
 * True for most requests of older revisions: those that name nothing of a revision. The SDK would say the same
 * at a greater price: see SdkServer.
 */
function isPlainlyLegacy({ headers }: Request, body: object): boolean {
  if (headers.has("mcp-protocol-version") || !isJSONRPCRequest(body)) return false;
  return body.params?._meta === undefined;
}

/** The answer to a connection that asks to be shown what there is not. */
function unknownToolset({ toolsets }: Caller): Response | undefined {
  const missing = missingToolset(toolsets ?? []);
  if (missing === null) return undefined;
  return refusal(400, { code: INVALID_REQUEST, message: `Invalid request: ${missing}` });
}
