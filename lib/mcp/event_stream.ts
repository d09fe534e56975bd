import type { Heartbeat } from "./heartbeat.ts";

const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** The server's side of an event stream; it holds little, for many may be open. */
export class EventStream {
  /** What the client reads. */
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #onEnd: () => void;
  readonly #rest: () => void;

  /** @param options.onEnd told once of the stream's end, whoever has brought it about */
  constructor({ heartbeat, onEnd }: { heartbeat: Heartbeat; onEnd: () => void }) {
    this.#onEnd = onEnd;
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: () => this.end(),
    }, { highWaterMark: MAX_UNREAD_BYTES, size: ({ byteLength }) => byteLength });
    this.#rest = heartbeat.add(() => this.write(": keep-alive\n\n"));
  }

  /** Writes events as they go over the wire. A client that has stopped reading is let go. */
  write(events: string): void {
    this.#controller?.enqueue(encoder.encode(events));
    if ((this.#controller?.desiredSize ?? 1) <= 0) this.end();
  }

  end(): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    this.#controller = undefined;
    this.#rest();
    try {
      controller.close();
    } catch {
      // The client's hanging up has closed the stream already.
    }
    this.#onEnd();
  }
}

const encoder = new TextEncoder();
