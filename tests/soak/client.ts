import type { Ledger } from "./ledger.ts";

const ME = { name: "soak", version: "1" };
const JSON_TYPE = { "content-type": "application/json" };
const STREAMS = { ...JSON_TYPE, accept: "application/json, text/event-stream" };
const PATIENCE_MS = 90_000;

type Message = Readonly<Record<string, unknown>>;

/** An answer that has been read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly messages: readonly Message[];
}

/** One client with one token and its own connections. */
export class Client implements Disposable {
  readonly #url: string;
  readonly #token: string | null;
  readonly #ledger: Ledger;
  readonly #http = Deno.createHttpClient({ poolIdleTimeout: 5_000 });
  #id = 0;

  constructor(url: string, { token, ledger }: { token: string | null; ledger: Ledger }) {
    this.#url = url;
    this.#token = token;
    this.#ledger = ledger;
  }

  /** Sends a request and gives its answer once the header has come. */
  async send(
    method: string,
    { path = "", headers = {}, body, calls = 0, signal }: {
      path?: string;
      headers?: Record<string, string>;
      body?: string;
      calls?: number;
      signal?: AbortSignal;
    },
  ): Promise<Response> {
    const url = path.startsWith("/") ? new URL(path, this.#url) : this.#url;
    const response = await fetch(url, {
      method,
      headers: { ...this.#token ? { authorization: `Bearer ${this.#token}` } : {}, ...headers },
      client: this.#http,
      ...body === undefined ? {} : { body },
      signal: signal ?? AbortSignal.timeout(PATIENCE_MS),
    });
    const requestId = response.headers.get("x-request-id") ?? "";
    // Readiness tells of Proxmox, which is spoilt on purpose.
    const expected = path === "/readyz" && response.status === 503;
    this.#ledger.answered(
      {
        status: expected ? 200 : response.status,
        requestId,
        what: `${method} ${path} ${body?.slice(0, 200)}`,
      },
      calls,
    );
    return response;
  }

  /** The same, read to its end. */
  async ask(method: string, options: Parameters<Client["send"]>[1]): Promise<Answer> {
    const response = await this.send(method, options);
    const text = await response.text();
    const messages = messagesIn(text, response.headers.get("content-type") ?? "");
    for (const message of messages) this.#note(message);
    return { status: response.status, headers: response.headers, text, messages };
  }

  /** Posts a JSON value; its calls are counted. */
  post(body: unknown, headers: Record<string, string> = {}, path = ""): Promise<Answer> {
    const options = { headers: { ...JSON_TYPE, ...headers }, path, calls: callsIn(body) };
    return this.ask("POST", { ...options, body: JSON.stringify(body) });
  }

  /** A call as curl makes it. */
  plain(name: string, args: unknown = {}): Promise<Answer> {
    return this.post({ method: "tools/call", params: { name, arguments: args } });
  }

  /** A call of the stateless revision, which asks for progress. */
  stateless(name: string, args: unknown = {}): Promise<Answer> {
    const revision = "2026-07-28";
    const id = ++this.#id;
    const params = {
      name,
      arguments: args,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": revision,
        "io.modelcontextprotocol/clientInfo": ME,
        "io.modelcontextprotocol/clientCapabilities": {},
        progressToken: id,
      },
    };
    return this.post({ jsonrpc: "2.0", id, method: "tools/call", params }, {
      ...STREAMS,
      "mcp-protocol-version": revision,
      "mcp-method": "tools/call",
      "mcp-name": name,
    });
  }

  /** Opens a session of the older revision; null when there is no place for it. */
  async open(capabilities: object = {}): Promise<Record<string, string> | null> {
    const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: ME };
    const body = { jsonrpc: "2.0", id: 0, method: "initialize", params };
    const { headers } = await this.post(body, STREAMS);
    const id = headers.get("mcp-session-id");
    return id === null ? null : { ...STREAMS, "mcp-session-id": id };
  }

  /** The body of a call with an id of its own. */
  call(name: string, args: unknown = {}): { id: number } & Message {
    const id = ++this.#id;
    const params = { name, arguments: args, _meta: { progressToken: id } };
    return { jsonrpc: "2.0", id, method: "tools/call", params };
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }

  #note(message: Message): void {
    const { result, error } = message as {
      result?: { isError?: boolean; _meta?: { code?: string }; content?: { text: string }[] };
      error?: { code: number; message: string };
    };
    if (error !== undefined) this.#ledger.result(`error ${error.code}`, error.message);
    else if (result?.isError) {
      this.#ledger.result(result._meta?.code ?? "no code", result.content?.[0]?.text ?? "");
    } else if (result?.content !== undefined) this.#ledger.result("ok", "");
  }
}

/** The messages that leave a row each. */
const CALLS = ["tools/call", "resources/read", "tasks/get", "tasks/cancel"];

export function callsIn(body: unknown): number {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  return messages.filter((message) =>
    typeof message === "object" && message !== null && "method" in message &&
    CALLS.some((method) => method === message.method)
  ).length;
}

/** The JSON-RPC messages of an answer, from JSON or from events. */
export function messagesIn(text: string, type: string): Message[] {
  if (type.startsWith("application/json")) return [JSON.parse(text)].flat();
  if (!type.startsWith("text/event-stream")) return [];
  return [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, data]) => JSON.parse(data ?? ""));
}

/** Reads an event stream piece by piece until `enough` says so of what has come, or it ends. */
export async function readEvents(
  reader: ReadableStreamDefaultReader<string>,
  enough: (text: string) => boolean,
): Promise<string> {
  let text = "";
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  return text;
}
