import {
  type InitializeRequestParams,
  isInitializeRequest,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type Server,
  type Transport,
} from "@modelcontextprotocol/server";
import type { Caller } from "./caller.ts";
import { EventStream } from "./event_stream.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { Questions } from "./questions.ts";
import type { Session } from "./sessions.ts";

export interface SseOptions extends Pick<Session, "id" | "tokenId"> {
  /** Where the client posts its messages; announced as the first event. */
  readonly endpoint: string;
  /** What its opening asked to be shown. */
  readonly toolsets: Caller["toolsets"];
  readonly heartbeat: Heartbeat;
  readonly createServer: () => Server;
  /** See Questions. */
  readonly hold: () => () => void;
  readonly onEnd: () => void;
}

/** What is known of a message that the client has posted. */
type Extra = MessageExtraInfo & {
  /** Waited for before a request is answered. */
  readonly beforeAnswer?: () => Promise<void>;
};

/**
 * A session of the HTTP+SSE transport of 2024-11-05. While nothing is said, all that it holds is its stream and
 * what its client said of itself; the SDK's server is made for the first message, and anew after a rest.
 */
export class SseSession implements Session {
  readonly id: string;
  readonly tokenId: number;
  readonly toolsets: Caller["toolsets"];
  readonly #options: SseOptions;
  readonly #stream: EventStream;
  /** The params of the client's `initialize`, as JSON. */
  #greeting: string | undefined;
  #talk: Promise<Talk> | undefined;
  #arriving = 0;

  constructor(options: SseOptions) {
    const { id, tokenId, toolsets, endpoint, heartbeat, onEnd } = options;
    this.id = id;
    this.tokenId = tokenId;
    this.toolsets = toolsets;
    this.#options = options;
    this.#stream = new EventStream({
      heartbeat,
      onEnd: () => {
        this.#letGo();
        onEnd();
      },
    });
    this.#stream.write(`event: endpoint\ndata: ${endpoint}\n\n`);
  }

  /** The event stream that the client reads. */
  get body(): ReadableStream<Uint8Array> {
    return this.#stream.body;
  }

  /** Hands over a message that the client has posted. */
  async receive(message: JSONRPCMessage, extra: Extra): Promise<void> {
    this.#arriving++;
    try {
      const talk = await (this.#talk ??= this.#begin());
      if (isInitializeRequest(message)) {
        const { protocolVersion, capabilities, clientInfo } = message.params;
        this.#greeting = JSON.stringify({ protocolVersion, capabilities, clientInfo });
      }
      talk.receive(message, extra);
    } finally {
      this.#arriving--;
    }
  }

  /** Lets the server go unless somebody waits for its answer. */
  rest(): void {
    const talk = this.#talk;
    void talk?.then(({ isIdle }) => {
      if (isIdle && this.#arriving === 0 && talk === this.#talk) this.#letGo();
    });
  }

  close(): void {
    this.#stream.end();
  }

  async #begin(): Promise<Talk> {
    const { id, hold, createServer } = this.#options;
    const talk = new Talk(id, { hold, write: (events) => this.#stream.write(events) });
    await createServer().connect(talk);
    if (this.#greeting !== undefined) await talk.greet(JSON.parse(this.#greeting));
    return talk;
  }

  #letGo(): void {
    void this.#talk?.then((talk) => talk.close());
    this.#talk = undefined;
  }
}

/** What a client and one server of the SDK say to one another. */
class Talk implements Transport {
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly sessionId: string;
  readonly #questions: Questions;
  readonly #write: (events: string) => void;
  readonly #unanswered = new Set<unknown>();
  readonly #awaited = new Map<unknown, () => Promise<void>>();
  #greeted: (() => void) | undefined;

  constructor(
    sessionId: string,
    { hold, write }: { hold: () => () => void; write: (events: string) => void },
  ) {
    this.sessionId = sessionId;
    this.#questions = new Questions(hold);
    this.#write = write;
  }

  /** Whether no request waits for its answer. */
  get isIdle(): boolean {
    return this.#unanswered.size === 0;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Tells the server what the client has told to another one, whose answer it has. */
  async greet(params: InitializeRequestParams): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#greeted = resolve;
    this.onmessage?.({ jsonrpc: "2.0", id: 0, method: "initialize", params: { ...params } });
    await promise;
    this.#greeted = undefined;
  }

  receive(message: JSONRPCMessage, { beforeAnswer, ...extra }: Extra): void {
    const known = this.#questions.incoming(message);
    if (known === undefined) return;
    if (isJSONRPCRequest(known)) {
      this.#unanswered.add(known.id);
      if (beforeAnswer) this.#awaited.set(known.id, beforeAnswer);
    } else if ("method" in known && known.method === "notifications/cancelled") {
      this.#unanswered.delete(known.params?.requestId);
    }
    this.onmessage?.(known, extra);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#greeted) return this.#greeted();
    if (!("method" in message)) {
      const before = this.#awaited.get(message.id);
      this.#awaited.delete(message.id);
      this.#unanswered.delete(message.id);
      await before?.();
    }
    const data = JSON.stringify(this.#questions.outgoing(message));
    this.#write(`event: message\ndata: ${data}\n\n`);
  }

  close(): Promise<void> {
    this.onclose?.();
    return Promise.resolve();
  }
}
