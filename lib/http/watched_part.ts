/** A part is asked so often at most, however often somebody wants to know. */
const KEPT_MS = 1_000;
/** Who has not answered by then is late. */
const LATE_MS = 1_000;
/** What was said longer ago tells nothing any more. */
const KNOWN_MS = 60_000;

/**
 * One part that the server depends on. What it has said last counts until it says another thing, or has not
 * said anything for as long as its probe has patience; one that was late is not waited for the next time.
 */
export class WatchedPart {
  readonly #probe: () => Promise<void>;
  readonly #monotonic: () => number;
  #known: { readonly answers: boolean; readonly at: number } | undefined;
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;
  #soon: Promise<void> = Promise.resolve();
  #isLate = false;

  /**
   * @param probe rejects when the part is away; ends in bounded time
   * @param monotonic milliseconds that only ever rise
   */
  constructor(probe: () => Promise<void>, monotonic: () => number) {
    this.#probe = probe;
    this.#monotonic = monotonic;
  }

  /** Asks the part, unless that was done a moment ago or is under way. */
  ask(now: number): void {
    if (this.#asking !== undefined || now - this.#askedAt < KEPT_MS) return;
    this.#askedAt = now;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wasLate = this.#isLate;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = this.#isLate = true;
      resolve();
    }, LATE_MS);
    this.#soon = wasLate ? Promise.resolve() : promise;
    this.#asking = this.#probe().then(() => true, () => false).then((answers) => {
      clearTimeout(timer);
      this.#isLate = isLate;
      this.#known = { answers, at: this.#monotonic() };
      this.#asking = undefined;
      resolve();
    });
  }

  /** Resolves when what was asked is answered, or is late; at once where it was late the last time. */
  get soon(): Promise<void> {
    return this.#soon;
  }

  /** Resolves when what was asked is answered. */
  get settled(): Promise<void> {
    return this.#asking ?? Promise.resolve();
  }

  /** False when it does not answer; undefined when it has not said anything for long. */
  answers(now: number): boolean | undefined {
    const known = this.#known;
    return known === undefined || now - known.at >= KNOWN_MS ? undefined : known.answers;
  }
}
