import { Board } from "./board.ts";
import type { Ask, FromSiblings, LastWord, ToSiblings } from "./messages.ts";

/** Its place among the workers of one server. */
export interface Place {
  /** From 0; what must be done once is done by that one. */
  readonly index: number;
  readonly count: number;
  readonly memory: SharedArrayBuffer;
  /** Milliseconds of the parent's own clock, which nobody sets. */
  readonly clock: number;
}

/**
 * What a worker does for another one; what it gives is posted as the answer, with what goes along. The
 * signal tells that nobody waits for it, or reads it, any more.
 */
export type Answerer = (
  ask: Ask,
  gone: AbortSignal,
) => Promise<{ readonly answer: unknown; readonly transfer?: Transferable[] }>;

/** What another worker has been asked. */
export interface Asked {
  /** Null when it cannot answer now. Rejects when it breaks before it has, or when this is ended. */
  readonly answer: Promise<unknown>;
  /** Lets go of it; to be called when all that was answered has been used. */
  end(word: LastWord): void;
}

/** The other workers of one server, as one of them sees them. */
export class Siblings {
  readonly index: number;
  readonly count: number;
  readonly board: Board;
  readonly #post: (message: ToSiblings, transfer: Transferable[]) => void;
  readonly #waiting = new Map<number, Set<(reason: Error) => void>>();
  #answerer: Answerer | undefined;

  /** @param post tells the parent */
  constructor(place: Place, post: (message: ToSiblings, transfer: Transferable[]) => void) {
    this.index = place.index;
    this.count = place.count;
    const behind = place.clock - performance.now();
    this.board = new Board(place.memory, place.index, () => performance.now() + behind);
    this.#post = post;
  }

  /** The worker that goes on with what bears this id: whatever it is, all of them say the same. */
  ownerOf(id: string): number {
    let sum = 0;
    for (let at = 0; at < id.length; at++) sum = (sum * 31 + id.charCodeAt(at)) >>> 0;
    return sum % this.count;
  }

  /** The numbers of the other workers. */
  get others(): readonly number[] {
    return Array.from({ length: this.count }, (_, index) => index)
      .filter((index) => index !== this.index);
  }

  /** An id that this worker goes on with. */
  async ownId(make: () => string | Promise<string>): Promise<string> {
    for (;;) {
      const id = await make();
      if (this.ownerOf(id) === this.index) return id;
    }
  }

  /** Says who answers the others. */
  answer(answerer: Answerer): void {
    this.#answerer = answerer;
  }

  ask(to: number, ask: Ask, transfer: Transferable[] = []): Asked {
    const { port1, port2 } = new MessageChannel();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const forget = this.onGone(to, reject);
    port1.onmessage = ({ data }) => resolve(data);
    this.#post({ kind: "ask", to, ask, port: port2 }, [port2, ...transfer]);
    return {
      answer: promise,
      end: (word) => {
        forget();
        port1.postMessage(word);
        port1.close();
        reject(new Error("nobody waits for it"));
      },
    };
  }

  /** What another worker answers, or null when it cannot within so many milliseconds. */
  async askWithin(milliseconds: number, to: number, ask: Ask): Promise<unknown> {
    const asked = this.ask(to, ask);
    const late = setTimeout(() => asked.end("gone"), milliseconds);
    const answer = await asked.answer.catch(() => null);
    clearTimeout(late);
    asked.end("over");
    return answer;
  }

  /** Tells once that a worker has broken, until the result is called. */
  onGone(worker: number, listener: (reason: Error) => void): () => void {
    const listeners = this.#waiting.get(worker) ?? new Set();
    this.#waiting.set(worker, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Takes what the parent says. */
  hear(message: FromSiblings): void {
    if (message.kind === "gone") {
      const listeners = this.#waiting.get(message.worker) ?? [];
      this.#waiting.delete(message.worker);
      for (const listener of listeners) listener(new Error("the worker has broken"));
      return;
    }
    this.#hearAsk(message);
  }

  #hearAsk({ ask, from, port }: Extract<FromSiblings, { kind: "ask" }>): void {
    const gone = new AbortController();
    const end = (word: LastWord) => {
      forget();
      port.close();
      if (word === "gone") gone.abort();
    };
    const forget = this.onGone(from, () => end("gone"));
    port.onmessage = ({ data }: MessageEvent<LastWord>) => end(data);
    // Null is what one says that is not ready yet.
    if (this.#answerer === undefined) return port.postMessage(null);
    this.#answerer(ask, gone.signal)
      .then(({ answer, transfer = [] }) => port.postMessage(answer, transfer))
      .catch(() => port.postMessage(null));
  }
}
