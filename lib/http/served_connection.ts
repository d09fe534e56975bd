import { setImmediate } from "node:timers";
import { serveOnConnection } from "./serve_on_connection.ts";

const EVENTS = "text/event-stream";
/** A connection keeps room for as much as was ever written to it at once (seen in 2.9.6). */
const PART_BYTES = 16_384;

/** Answers a request of the client at the address `peer`. */
export type Handle = (request: Request, peer: string) => Response | Promise<Response>;

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** From connecting to the end of the first request's header; TLS included. */
  readonly head: number;
  /** Until its next request is there, and for it to take the next part of an answer. */
  readonly idle: number;
}

interface UnderWay {
  /** Since when the client has been given what it has not taken; null while there is nothing for it. */
  givenSince: number | null;
}

export interface ConnectionOptions {
  readonly handle: Handle;
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number;
  readonly onClose: (connection: ServedConnection) => void;
}

/** A client's connection, which knows what it is waiting for and can be closed whatever it is doing. */
export class ServedConnection {
  readonly remoteAddress: string;
  /** Small writes wait there for the acknowledgement of the one before: TLS has no `setNoDelay`. */
  readonly #delays: boolean;
  readonly #options: ConnectionOptions;
  readonly #underWay = new Set<UnderWay>();
  readonly #served: ReturnType<typeof serveOnConnection>;
  #since: number;
  #answered = false;

  constructor(connection: Deno.Conn, options: ConnectionOptions) {
    this.#options = options;
    this.#since = options.now();
    this.#delays = !("setNoDelay" in connection);
    this.remoteAddress = (connection.remoteAddr as Deno.NetAddr).hostname;
    this.#served = serveOnConnection(connection, (request, info) => this.#answer(request, info));
    void this.#served.finished.then(() => options.onClose(this));
  }

  /** Since when the server waits for a request; null while one is answered. */
  get waitingSince(): number | null {
    return this.#underWay.size > 0 ? null : this.#since;
  }

  /** Whether the client has taken longer than it may. */
  isLate({ head, idle }: Patience): boolean {
    const late = (since: number | null, ms: number) =>
      since !== null && this.#options.now() - since >= ms;
    if ([...this.#underWay].some(({ givenSince }) => late(givenSince, idle))) return true;
    return late(this.waitingSince, this.#answered ? idle : head);
  }

  /** Ends it after the requests that are under way. */
  shutdown(): void {
    this.#served.shutdown();
  }

  destroy(): void {
    this.#served.destroy();
  }

  async #answer(request: Request, { completed }: Deno.ServeHandlerInfo): Promise<Response> {
    const underWay: UnderWay = { givenSince: null };
    this.#underWay.add(underWay);
    void completed.catch(() => {}).then(() => {
      this.#underWay.delete(underWay);
      this.#answered = true;
      this.#since = this.#options.now();
    });
    const response = await this.#options.handle(request, this.remoteAddress);
    // In 2.6.10 an answer whose body is a stream is complete only when the client has taken it.
    underWay.givenSince = this.#options.now();
    // Of an answer that is sent whole, head and body are written one after the other: with some 40 ms between
    // them where small writes are delayed. The first part of a stream goes with the head (seen in 2.9.6).
    const streams = this.#delays || response.headers.get("content-type")?.startsWith(EVENTS);
    // Looking at `body` would make a stream of an answer that is sent whole.
    if (!streams || response.body === null) return response;
    return new Response(this.#watched(response.body, underWay), response);
  }

  /** Other answers are handed over whole, so that the time until the next request is their time too. */
  #watched(body: ReadableStream<Uint8Array>, underWay: UnderWay): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    const partBytes = this.#delays ? Infinity : PART_BYTES;
    let rest: Uint8Array | undefined;
    return new ReadableStream({
      pull: async (controller) => {
        underWay.givenSince = null;
        // What came before is written meanwhile.
        if (rest !== undefined) await new Promise((resolve) => setImmediate(resolve));
        const part = rest ?? (await reader.read()).value;
        if (part === undefined) return controller.close();
        underWay.givenSince = this.#options.now();
        controller.enqueue(part.subarray(0, partBytes));
        rest = part.length > partBytes ? part.subarray(partBytes) : undefined;
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 });
  }
}
