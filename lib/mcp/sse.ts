import type { JSONRPCMessage, MessageExtraInfo, Transport } from "@modelcontextprotocol/server";
import { Questions } from "./questions.ts";

const KEEP_ALIVE_MS = 15_000;
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** The server's side of the HTTP+SSE transport of 2024-11-05, on web streams. */
export class SseTransport implements Transport {
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly sessionId: string;
  /** The event stream that the client reads. */
  readonly stream: ReadableStream<Uint8Array>;
  readonly #questions: Questions;
  readonly #encoder = new TextEncoder();
  readonly #awaited = new Map<unknown, () => Promise<void>>();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #keepAlive: ReturnType<typeof setInterval>;

  /**
   * @param options.endpoint where the client posts its messages; announced as the first event
   * @param options.hold see Questions
   */
  constructor(
    sessionId: string,
    { endpoint, hold }: { endpoint: string; hold: () => () => void },
  ) {
    this.sessionId = sessionId;
    this.#questions = new Questions(hold);
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
        this.#write(`event: endpoint\ndata: ${endpoint}\n\n`);
      },
      cancel: () => this.close(),
    }, { highWaterMark: MAX_UNREAD_BYTES, size: (chunk) => chunk.byteLength });
    this.#keepAlive = setInterval(() => this.#write(": keep-alive\n\n"), KEEP_ALIVE_MS);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Hands over a message that the client has posted; a request's answer is sent after `beforeAnswer`. */
  receive(
    message: JSONRPCMessage,
    { beforeAnswer, ...extra }: MessageExtraInfo & { beforeAnswer?: () => Promise<void> },
  ): void {
    const known = this.#questions.incoming(message);
    if (known === undefined) return;
    if (beforeAnswer && "id" in known) this.#awaited.set(known.id, beforeAnswer);
    this.onmessage?.(known, extra);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!("method" in message)) {
      const before = this.#awaited.get(message.id);
      this.#awaited.delete(message.id);
      await before?.();
    }
    const data = JSON.stringify(this.#questions.outgoing(message));
    this.#write(`event: message\ndata: ${data}\n\n`);
  }

  close(): Promise<void> {
    clearInterval(this.#keepAlive);
    const controller = this.#controller;
    this.#controller = undefined;
    if (controller) {
      try {
        controller.close();
      } catch {
        // The client's hanging up has closed the stream already.
      }
      this.onclose?.();
    }
    return Promise.resolve();
  }

  /** A client that has stopped reading is let go, so that what waits for it stays bounded. */
  #write(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text));
    if ((this.#controller?.desiredSize ?? 1) <= 0) void this.close();
  }
}
