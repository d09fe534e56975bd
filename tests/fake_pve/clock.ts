/** The clock and the serial numbers of a simulated server. */
export class Clock {
  #ahead = 0;
  #serial = 0;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Milliseconds of the fake's clock. */
  now(): number {
    return this.#clock() + this.#ahead;
  }

  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  tick(ms: number): void {
    this.#ahead += ms;
  }

  /** A number that grows by one with each use. */
  next(): number {
    return ++this.#serial;
  }
}
