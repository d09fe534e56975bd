import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { bodyForRecord, decodeForm } from "./body.ts";
import type { ServerCertificate } from "./certificate.ts";
import { type Answer, dispatch, type Incoming, type Served } from "./dispatch.ts";
import { type Fault, type FaultMatch, spoiled, spoilOnWire } from "./faults.ts";

export interface FakeRequest {
  method: string;
  /** Without `/api2/json`, encoded as received. */
  path: string;
  query: Record<string, string>;
  body: unknown;
  authorized: boolean;
  /** `user!name` of the API token that came with it, good or not; empty without one. */
  token: string;
  /** 0 while unanswered, and when the connection was closed instead. */
  status: number;
}

/** As much of a WebSocket of `ws` as is used: the package brings no types. */
interface Client {
  send(bytes: Uint8Array): void;
  close(): void;
  on(event: "message", listener: (message: Buffer) => void): void;
  on(event: "close" | "error", listener: () => void): void;
}

interface ActiveFault {
  match: FaultMatch;
  what: Fault;
  left: number;
}

/** The HTTPS side: receives, records, spoils what it is told to spoil, and writes the answers. */
export class PveServer {
  readonly requests: FakeRequest[] = [];
  connections = 0;
  readonly #served: Served;
  readonly #certificate: ServerCertificate;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #terminals = new WebSocketServer({ noServer: true });
  readonly #sockets = new Set<Duplex>();
  readonly #open = new Set<ServerResponse>();
  #server: Server | undefined;
  #port = 0;
  #faults: ActiveFault[] = [];

  constructor(served: Served, certificate: ServerCertificate) {
    this.#served = served;
    this.#certificate = certificate;
  }

  /** Requests whose answer is neither complete nor given up by the client. */
  get unanswered(): number {
    for (const response of this.#open) {
      if (response.writableFinished || response.socket?.destroyed) this.#open.delete(response);
    }
    return this.#open.size;
  }

  /** Listens on a free port when none is named, again on the same one after `close`. */
  async listen(port = this.#port): Promise<number> {
    const server = createServer(
      { key: this.#certificate.keyPem, cert: this.#certificate.certPem },
      (request, response) => this.#receive(request, response),
    );
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
    server.keepAliveTimeout = 30_000;
    server.on("connection", () => this.connections++);
    server.on("tlsClientError", () => {});
    server.on("clientError", () => {});
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
    this.#server = server;
    this.#port = (server.address() as { port: number }).port;
    return this.#port;
  }

  fault(match: FaultMatch, what: Fault, times: number): () => void {
    const fault = { match, what, left: times };
    this.#faults.push(fault);
    return () => {
      this.#faults = this.#faults.filter((one) => one !== fault);
    };
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Opens a container's terminal, or refuses as the method would. */
  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const incoming = read(request, new Uint8Array(0));
    const record = recordOf(incoming);
    this.requests.push(record);
    const result = dispatch(this.#served, incoming);
    if (result instanceof Promise) throw new Error("no WebSocket is opened by what is waited for");
    const { authorized, reason, status } = result;
    record.authorized = authorized;
    record.status = status === 200 ? 101 : status;
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    const { world } = this.#served;
    this.#terminals.handleUpgrade(request, socket, head, (client: Client) => {
      const served = world.consoles.connect(world, record.query.vncticket ?? "", {
        show: (text) => client.send(Uint8Array.from(text, (letter) => letter.charCodeAt(0))),
        close: () => client.close(),
      });
      client.on("message", (message: Buffer) => served.message(message.toString("latin1")));
      client.on("close", () => served.gone());
      client.on("error", () => {});
    });
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Uint8Array[] = [];
    this.#open.add(response);
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("error", () => {});
    response.on("error", () => {});
    request.on("end", () => this.#handle(request, response, concat(chunks)));
  }

  #handle(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
    const incoming = read(request, body);
    const record = recordOf(incoming);
    this.requests.push(record);
    const fault = this.#take(record);
    const given = dispatchedOnce(this.#served, incoming);
    const answer = () => {
      const result = given();
      if (result instanceof Promise) throw new Error("an answer that is waited for is not spoiled");
      record.authorized = result.authorized;
      return result;
    };
    const send = (result: Answer) => {
      record.status = result.status;
      write(response, result, incoming.method);
    };
    if (fault === undefined) {
      const result = given();
      if (!(result instanceof Promise)) return this.#later(this.#authDelay(answer, send));
      return void result.then((result) => {
        record.authorized = result.authorized;
        send(result);
      });
    }
    switch (fault.kind) {
      case "hang":
        return;
      case "delay":
        return this.#later({ ms: fault.ms, work: () => send(answer()) });
      case "drop_before":
        return void request.socket.destroy();
      case "drop":
        void given();
        return void request.socket.destroy();
      case "truncate": {
        const whole = answer();
        return send({
          ...whole,
          body: whole.body.slice(0, Math.max(1, Math.floor(whole.body.length / 2))),
        });
      }
      case "body":
        return send({
          status: 200,
          reason: "OK",
          type: "application/json;charset=UTF-8",
          body: fault.body,
          authorized: true,
        });
      case "status":
        return send(spoiled(fault));
      default:
        record.status = spoilOnWire(fault, { answer, response });
    }
  }

  /** Refused logins wait, as against guessing, when the state says so. */
  #authDelay(
    answer: () => Answer,
    send: (answer: Answer) => void,
  ): { ms: number; work: () => void } {
    const result = answer();
    const ms = result.status === 401 ? this.#served.world.state.authDelayMs : 0;
    return { ms, work: () => send(result) };
  }

  #later(plan: { ms: number; work: () => void }): void {
    if (plan.ms <= 0) return plan.work();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      plan.work();
    }, plan.ms);
    this.#timers.add(timer);
  }

  #take(record: FakeRequest): Fault | undefined {
    const fault = this.#faults.find(({ match, left }) =>
      left > 0 && (match.method ?? record.method) === record.method &&
      (match.path?.test(record.path) ?? true)
    );
    if (fault) fault.left--;
    return fault?.what;
  }
}

/** Answers when first asked, and the same ever after. */
function dispatchedOnce(served: Served, incoming: Incoming): () => Answer | Promise<Answer> {
  let result: Answer | Promise<Answer> | undefined;
  return () => result ??= dispatch(served, incoming);
}

function recordOf({ body, headers, method, url }: Incoming): FakeRequest {
  const [rawPath = "", query = ""] = url.split("?");
  return {
    method,
    path: rawPath.replace(/^\/api2\/json/, ""),
    query: decodeForm(query),
    body: bodyForRecord(headers.contentType, body),
    authorized: false,
    token: /^PVEAPIToken[= ]([^=]*)/.exec(headers.authorization ?? "")?.[1] ?? "",
    status: 0,
  };
}

function concat(chunks: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function read(request: IncomingMessage, body: Uint8Array): Incoming {
  const { authorization, cookie } = request.headers;
  const contentType = request.headers["content-type"];
  const csrf = one(request.headers["csrfpreventiontoken"]);
  return {
    method: request.method ?? "GET",
    url: request.url ?? "/",
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(contentType === undefined ? {} : { contentType }),
      ...(csrf === undefined ? {} : { csrf }),
    },
    body,
  };
}

function write(response: ServerResponse, answer: Answer, method: string): void {
  const bytes = new TextEncoder().encode(answer.body);
  response.statusCode = answer.status;
  response.statusMessage = answer.reason.replace(/[^\x20-\x7e]/g, "?");
  response.setHeader("Cache-Control", "max-age=0");
  response.setHeader("Pragma", "no-cache");
  response.setHeader("Server", "pve-api-daemon/3.0");
  if (answer.type) response.setHeader("Content-Type", answer.type);
  response.setHeader("Content-Length", String(bytes.length));
  response.end(method === "HEAD" ? undefined : bytes);
}
