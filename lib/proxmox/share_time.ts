import type { Changed } from "./concerned.ts";

/** Tasks that are remembered; more are forgotten, the oldest first. */
const MOST_TASKS = 1_000;
/** How much longer what is dear to read is kept, and for how long at most. */
const LONGER = 150;
const LONGEST_MS = 300_000;
/** How many times as long who asks about more than can be read at once is told it. */
const FLEET = 12;
/** How long a task whose end nobody has seen keeps answers from being kept: most take less. */
const UNSETTLED_MS = 30_000;

/**
 * How long an answer of Proxmox is told to others too. While a change that was made here may still be at
 * work nothing is kept: what is read meanwhile may be over in a moment.
 */
export class ShareTime {
  readonly #ms: number;
  readonly #monotonic: () => number;
  /** Tasks that were begun here and are not known to have ended, the oldest first, with what they change. */
  readonly #unsettled = new Map<string, Changed>();
  /** When those began that began not long ago, the oldest first. */
  readonly #young = new Map<string, number>();

  /**
   * @param options.seconds 0 shares nothing, not even what is under way
   * @param options.monotonic milliseconds that only ever rise
   */
  constructor({ seconds, monotonic }: { seconds: number; monotonic: () => number }) {
    this.#ms = seconds * 1000;
    this.#monotonic = monotonic;
  }

  /** True when every caller's reads are its own. */
  get isOff(): boolean {
    return this.#ms === 0;
  }

  /** Milliseconds by the clock of what is kept. */
  now(): number {
    return this.#monotonic();
  }

  /** Whether what was asked for at this time may still be told. */
  isFresh(askedAt: number): boolean {
    return this.now() - askedAt < this.#ms && !this.#isUnsettled();
  }

  /** Whether it is of no use to anybody any more. */
  isOver(askedAt: number): boolean {
    return this.now() - askedAt >= this.#ms;
  }

  /**
   * The same for what is dear to read and seldom changes.
   *
   * @param options.ofFleet for who asks about more than can be read at once
   */
  isLately(askedAt: number, { ofFleet = false } = {}): boolean {
    const longest = Math.min(this.#ms * LONGER, LONGEST_MS) * (ofFleet ? FLEET : 1);
    return this.now() - askedAt < longest;
  }

  /** Notes a task that a change has begun. */
  began(upid: string, changed: Changed): void {
    this.#unsettled.set(upid, changed);
    this.#young.set(upid, this.now());
    if (this.#unsettled.size <= MOST_TASKS) return;
    const [oldest = ""] = this.#unsettled.keys();
    this.ended(oldest);
  }

  /** Notes that a task has ended; what one changed that was begun here and not known to have. */
  ended(upid: string): Changed | undefined {
    const changed = this.#unsettled.get(upid);
    this.#young.delete(upid);
    this.#unsettled.delete(upid);
    return changed;
  }

  #isUnsettled(): boolean {
    for (const [upid, begun] of this.#young) {
      if (this.now() - begun < UNSETTLED_MS) return true;
      this.#young.delete(upid);
    }
    return false;
  }
}
