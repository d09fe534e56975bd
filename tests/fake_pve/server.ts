import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyForRecord, decodeForm } from "./body.ts";
import type { ServerCertificate } from "./certificate.ts";
import { type Answer, dispatch, type Incoming, type Served } from "./dispatch.ts";

export type Fault =
  | {
    kind: "status";
    status: number;
    reason?: string;
    message?: string;
    errors?: Record<string, string>;
  }
  | { kind: "hang" }
  | { kind: "delay"; ms: number }
  | { kind: "drop" }
  | { kind: "drop_before" }
  | { kind: "truncate" }
  | { kind: "body"; body: string };

export interface FaultMatch {
  method?: string;
  path?: RegExp;
}

export interface FakeRequest {
  method: string;
  /** Without `/api2/json`, encoded as received. */
  path: string;
  query: Record<string, string>;
  body: unknown;
  authorized: boolean;
  /** 0 while unanswered, and when the connection was closed instead. */
  status: number;
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
  readonly #server: Server;
  readonly #served: Served;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #faults: ActiveFault[] = [];

  constructor(served: Served, certificate: ServerCertificate) {
    this.#served = served;
    this.#server = createServer(
      { key: certificate.keyPem, cert: certificate.certPem },
      (request, response) => this.#receive(request, response),
    );
    this.#server.keepAliveTimeout = 30_000;
    this.#server.on("connection", () => this.connections++);
    this.#server.on("tlsClientError", () => {});
    this.#server.on("clientError", () => {});
  }

  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", () => resolve()));
    return (this.#server.address() as { port: number }).port;
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
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Uint8Array[] = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("error", () => {});
    response.on("error", () => {});
    request.on("end", () => this.#handle(request, response, concat(chunks)));
  }

  #handle(request: IncomingMessage, response: ServerResponse, body: Uint8Array): void {
    const incoming = read(request, body);
    const [rawPath = "", query = ""] = incoming.url.split("?");
    const record: FakeRequest = {
      method: incoming.method,
      path: rawPath.replace(/^\/api2\/json/, ""),
      query: decodeForm(query),
      body: bodyForRecord(incoming.headers.contentType, body),
      authorized: false,
      status: 0,
    };
    this.requests.push(record);
    const fault = this.#take(record);
    const answer = () => {
      const result = dispatch(this.#served, incoming);
      record.authorized = result.authorized;
      return result;
    };
    const send = (result: Answer) => {
      record.status = result.status;
      write(response, result, incoming.method);
    };
    switch (fault?.kind) {
      case undefined:
        return this.#later(this.#authDelay(answer, send));
      case "hang":
        return;
      case "delay":
        return this.#later({ ms: fault.ms, work: () => send(answer()) });
      case "drop_before":
        return void request.socket.destroy();
      case "drop":
        answer();
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

function spoiled(fault: Extract<Fault, { kind: "status" }>): Answer {
  const { status, message, errors } = fault;
  const reason = fault.reason ?? message ?? defaultReasons[status] ?? "Error";
  const bare = status === 401 || status === 595 || status === 596 ||
    (status === 501 && message === undefined);
  const body = bare ? "" : JSON.stringify({
    data: null,
    message: `${message ?? reason}\n`,
    ...(errors ? { errors } : {}),
  });
  return {
    status,
    reason,
    ...(bare ? {} : { type: "application/json;charset=UTF-8" }),
    body,
    authorized: status !== 401,
  };
}

const defaultReasons: Record<number, string> = {
  400: "Parameter verification failed.",
  401: "Authentication failed!",
  403: "Permission check failed",
  500: "internal error",
  501: "not implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  595: "Connection refused",
  596: "Broken pipe",
  599: "Too many redirections",
};

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
