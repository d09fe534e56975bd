import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { ClientSocket } from "./client_socket.ts";

/** Answers a request of the client at the address `peer`. */
export type Handle = (request: Request, peer: string) => Response | Promise<Response>;

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

/** Headers about one connection, which HTTP/2 forbids. */
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding", "upgrade"];
const EVENTS = "text/event-stream";

/** Lets `handle` answer what the parsers of `node:http` and `node:http2` have read. */
export function exchange(
  handle: Handle,
  scheme: "http" | "https",
): (incoming: Incoming, outgoing: Outgoing) => void {
  return (incoming, outgoing) => {
    const underWay = (incoming.socket as unknown as ClientSocket).beginRequest();
    const gone = new AbortController();
    let finished = false;
    outgoing.on("finish", () => {
      finished = true;
      if (incoming.complete) return;
      if ("stream" in incoming) return incoming.stream.close();
      underWay.answered();
      throwAway(incoming);
    });
    outgoing.on("close", () => {
      if (!finished) gone.abort(new Error("The client has hung up"));
    });
    void Promise.all([closed(incoming), closed(outgoing)]).then(() => underWay.end());
    const request = requestOf(incoming, { scheme, signal: gone.signal });
    void answer(request, { outgoing, handle: (known) => handle(known, underWay.address) })
      .catch(() => outgoing.destroy());
  };
}

async function answer(
  request: Request | null,
  { outgoing, handle }: {
    outgoing: Outgoing;
    handle: (request: Request) => Response | Promise<Response>;
  },
): Promise<void> {
  const response = request === null ? new Response(null, { status: 400 }) : await handle(request);
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !HOP_BY_HOP.includes(name)),
  );
  if (response.body !== null && headers["content-type"]?.startsWith(EVENTS)) {
    write(outgoing, { status: response.status, headers });
    // Both kinds of answer can do it; their declarations differ.
    const stream = outgoing as ServerResponse;
    stream.flushHeaders();
    return await pour(response.body, stream);
  }
  const body = await response.bytes();
  write(outgoing, {
    status: response.status,
    headers: { "content-length": body.length, ...headers },
  });
  outgoing.end(body);
}

function write(
  outgoing: Outgoing,
  { status, headers }: { status: number; headers: Record<string, string | number> },
): void {
  outgoing.statusCode = status;
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
}

/** Sends events as they come, as fast as the client takes them. */
async function pour(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const over = closed(outgoing);
  void over.then(() => reader.cancel()).catch(() => {});
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!outgoing.write(value)) await Promise.race([over, once(outgoing, "drain")]);
  }
  outgoing.end();
}

/** The request; null when its target, host or method is none that can be answered. */
function requestOf(
  incoming: Incoming,
  { scheme, signal }: { scheme: string; signal: AbortSignal },
): Request | null {
  const names = incoming.rawHeaders.filter((_, at) => at % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === "host").length > 1) return null;
  try {
    const headers = new Headers();
    for (const [at, name] of names.entries()) {
      const value = incoming.rawHeaders[at * 2 + 1] ?? "";
      if (name === ":authority") headers.set("host", value);
      else if (!name.startsWith(":")) headers.append(name, value);
    }
    const target = incoming.url ?? "";
    // A target that names a host counts for more than the header (RFC 9112, 3.2.2).
    if (URL.canParse(target)) headers.set("host", new URL(target).host);
    const method = incoming.method ?? "";
    const bodiless = method === "GET" || method === "HEAD";
    return new Request(urlOf(target, { scheme, host: headers.get("host") ?? "" }), {
      method,
      headers,
      signal,
      body: bodiless ? null : bodyOf(incoming),
    });
  } catch {
    return null;
  }
}

/** Whether the host may be asked for is decided by its header; here it only has to make a URL. */
function urlOf(target: string, { scheme, host }: { scheme: string; host: string }): string {
  if (!target.startsWith("/")) return target;
  return `${scheme}://${/^[\w.:[\]-]+$/.test(host) ? host : "localhost"}${target}`;
}

/** The body, read no faster than it is asked for. */
function bodyOf(incoming: Incoming): ReadableStream<Uint8Array<ArrayBuffer>> {
  let open = true;
  const finish = (act: () => void) => {
    if (open) act();
    open = false;
  };
  return new ReadableStream({
    start: (controller) => {
      incoming.on("end", () => finish(() => controller.close()));
      incoming.on("error", (error) => finish(() => controller.error(error)));
      incoming.on(
        "close",
        () =>
          finish(() => controller.error(new Error("The body has no end: the client has hung up"))),
      );
      incoming.pause();
      incoming.on("data", (chunk: Uint8Array<ArrayBuffer>) => {
        if (!open) return;
        incoming.pause();
        controller.enqueue(chunk);
      });
    },
    pull: () => void incoming.resume(),
    cancel: () => {
      open = false;
      throwAway(incoming);
    },
  }, { highWaterMark: 0 });
}

/** What is left of a body is read and thrown away, so that its sender comes to read the answer. */
function throwAway(incoming: Incoming): void {
  incoming.resume();
}

function closed(stream: Incoming | Outgoing): Promise<void> {
  return new Promise((resolve) => void stream.once("close", resolve));
}
