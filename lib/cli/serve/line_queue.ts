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

  push(line: string): void {
    const bytes = this.#encoder.encode(`${line}\n`);
    if (this.#bytes + bytes.length > this.#maxBytes) {
      this.#lost++;
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

  #next(): Uint8Array | undefined {
    const next = this.#waiting.shift();
    if (next !== undefined || this.#lost === 0) return next;
    this.#add(this.#encoder.encode(`${this.#lost} lines were lost: nobody read standard error\n`));
    this.#lost = 0;
    return this.#waiting.shift();
  }
}
