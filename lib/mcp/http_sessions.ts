import type { InitializeRequest } from "@modelcontextprotocol/server";
import { AppError } from "../errors.ts";
import { authInfoOf, type Caller } from "./caller.ts";
import { notAllowed, refusal, REFUSED, sessionNotFound, tooMany } from "./json_rpc.ts";
import { messagesIn } from "./messages.ts";
import { Places } from "./places.ts";
import { createMcpServer, type McpServices, within } from "./server.ts";
import type { Ticket } from "./session_ids.ts";
import { SessionTransport } from "./session_transport.ts";
import { type Session, Sessions } from "./sessions.ts";

interface HttpSession extends Session {
  readonly transport: SessionTransport;
}

const MAX_PER_TOKEN = 50;
const IDLE_MS = 10 * 60_000;

/**
 * Sessions of Streamable HTTP. A session's id tells all that must be known to go on with it, so that it
 * outlives idleness, a restart and a change of instance; kept is only what a live one needs, and made
 * anew when a request comes to an instance that has nothing of it.
 */
export class HttpSessions {
  readonly #services: McpServices;
  readonly #live: Sessions<HttpSession>;
  readonly #openings = new Map<number, Promise<void>>();
  readonly #resuming = new Map<string, Promise<HttpSession | undefined>>();

  constructor(services: McpServices) {
    this.#services = services;
    const { monotonic, siblings } = services;
    const places = new Places({ kind: "http", most: MAX_PER_TOKEN, siblings });
    this.#live = new Sessions({ places, idleMs: IDLE_MS, monotonic });
  }

  /** How many are live here. */
  get size(): number {
    return this.#live.size;
  }

  /** Answers `initialize`. */
  async open(request: Request, body: InitializeRequest, caller: Caller): Promise<Response> {
    const { toolsets, principal: { tokenId } } = caller;
    return await this.#unlessAway(caller, async () => {
      const asked = { ...body.params, toolsets };
      const { ticket, sessionId } = await this.#services.sessionIds.create(tokenId, asked);
      const options = { authInfo: authInfoOf(caller), parsedBody: body };
      const opened = await this.#start({ ticket, sessionId }, async ({ transport }) => {
        const response = await transport.handleRequest(request, options);
        return new Response(await response.text(), response);
      });
      return opened ?? tooMany(caller.language);
    });
  }

  /** Answers a request in a session; `body` is that of a `POST`. */
  async answer(
    request: Request,
    { sessionId, caller, body }: { sessionId: string; caller: Caller; body?: object },
  ): Promise<Response> {
    if (!["POST", "GET", "DELETE"].includes(request.method)) {
      return notAllowed("GET, POST, DELETE");
    }
    const { tokenId } = caller.principal;
    return await this.#unlessAway(caller, async () => {
      const ticket = await this.#services.sessionIds.read(sessionId, tokenId);
      if (!ticket || await this.#hasEnded(ticket)) return sessionNotFound();
      if (request.method === "DELETE") return await this.#end(ticket);
      let session = this.#live.use(ticket.id, tokenId);
      // A stream alone ends no other session: clients would take each other's places by turns.
      if (!session && body === undefined && this.#live.isFull(tokenId)) return notAllowed("POST");
      session ??= await this.#resume(ticket, { sessionId, url: request.url });
      if (!session) return tooMany(caller.language);
      const { toolsets = null } = ticket;
      return await session.transport.receive(request, { caller: { ...caller, toolsets }, body });
    });
  }

  /** See Sessions. */
  idlest(tokenId: number, { end }: { end: boolean }): number | null {
    return this.#live.idlest(tokenId, { end });
  }

  sweep(): void {
    this.#live.sweep();
  }

  /** Ends what is live here, of one token or of all. */
  closeAll(tokenId?: number): void {
    this.#live.closeAll(tokenId);
  }

  /**
   * What the opening of a session gives, by whose end the session is told its client; undefined when the
   * token has no place for it. Openings of a token follow one another: each finds those before it idle.
   */
  async #start<T>(
    opened: { ticket: Ticket; sessionId: string },
    open: (session: HttpSession) => Promise<T>,
  ): Promise<T | undefined> {
    const { tokenId } = opened.ticket;
    const started = (this.#openings.get(tokenId) ?? Promise.resolve())
      .then(() => this.#startNow(opened, open));
    const over = started.then(() => {}, () => {});
    this.#openings.set(tokenId, over);
    try {
      return await started;
    } finally {
      if (this.#openings.get(tokenId) === over) this.#openings.delete(tokenId);
    }
  }

  async #startNow<T>(
    { ticket: { id, tokenId }, sessionId }: { ticket: Ticket; sessionId: string },
    open: (session: HttpSession) => Promise<T>,
  ): Promise<T | undefined> {
    const leave = await this.#live.take(tokenId);
    if (leave === undefined) return undefined;
    using opening = new DisposableStack();
    opening.defer(() => {
      if (!this.#live.has(id)) leave();
    });
    const hold = () => this.#live.hold(id);
    const transport: SessionTransport = new SessionTransport(sessionId, {
      hold,
      onInitialized: () => {
        this.#live.add(session, leave);
        opening.defer(hold());
      },
    });
    const server = createMcpServer(within(this.#services, hold, () => transport.follow()));
    const { promise: closed, reject } = Promise.withResolvers<never>();
    const close = () => {
      // The SDK answers nothing any more.
      reject(new AppError("unavailable", "Cannot open the session: it was closed meanwhile"));
      return server.close();
    };
    const session = { id, tokenId, transport, close };
    await server.connect(transport);
    closed.catch(() => {});
    return await Promise.race([open(session), closed]);
  }

  /** Makes a session live here; undefined when the token has no place for it. */
  #resume(
    ticket: Ticket,
    { sessionId, url }: { sessionId: string; url: string },
  ): Promise<HttpSession | undefined> {
    const known = this.#resuming.get(ticket.id);
    if (known) return known;
    const resuming = this.#begin(ticket, { sessionId, url })
      .finally(() => this.#resuming.delete(ticket.id));
    this.#resuming.set(ticket.id, resuming);
    return resuming;
  }

  async #begin(
    ticket: Ticket,
    { sessionId, url }: { sessionId: string; url: string },
  ): Promise<HttpSession | undefined> {
    const { protocolVersion, capabilities, clientInfo } = ticket;
    const params = { protocolVersion, capabilities, clientInfo };
    const parsedBody = { jsonrpc: "2.0", id: "initialize", method: "initialize", params };
    const headers = {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    };
    const request = new Request(url, { method: "POST", headers });
    return await this.#start({ ticket, sessionId }, async (session) => {
      // The answer's end tells that the server knows its client.
      await (await session.transport.handleRequest(request, { parsedBody })).text();
      return session;
    });
  }

  /** Every instance must know of an end; while the database is away it is known where it was made. */
  async #hasEnded(ticket: Ticket): Promise<boolean> {
    try {
      if (!await this.#services.spent.has(keyOf(ticket))) return false;
    } catch (error) {
      if (isUnavailable(error)) return false;
      throw error;
    }
    this.#live.end(ticket.id);
    return true;
  }

  async #end(ticket: Ticket): Promise<Response> {
    const { id, tokenId, expires } = ticket;
    await this.#services.spent.spend(keyOf(ticket), { expires: new Date(expires), owner: tokenId });
    this.#live.end(id);
    return new Response(null, { status: 200 });
  }

  async #unlessAway(caller: Caller, work: () => Promise<Response>): Promise<Response> {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      const message = messagesIn(caller.language).unavailable;
      return refusal(503, { code: REFUSED, message }, { "retry-after": "5" });
    }
  }
}

function keyOf({ id }: Ticket): string {
  return `session ${id}`;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === "unavailable";
}
