import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { deflateSync } from "node:zlib";
import type { ServerCertificate } from "./certificate.ts";
import type { Answer, Incoming } from "./dispatch.ts";
import { type Fault, type FaultMatch, spoilOnWire } from "./faults.ts";

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
  /** Milliseconds that the server waited before its answer; absent where it did not. */
  waitMs?: number;
}

interface ActiveFault {
  match: FaultMatch;
  what: Fault;
  left: number;
}

/** The HTTPS side: receives, records, spoils what it is told to spoil, and writes the answers. */
export abstract class FakeServer {
  readonly requests: FakeRequest[] = [];
  connections = 0;
  readonly #certificate: ServerCertificate;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #sockets = new Set<Duplex>();
  readonly #open = new Set<ServerResponse>();
  #server: Server | undefined;
  #port = 0;
  #faults: ActiveFault[] = [];

  constructor(certificate: ServerCertificate) {
    this.#certificate = certificate;
  }

  /** Carries a request out. */
  protected abstract respond(incoming: Incoming): Answer | Promise<Answer>;
  /** What tests see of a request. */
  protected abstract recordOf(incoming: Incoming): FakeRequest;
  /** The server's own words for a refusal. */
  protected abstract spoiled(fault: Extract<Fault, { kind: "status" }>): Answer;
  /** What stands in every answer. */
  protected abstract readonly headers: Record<string, string>;
  /** Takes a connection that is to become something else than HTTP; the default ends it. */
  protected upgrade(_request: IncomingMessage, socket: Duplex, _head: Buffer): void {
    socket.destroy();
  }

  /** Requests whose answer is neither complete nor given up by the client. */
  get unanswered(): number {
    for (const response of this.#open) {
      if (response.writableFinished || response.socket?.destroyed) this.#open.delete(response);
    }
    return this.#open.size;
  }

  get listening(): boolean {
    return this.#server !== undefined;
  }

  /** Listens on a free port when none is named, again on the same one after `close`. */
  async listen(port = this.#port): Promise<number> {
    const server = createServer(
      { key: this.#certificate.keyPem, cert: this.#certificate.certPem },
      (request, response) => this.#receive(request, response),
    );
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      this.upgrade(request, socket, head);
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

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Uint8Array[] = [];
    this.#open.add(response);
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("error", () => {});
    response.on("error", () => {});
    request.on("end", () => this.#handle(request, response, Buffer.concat(chunks)));
  }

  #handle(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
    const incoming = read(request, body);
    const record = this.recordOf(incoming);
    this.requests.push(record);
    const fault = this.#take(record);
    const noted = (result: Answer) => {
      record.authorized = result.authorized;
      if (result.waitMs) record.waitMs = result.waitMs;
      return result;
    };
    const answer = () => {
      const result = this.respond(incoming);
      if (result instanceof Promise) throw new Error("an answer that is waited for is not spoiled");
      return noted(result);
    };
    const send = (result: Answer) => {
      record.status = result.status;
      write(response, { ...this.headers, ...result.headers }, {
        answer: result,
        method: incoming.method,
      });
    };
    if (fault === undefined) {
      const result = this.respond(incoming);
      if (result instanceof Promise) return void result.then((result) => send(noted(result)));
      return this.#later({ ms: noted(result).waitMs ?? 0, work: () => send(result) });
    }
    switch (fault.kind) {
      case "hang":
        return;
      case "delay":
        return this.#later({ ms: fault.ms, work: () => send(answer()) });
      case "drop_before":
        return void request.socket.destroy();
      case "silence":
      case "drop": {
        const lost = this.respond(incoming);
        if (!(lost instanceof Promise)) noted(lost);
        if (fault.kind === "drop") request.socket.destroy();
        return;
      }
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
      case "bent": {
        const whole = answer();
        if (whole.status !== 200) return send(whole);
        return send({ ...whole, body: fault.bend(whole.body, record) });
      }
      case "status":
        return send(this.spoiled(fault));
      default:
        record.status = spoilOnWire(fault, { answer, response });
    }
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

/** A request as it is carried out. */
export function read(request: IncomingMessage, body: Uint8Array): Incoming {
  return {
    method: request.method ?? "GET",
    url: request.url ?? "/",
    headers: request.headers,
    body,
  };
}

function write(
  response: ServerResponse,
  headers: Record<string, string>,
  { answer, method }: { answer: Answer; method: string },
): void {
  const bytes = answer.deflated ? deflateSync(answer.body) : Buffer.from(answer.body);
  if (answer.deflated) response.setHeader("Content-Encoding", "deflate");
  response.statusCode = answer.status;
  response.statusMessage = answer.reason.replace(/[^\x20-\x7e]/g, "?");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (answer.type) response.setHeader("Content-Type", answer.type);
  response.setHeader("Content-Length", String(bytes.length));
  response.end(method === "HEAD" ? undefined : bytes);
}
