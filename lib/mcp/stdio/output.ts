const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

export interface OutputOptions {
  /** Writes all of the bytes; rejects when nobody reads any more. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Called when nobody reads any more, or not fast enough by far; what is written then is dropped. */
  readonly onBroken: (error: unknown) => void;
}

/** Messages on their way to the client, a line each, one after the other. */
export class Output {
  readonly #options: OutputOptions;
  readonly #encoder = new TextEncoder();
  #written: Promise<void> = Promise.resolve();
  #unread = 0;
  #broken = false;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  push(message: object): void {
    if (this.#broken) return;
    const bytes = this.#encoder.encode(`${JSON.stringify(message)}\n`);
    this.#unread += bytes.length;
    if (this.#unread > MAX_UNREAD_BYTES) return this.#break(new Error("nobody reads the answers"));
    this.#written = this.#written.then(() => this.#write(bytes));
  }

  /** Resolves when all has been written. */
  flush(): Promise<void> {
    return this.#written;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#broken) return;
    try {
      await this.#options.write(bytes);
      this.#unread -= bytes.length;
    } catch (error) {
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    this.#broken = true;
    this.#options.onBroken(error);
  }
}
