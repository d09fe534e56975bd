import {
  createMcpHandler,
  type McpHttpHandler,
  type ServerEventBus,
} from "@modelcontextprotocol/server";
import { authInfoOf, type Caller } from "./caller.ts";
import { idOf, REFUSED, rpcError, tooMany } from "./json_rpc.ts";
import { beginListening, type Listening, refusedListening } from "./resources/listening.ts";
import { createMcpServer, type McpServices } from "./server.ts";

const MAX_PER_TOKEN = 10;

/** The streams by which clients of revision 2026-07-28 are told of changes over HTTP. */
export class Listens {
  readonly #services: McpServices;
  /** With the token of each. */
  readonly #open = new Map<McpHttpHandler, number>();

  constructor(services: McpServices) {
    this.#services = services;
  }

  /** Answers a request that wants to listen. */
  async open(request: Request, body: object, caller: Caller): Promise<Response> {
    const { tokenId } = caller.principal;
    if (this.#of(tokenId).length >= MAX_PER_TOKEN) return tooMany(caller.language);
    let tell = (_address: string) => {};
    let listening: Listening<object>;
    try {
      const changed = (address: string) => tell(address);
      listening = await beginListening(this.#services, { body, caller, changed });
    } catch (error) {
      const refused = refusedListening(error);
      const status = refused.code === REFUSED ? 200 : 400;
      return Response.json(rpcError(refused, idOf({ ...body })), { status });
    }
    const bus: ServerEventBus = {
      publish: () => {},
      // The SDK takes what is told for as long as the stream is open.
      subscribe: (listener) => {
        tell = (uri) => listener({ kind: "resource_updated", uri });
        this.#open.set(handler, tokenId);
        return () => {
          this.#open.delete(handler);
          listening.end();
        };
      },
    };
    const handler = createMcpHandler(() => createMcpServer(this.#services), {
      legacy: "reject",
      bus,
      onerror: (error) => this.#services.log.debug(`MCP request refused: ${error.message}`),
    });
    const options = { authInfo: authInfoOf(caller), parsedBody: listening.body };
    const response = await handler.fetch(request, options);
    if (!this.#open.has(handler)) listening.end();
    return response;
  }

  /** Ends the streams of one token, or all. */
  async close(tokenId?: number): Promise<void> {
    await Promise.all(this.#of(tokenId).map((handler) => handler.close()));
  }

  #of(tokenId?: number): McpHttpHandler[] {
    return [...this.#open].filter(([, owner]) => tokenId === undefined || owner === tokenId)
      .map(([handler]) => handler);
  }
}
