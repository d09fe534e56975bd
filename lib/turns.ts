import { setImmediate } from "node:timers";

/**
 * Gives those that come at one moment a turn of the event loop each, so that what they do then does not keep
 * everybody else waiting for all of them.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves at the caller's own turn. */
  next(): Promise<void> {
    const turn = this.#last.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    this.#last = turn;
    return turn;
  }
}
