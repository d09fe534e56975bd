/** What a request to Proxmox may take in these tests; no other deadline is as long. */
export const REQUEST_SECONDS = 7;

/** Time that passes only when it is waited for, and deadlines of requests that are over when a test says so. */
export class VirtualTime implements Disposable {
  readonly #timeout = AbortSignal.timeout;
  readonly #start = Date.now();
  readonly #deadlines = new Set<AbortController>();
  #elapsed = 0;

  constructor() {
    AbortSignal.timeout = (ms) => {
      if (ms !== REQUEST_SECONDS * 1000) return this.#timeout.call(AbortSignal, ms);
      const deadline = new AbortController();
      this.#deadlines.add(deadline);
      return deadline.signal;
    };
  }

  get elapsed(): number {
    return this.#elapsed;
  }

  readonly now = (): Date => new Date(this.#start + this.#elapsed);

  readonly monotonic = (): number => this.#elapsed;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    this.pass(ms);
    return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve();
  };

  pass(ms: number): void {
    this.#elapsed += ms;
  }

  /** Ends what all requests so far may take. */
  expire(): void {
    const reason = new DOMException("Signal timed out.", "TimeoutError");
    for (const deadline of this.#deadlines) deadline.abort(reason);
    this.#deadlines.clear();
  }

  [Symbol.dispose](): void {
    AbortSignal.timeout = this.#timeout;
  }
}
