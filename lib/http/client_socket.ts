import { Duplex } from "node:stream";

const MIN_READ_BYTES = 2_048;
const MAX_READ_BYTES = 65_536;

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** From its first byte, or from connecting, to the end of a request's header; TLS included. */
  readonly head: number;
  /** Between two requests, and for it to take what was written. */
  readonly idle: number;
  /** To send the rest of a body that was answered before its end. */
  readonly rest: number;
}

/** A request whose header has been read. */
export interface RequestUnderWay {
  readonly address: string;
  /** Its answer has been sent, and its body has more to come. */
  answered(): void;
  /** Its answer has been sent and its body read. */
  end(): void;
}

/**
 * A client's connection as the parsers of HTTP want it, which knows what it is waiting for. Made of the
 * sockets of `Deno.listen`: where accepting fails they say so, while the listeners of `node:net` and
 * `Deno.serve` fall silent (seen in 2.9.6).
 */
export class ClientSocket extends Duplex {
  readonly remoteAddress: string;
  /** Over HTTP/2 many requests are open at once and what arrives between them is no request's header. */
  multiplexed = false;
  readonly #connection: Deno.Conn;
  readonly #now: () => number;
  #readBytes = MIN_READ_BYTES;
  #requests = 0;
  #headSince: number | null;
  #idleSince = 0;
  #writingSince: number | null = null;
  #restSince: number | null = null;

  /** @param now milliseconds of a clock that nobody sets */
  constructor(connection: Deno.Conn, now: () => number) {
    super({ allowHalfOpen: true });
    this.#connection = connection;
    this.#now = now;
    this.#headSince = now();
    this.remoteAddress = (connection.remoteAddr as Deno.NetAddr).hostname;
    // Whoever is gone is told nothing; the parsers hear of it by `close`.
    this.on("error", () => {});
  }

  /** Since when the server waits for a request; null while one is answered. */
  get waitingSince(): number | null {
    return this.#requests > 0 ? null : this.#headSince ?? this.#idleSince;
  }

  /** The header of a request is complete. HTTP/2 shows its requests a stand-in: keep what this returns. */
  beginRequest(): RequestUnderWay {
    this.#requests++;
    this.#headSince = null;
    return {
      address: this.remoteAddress,
      answered: () => {
        this.#restSince = this.#now();
      },
      end: () => {
        this.#requests--;
        this.#restSince = null;
        this.#idleSince = this.#now();
      },
    };
  }

  /** Whether the client has taken longer than it may. */
  isLate(patience: Patience): boolean {
    const late = (since: number | null, ms: number) => since !== null && this.#now() - since >= ms;
    if (late(this.#writingSince, patience.idle)) return true;
    if (this.#requests > 0) return late(this.#restSince, patience.rest);
    return this.#headSince === null
      ? late(this.#idleSince, patience.idle)
      : late(this.#headSince, patience.head);
  }

  /** The parsers' own time-outs are not used: they end with their listeners. */
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    const bytes = new Uint8Array(this.#readBytes);
    this.#connection.read(bytes).then((count) => {
      // Most requests are small, and an idle connection holds its buffer.
      this.#readBytes = count === bytes.length
        ? Math.min(this.#readBytes * 2, MAX_READ_BYTES)
        : MIN_READ_BYTES;
      if (count !== null && this.#requests === 0 && !this.multiplexed) {
        this.#headSince ??= this.#now();
      }
      this.push(count === null ? null : bytes.subarray(0, count));
    }, (error) => this.destroy(error));
  }

  override _write(
    chunk: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#send(chunk).then(() => done(), done);
  }

  /** Header and body leave together. */
  override _writev(
    chunks: { chunk: Uint8Array }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(joined(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#connection.closeWrite().then(() => done(), () => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    try {
      this.#connection.close();
    } catch {
      // It was closed by the other side.
    }
    done(error);
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      this.#writingSince = this.#now();
      sent += await this.#connection.write(bytes.subarray(sent));
    }
    this.#writingSince = null;
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
