/** What a request to Proxmox may take in these tests; no other deadline is as long. */
export const REQUEST_SECONDS = 7;

/** Time that passes only when it is waited for, and deadlines of requests that are over when a test says so. */
export class VirtualTime implements Disposable {
  readonly #own = { set: globalThis.setTimeout, clear: globalThis.clearTimeout };
  readonly #start = Date.now();
  readonly #deadlines = new Map<unknown, () => void>();
  #elapsed = 0;

  constructor() {
    const { set, clear } = this.#own;
    const later = (act: () => void, ms?: number) => {
      const timer = set(act, ms);
      if (ms === REQUEST_SECONDS * 1000) this.#deadlines.set(timer, act);
      return timer;
    };
    globalThis.setTimeout = later as typeof setTimeout;
    globalThis.clearTimeout = (timer) => {
      this.#deadlines.delete(timer);
      clear(timer);
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
    const over = [...this.#deadlines];
    this.#deadlines.clear();
    for (const [timer, act] of over) {
      this.#own.clear(timer as number);
      act();
    }
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#own.set;
    globalThis.clearTimeout = this.#own.clear;
  }
}
