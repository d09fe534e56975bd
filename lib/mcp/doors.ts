import {
  createMcpHandler,
  isInitializeRequest,
  isJSONRPCRequest,
  isLegacyRequest,
  type JSONRPCMessage,
  type McpHttpHandler,
  parseJSONRPCMessage,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { authInfoOf, type Caller } from "./caller.ts";
import { OneShotTransport } from "./one_shot.ts";
import { createMcpServer, type McpServices } from "./server.ts";
import { type Session, Sessions } from "./sessions.ts";
import { SseTransport } from "./sse.ts";

interface HttpSession extends Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
}

interface SseSession extends Session {
  readonly transport: SseTransport;
}

const MAX_SSE_SESSIONS = 100;
const MAX_HTTP_SESSIONS = 1_000;
const IDLE_MS = 10 * 60_000;

/**
 * The doors into MCP: Streamable HTTP of today (stateless) and of the older revisions (sessions),
 * plain JSON without any handshake, and HTTP+SSE. Every request has passed the gate before.
 */
export class Doors {
  readonly #services: McpServices;
  readonly #modern: McpHttpHandler;
  readonly #http: Sessions<HttpSession>;
  readonly #sse: Sessions<SseSession>;

  constructor(services: McpServices) {
    this.#services = services;
    this.#modern = createMcpHandler(() => createMcpServer(services), {
      legacy: "reject",
      onerror: (error) => services.log.debug(`MCP request refused: ${error.message}`),
    });
    const { now } = services;
    this.#http = new Sessions({ max: MAX_HTTP_SESSIONS, idleMs: IDLE_MS, now });
    this.#sse = new Sessions({ max: MAX_SSE_SESSIONS, idleMs: IDLE_MS, now });
  }

  /** Open sessions, for metrics. */
  get openSessions(): { http: number; sse: number } {
    return { http: this.#http.size, sse: this.#sse.size };
  }

  /** Answers `POST` on the MCP path. `body` is the parsed JSON; it is at least an object or an array. */
  async post(request: Request, body: object, caller: Caller): Promise<Response> {
    if (!Array.isArray(body) && !("jsonrpc" in body)) {
      return await this.#plain(body as Record<string, unknown>, caller);
    }
    const authInfo = authInfoOf(caller);
    if (!await isLegacyRequest(request, body)) {
      return await this.#modern.fetch(request, { authInfo, parsedBody: body });
    }
    const sessionId = request.headers.get("mcp-session-id");
    if (sessionId !== null) return await this.#session(request, { sessionId, caller, body });
    const streams = request.headers.get("accept")?.includes("text/event-stream") ?? false;
    if (streams && isInitializeRequest(body)) return await this.#open(request, body, caller);
    if (Array.isArray(body)) return await this.#batch(request, body, caller);
    return await this.#plain(body as Record<string, unknown>, caller);
  }

  /** Answers `GET` and `DELETE` on the MCP path, which only sessions of older revisions use. */
  async other(request: Request, caller: Caller): Promise<Response> {
    const sessionId = request.headers.get("mcp-session-id");
    if (sessionId === null) {
      return Response.json(
        {
          jsonrpc: "2.0",
          id: null,
          error: { code: -32000, message: "Method not allowed: POST here" },
        },
        { status: 405, headers: { allow: "POST" } },
      );
    }
    return await this.#session(request, { sessionId, caller });
  }

  /** Answers `GET` on the SSE path: opens the event stream. */
  async openSse(endpoint: string, caller: Caller): Promise<Response> {
    const id = crypto.randomUUID();
    const transport = new SseTransport(id, `${endpoint}?session_id=${id}`);
    const { tokenId } = caller.principal;
    const server = createMcpServer(this.#services);
    server.onclose = () => this.#sse.remove(id);
    await server.connect(transport);
    this.#sse.add({ id, tokenId, transport, close: () => server.close() });
    return new Response(transport.stream, {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    });
  }

  /** Answers `POST` on the endpoint that the SSE stream announced. */
  postSse(id: string, body: object, caller: Caller): Response {
    const session = this.#sse.use(id, caller.principal.tokenId);
    if (!session) return sessionNotFound();
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(body);
    } catch {
      return invalidRequest();
    }
    session.transport.receive(message, { authInfo: authInfoOf(caller) });
    return new Response("Accepted", { status: 202 });
  }

  /** Closes what has been idle for ten minutes. */
  sweep(): void {
    this.#http.sweep();
    this.#sse.sweep();
  }

  /** Closes what a token has open. */
  closeToken(tokenId: number): void {
    this.#http.closeAll(tokenId);
    this.#sse.closeAll(tokenId);
  }

  async close(): Promise<void> {
    this.#http.closeAll();
    this.#sse.closeAll();
    await this.#modern.close();
  }

  async #session(
    request: Request,
    { sessionId, caller, body }: { sessionId: string; caller: Caller; body?: object },
  ): Promise<Response> {
    const session = this.#http.use(sessionId, caller.principal.tokenId);
    if (!session) return sessionNotFound();
    return await session.transport.handleRequest(request, {
      authInfo: authInfoOf(caller),
      ...(body === undefined ? {} : { parsedBody: body }),
    });
  }

  async #open(request: Request, body: object, caller: Caller): Promise<Response> {
    const { tokenId } = caller.principal;
    const server = createMcpServer(this.#services);
    const transport: WebStandardStreamableHTTPServerTransport =
      new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (id) =>
          this.#http.add({ id, tokenId, transport, close: () => server.close() }),
        onsessionclosed: (id) => this.#http.remove(id),
      });
    await server.connect(transport);
    return await transport.handleRequest(request, {
      authInfo: authInfoOf(caller),
      parsedBody: body,
    });
  }

  /** One JSON-RPC request without a session, with plain JSON back; `jsonrpc` and `id` may be absent. */
  async #plain(body: Record<string, unknown>, caller: Caller): Promise<Response> {
    if (typeof body.method !== "string") return invalidRequest();
    if (!("id" in body) && body.method.startsWith("notifications/")) {
      return new Response(null, { status: 202 });
    }
    const id = typeof body.id === "string" || typeof body.id === "number" ? body.id : null;
    const { method, params } = body;
    const request = { jsonrpc: "2.0" as const, id: id ?? 0, method, ...(params ? { params } : {}) };
    if (!isJSONRPCRequest(request)) return invalidRequest();
    const server = createMcpServer(this.#services);
    const transport = new OneShotTransport();
    await server.connect(transport);
    try {
      const answer = await transport.exchange(request, { authInfo: authInfoOf(caller) });
      return Response.json({ ...answer, id });
    } finally {
      await server.close();
    }
  }

  /** Batches were part of 2025-03-26 and of no other revision. */
  async #batch(request: Request, body: object[], caller: Caller): Promise<Response> {
    const server = createMcpServer(this.#services);
    const transport = new WebStandardStreamableHTTPServerTransport({
      enableJsonResponse: !request.headers.get("accept")?.includes("text/event-stream"),
    });
    await server.connect(transport);
    return await transport.handleRequest(request, {
      authInfo: authInfoOf(caller),
      parsedBody: body,
    });
  }
}

function invalidRequest(): Response {
  return Response.json({
    jsonrpc: "2.0",
    id: null,
    error: { code: -32600, message: "Invalid request: a JSON-RPC request has a method" },
  }, { status: 400 });
}

function sessionNotFound(): Response {
  return Response.json({
    jsonrpc: "2.0",
    id: null,
    error: { code: -32001, message: "Session not found: open a new one" },
  }, { status: 404 });
}
