const MAX_WAITING_BYTES = 1_048_576;

export interface LineQueueOptions {
  /** Writes some of the bytes, as `Deno.stderr.write` does. */
  readonly write: (bytes: Uint8Array) => Promise<number>;
  /** How much may wait for the reader; 1 MiB when not given. */
  readonly maxBytes?: number;
}

/**
 * Lines on their way to a reader that may stand still, which must not hold up whoever writes them. What
 * does not fit any more is counted and told when the reader goes on.
 */
export class LineQueue {
  readonly #write: (bytes: Uint8Array) => Promise<number>;
  readonly #maxBytes: number;
  readonly #encoder = new TextEncoder();
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #lost = 0;
  #writing: Promise<void> | null = null;

  constructor({ write, maxBytes = MAX_WAITING_BYTES }: LineQueueOptions) {
    this.#write = write;
    this.#maxBytes = maxBytes;
  }

  /** One line, or several with line breaks between them. */
  push(lines: string): void {
    const bytes = this.#encoder.encode(`${lines}\n`);
    if (this.#bytes + bytes.length > this.#maxBytes) {
      this.#lost += lines.split("\n").length;
      return;
    }
    this.#add(bytes);
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when all has been written, or after so many milliseconds. */
  async flush(ms: number): Promise<void> {
    if (this.#writing === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([this.#writing, promise]);
    clearTimeout(timer);
  }

  #add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  async #writeAll(): Promise<void> {
    for (let bytes = this.#next(); bytes !== undefined; bytes = this.#next()) {
      try {
        for (let done = 0; done < bytes.length;) done += await this.#write(bytes.subarray(done));
      } catch {
        // Nobody reads any more; the log file, if there is one, still has the line.
      }
      this.#bytes -= bytes.length;
    }
    this.#writing = null;
  }

  /** All lines that wait, in one piece. */
  #next(): Uint8Array | undefined {
    if (this.#waiting.length === 0 && this.#lost > 0) {
      const lost = `${this.#lost} lines were lost: nobody read standard error\n`;
      this.#add(this.#encoder.encode(lost));
      this.#lost = 0;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length < 2) return waiting[0];
    return concat(waiting);
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
