import {
  createMcpHandler,
  type McpHandlerRequestOptions,
  type ServerEvent,
} from "@modelcontextprotocol/server";
import { authInfoOf, type Caller } from "./caller.ts";
import { EventStream } from "./event_stream.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { idOf, REFUSED, rpcError, tooMany } from "./json_rpc.ts";
import { Places } from "./places.ts";
import { beginListening, type Listening, refusedListening } from "./resources/listening.ts";
import { createMcpServer, type McpServices } from "./server.ts";

/** All that such a stream ever says. */
interface Script {
  readonly opening: string;
  /** What is said of a change, by the address of what has changed. */
  readonly changes: ReadonlyMap<string, string>;
  readonly closing: string;
}

interface Open {
  readonly tokenId: number;
  readonly stream: EventStream;
  readonly closing: string;
}

/** The streams by which clients of revision 2026-07-28 are told of changes over HTTP. */
export class Listens {
  readonly #services: McpServices;
  readonly #heartbeat: Heartbeat;
  readonly #places: Places;
  readonly #open = new Set<Open>();

  constructor(services: McpServices, heartbeat: Heartbeat) {
    this.#services = services;
    this.#heartbeat = heartbeat;
    const { maxStreamsPerToken: most, siblings } = services;
    this.#places = new Places({ kind: "listen", most, siblings });
  }

  /** Answers a request that wants to listen. */
  async open(request: Request, body: object, caller: Caller): Promise<Response> {
    const { tokenId } = caller.principal;
    const leave = this.#places.take(tokenId);
    if (leave === undefined) return tooMany(caller.language);
    using begun = new DisposableStack();
    begun.defer(leave);
    const early = new Set<string>();
    let tell = (address: string): void => void early.add(address);
    let listening: Listening<object>;
    try {
      const changed = (address: string) => tell(address);
      listening = await beginListening(this.#services, { body, caller, changed });
    } catch (error) {
      const refused = refusedListening(error);
      const status = refused.code === REFUSED ? 200 : 400;
      return Response.json(rpcError(refused, idOf({ ...body })), { status });
    }
    begun.defer(listening.end);
    const options = { authInfo: authInfoOf(caller), parsedBody: listening.body };
    const { response, script } = await this.#ask(request, options, listening.addresses);
    if (script === undefined) return response;
    const kept = begun.move();
    const { opening, changes, closing } = script;
    const stream = new EventStream({
      heartbeat: this.#heartbeat,
      onEnd: () => {
        this.#open.delete(open);
        kept.dispose();
      },
    });
    const open = { tokenId, stream, closing };
    this.#open.add(open);
    stream.write(opening);
    tell = (address) => stream.write(changes.get(address) ?? "");
    for (const address of early) tell(address);
    return new Response(stream.body, response);
  }

  /** Ends the streams of one token, or all. */
  close(tokenId?: number): void {
    for (const { stream, closing } of this.#of(tokenId)) {
      stream.write(closing);
      stream.end();
    }
  }

  /**
   * Has the SDK check a request to listen and write what can come of it, which is little: it would hold much
   * for every stream, and a timer. Without a script there is nothing to be told, or it is refused.
   */
  async #ask(
    request: Request,
    options: McpHandlerRequestOptions,
    addresses: readonly string[],
  ): Promise<{ response: Response; script?: Script }> {
    let hear: ((event: ServerEvent) => void) | undefined;
    const handler = createMcpHandler(() => createMcpServer(this.#services), {
      legacy: "reject",
      keepAliveMs: 0,
      bus: {
        publish: () => {},
        subscribe: (listener) => {
          hear = listener;
          return () => {};
        },
      },
      onerror: (error) => this.#services.log.debug(`MCP request refused: ${error.message}`),
    });
    const response = await handler.fetch(request, options);
    if (hear === undefined || response.body === null) return { response };
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const next = async () => (await reader.read()).value ?? "";
    const opening = await next();
    const changes = new Map<string, string>();
    for (const uri of addresses) {
      hear({ kind: "resource_updated", uri });
      changes.set(uri, await next());
    }
    await handler.close();
    return { response, script: { opening, changes, closing: await next() } };
  }

  #of(tokenId?: number): Open[] {
    return [...this.#open].filter((open) => tokenId === undefined || open.tokenId === tokenId);
  }
}
