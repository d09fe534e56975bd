import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { type Duplex, Readable } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { bareHost } from "../config/hosts.ts";
import { type Dial, lineOf } from "./line.ts";
import { IDLE_CONNECTIONS, IDLE_MS, type Transport } from "./transport.ts";

export interface PinOptions {
  /** SHA-256 of the server's certificate, 64 lower-case hex digits; null for any certificate. */
  readonly fingerprint: string | null;
  /** How long connecting and the TLS handshake may take together. */
  readonly timeoutMs: number;
  /** How long a connection that nobody needs is kept; as with any transport when not given. */
  readonly idleMs?: number;
}

interface Target {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
}

type Connected = (error: Error | null, socket: Duplex) => void;

/**
 * A transport that trusts exactly one certificate, or any, whoever signed it and whatever names it holds.
 * The certificate is compared on every new connection before the first byte of a request is written.
 * Connections are kept alive; dispose of the transport to close them, those in use when they are free.
 *
 * Deno's `fetch` can neither skip verification nor pin, `node:https` can; seen in Deno 2.9.6, where the
 * agent waits for the callback of `createConnection` and needs no permission but the net's.
 */
export function createPinnedTransport(options: PinOptions): Transport & Disposable {
  const agent = new PinnedAgent(options);
  const send: Transport = (url, init) => exchange(agent, url, init);
  return Object.assign(send, { [Symbol.dispose]: () => agent.retire() });
}

const { addRequest } = Agent.prototype as unknown as {
  addRequest(this: Agent, request: ClientRequest, options: unknown): void;
};

class PinnedAgent extends Agent {
  readonly #pin: PinOptions;
  readonly #sent = new WeakSet<ClientRequest>();

  constructor(pin: PinOptions) {
    // How many requests go to which node at once is the client's to say: a limit here knows no nodes.
    // Its time-out ends connections that are free, and no request (seen in Deno 2.9.6).
    const { idleMs = IDLE_MS } = pin;
    super({ keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS, timeout: idleMs });
    this.#pin = pin;
  }

  /**
   * Sends a request, and never again: where a connection that was kept alive breaks, or the request is given
   * up, the runtime would by itself send it once more, changes too; seen in Deno 2.9.6.
   */
  addRequest(request: ClientRequest, options: unknown): void {
    if (this.#sent.has(request)) {
      request.emit("error", new Error("the connection was closed before an answer came"));
      return;
    }
    this.#sent.add(request);
    addRequest.call(this, request, options);
  }

  /** Keeps no connection any more. */
  retire(): void {
    this.maxFreeSockets = 0;
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  override createConnection(target: Target, connected?: Connected): Duplex {
    prepare(connectPinned(target, this.#pin, connected));
    // The types do not know that an agent which gets nothing back waits for the callback.
    return undefined as unknown as Duplex;
  }
}

/** Opens lines that trust as `createPinnedTransport` does. */
export function createPinnedDial(pin: PinOptions): Dial {
  return (host, port) =>
    new Promise((resolve, reject) =>
      connectPinned(
        { host, port },
        pin,
        (error, socket) => error ? reject(error) : resolve(lineOf(socket)),
      )
    );
}

function connectPinned(
  target: Target,
  { fingerprint, timeoutMs }: PinOptions,
  connected?: (error: Error | null, socket: TLSSocket) => void,
): TLSSocket {
  const host = target.host ?? "localhost";
  const socket = connect({
    host,
    port: Number(target.port ?? 443),
    servername: /^[\d.]+$|:/.test(host) ? "" : host,
    rejectUnauthorized: false,
    minVersion: "TLSv1.2",
  });
  const fail = (error: Error) => {
    clearTimeout(timer);
    socket.destroy();
    connected?.(error, socket);
  };
  const timer = setTimeout(
    () => fail(new Error(`${host} unreachable: no TLS connection within ${timeoutMs} ms`)),
    timeoutMs,
  );
  socket.once("error", fail);
  socket.once("secureConnect", () => {
    const shown = socket.getPeerCertificate().fingerprint256 ?? "none";
    const same = shown.replaceAll(":", "").toLowerCase() === fingerprint;
    if (fingerprint !== null && !same) {
      return fail(new Error(`fingerprint mismatch: the server's certificate has ${shown}`));
    }
    clearTimeout(timer);
    socket.off("error", fail);
    connected?.(null, socket);
  });
  return socket;
}

/**
 * Deno 2.6.10 would read from the socket before the request may, and start TLS a second time; later ones
 * do neither, and know none of this.
 */
function prepare(socket: TLSSocket & { readonly _handle?: object }): void {
  Object.assign(socket, { encrypted: true });
  Object.assign(socket._handle ?? {}, { pauseOnCreate: true });
}

function exchange(
  agent: Agent,
  url: URL,
  init: Parameters<Transport>[1],
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  if (init.signal.aborted) return Promise.reject(init.signal.reason);
  const length = init.body === undefined ? {} : { "content-length": encodedLength(init.body) };
  const outgoing = httpsRequest({
    agent,
    host: bareHost(url.hostname),
    port: Number(url.port || 443),
    path: url.pathname + url.search,
    method: init.method,
    headers: { ...init.headers, host: url.host, ...length },
  });
  const abort = () => {
    outgoing.destroy();
    reject(init.signal.reason);
  };
  init.signal.addEventListener("abort", abort, { once: true });
  const release = () => init.signal.removeEventListener("abort", abort);
  // A broken connection can tell of itself twice.
  outgoing.on("error", (error) => {
    release();
    reject(error);
  });
  outgoing.once("response", (incoming) => {
    incoming.once("close", release);
    resolve(toResponse(incoming));
  });
  outgoing.end(init.body);
  return promise;
}

function toResponse(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const status = incoming.statusCode ?? 500;
  const bodiless = status === 204 || status === 205 || status === 304;
  if (bodiless) incoming.resume();
  const body = bodiless ? null : Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  // Not all characters that servers send may stand in a Response.
  const statusText = (incoming.statusMessage ?? "").replace(/[^\x20-\x7e]/g, "?");
  return new Response(body, { status, statusText, headers });
}

function encodedLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
