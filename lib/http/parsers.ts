import { createServer } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import type { ClientSocket } from "./client_socket.ts";
import { exchange, type Handle } from "./exchange.ts";

const PREFACE = new TextEncoder().encode("PRI");
const MAX_STREAMS = 100;

/** Reads requests from sockets and has them answered. */
export interface Parsers {
  /** Takes over a socket: HTTP/2 where the client says so, else HTTP/1.1. */
  take(socket: ClientSocket, connection: Deno.Conn): Promise<void>;
  /** Answers what has been asked and nothing more. */
  close(): void;
}

/** Whether the parsers of this runtime can be given sockets; those of 2.6.10 cannot. */
export function takesSockets(): boolean {
  return createServer().listenerCount("connection") > 0;
}

/** @param idleMs what clients are told of how long a connection is kept for their next request */
export function createParsers(
  handle: Handle,
  { scheme, idleMs }: { scheme: "http" | "https"; idleMs: number },
): Parsers {
  const answer = exchange(handle, scheme);
  const http1 = createServer({ keepAliveTimeout: idleMs }, answer);
  const http2 = createHttp2Server({ settings: { maxConcurrentStreams: MAX_STREAMS } }, answer);
  const sessions = new Set<ServerHttp2Session>();
  let open = true;
  // It listens nowhere, and a server that does not listen keeps no connection.
  Object.defineProperty(http1, "listening", { get: () => open });
  http2.on("sessionError", () => {});
  http2.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  return {
    take: async (socket, connection) => {
      socket.multiplexed = await speaksHttp2(socket, connection);
      if (socket.destroyed) return;
      if (socket.multiplexed) http2.emit("connection", socket);
      else http1.emit("connection", socket);
    },
    close: () => {
      open = false;
      for (const session of sessions) session.close();
    },
  };
}

/** Over TLS it has been agreed on; else the client's first bytes tell, which the parser gets as well. */
async function speaksHttp2(socket: ClientSocket, connection: Deno.Conn): Promise<boolean> {
  if ("handshake" in connection) {
    const { alpnProtocol } = await (connection as Deno.TlsConn).handshake();
    return alpnProtocol === "h2";
  }
  const bytes = new Uint8Array(PREFACE.length);
  let length = 0;
  while (length < bytes.length && bytes.subarray(0, length).every(isPreface)) {
    const count = await connection.read(bytes.subarray(length));
    if (count === null) throw new Error("The client has hung up");
    length += count;
  }
  socket.push(bytes.subarray(0, length));
  return bytes.every(isPreface);
}

function isPreface(byte: number, at: number): boolean {
  return byte === PREFACE[at];
}
